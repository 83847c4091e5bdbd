#include "api/magpipe/webhook_format.h"

#include "api/magpipe/wire.h"
#include "base/bytes.h"
#include "base/json.h"

namespace wherry::api::magpipe {

namespace {

constexpr milliseconds timeout = seconds(10);

json::value text_or_null(const std::optional<std::string>& text) { return text ? json::value(*text) : json::value(nullptr); }

std::string number_of(const Channel* channel) { return channel != nullptr ? channel->phone_number_id : std::string(); }

json::object received(const Channel* channel, const JournalItem& item) {
  const auto& message = *item.inbound;
  json::object out;
  out["event"] = "whatsapp.received";
  out["from"] = address_of(message.from);
  out["content"] = content_text(message.type, message.text);
  out["phone_number_id"] = number_of(channel);
  out["whatsapp_account_id"] = item.event.channel ? json::value(to_uuid(item.event.channel->raw)) : json::value(nullptr);
  out["message_id"] = message.wamid;
  out["timestamp"] = std::to_string(std::chrono::floor<seconds>(message.at.time_since_epoch()).count());
  out["contact_name"] = text_or_null(message.from.profile_name);
  auto metadata = json::parse(item.client_data);
  if (metadata && metadata->is_object()) out["metadata"] = std::move(*metadata);
  return out;
}

std::optional<json::object> status_changed(const Channel* channel, const JournalItem& item) {
  const auto parsed = json::parse(item.event.body);
  if (!parsed || !parsed->is_object()) return std::nullopt;
  const auto& body = parsed->get_object();
  const auto status = json::find_string(body, "status").value_or("");
  json::object out;
  out["event"] = "message.status_changed";
  out["message_id"] = json::find_string(body, "wamid").value_or("");
  // WhatsApp had taken the message: what failed is its delivery.
  out["status"] = status == "failed" ? "undelivered" : status == "played" ? "read" : status;
  out["to_number"] = json::find_string(body, "recipient").value_or("");
  out["from_number"] = number_of(channel);
  out["timestamp"] = to_iso8601(item.event.at);
  return out;
}

}  // namespace

std::optional<WebhookCall> MagpipeWebhookFormat::render(const Subscription& subscription, const Channel* channel, const JournalItem& item,
                                                        Timestamp) const {
  auto body = item.inbound ? std::optional(received(channel, item)) : status_changed(channel, item);
  if (!body) return std::nullopt;
  WebhookCall call;
  call.url = subscription.url;
  call.body = json::serialize(*body);
  call.timeout = timeout;
  call.headers = {{"Content-Type", "application/json"}};
  if (!subscription.secret.empty()) {
    call.headers.emplace_back("x-magpipe-signature", "sha256=" + to_hex(hmac_sha256(subscription.secret.reveal(), call.body)));
  }
  return call;
}

}  // namespace wherry::api::magpipe
