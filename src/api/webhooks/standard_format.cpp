#include "api/webhooks/standard_format.h"

#include "base/bytes.h"
#include "base/json.h"

namespace wherry::api::webhooks {

namespace {

constexpr milliseconds timeout = seconds(15);

json::value parsed_or_text(const std::string& text) {
  auto value = json::parse(text);
  return value ? std::move(*value) : json::value(text);
}

json::object from_object(const ContactIdentity& from) {
  json::object out;
  if (from.wa_id) out["phone"] = "+" + from.wa_id->digits;
  if (from.bsuid) out["user_id"] = *from.bsuid;
  if (from.profile_name) out["name"] = *from.profile_name;
  if (from.username) out["username"] = *from.username;
  return out;
}

json::object media_object(const InboundView& message) {
  json::object out;
  out["mime_type"] = message.mime_type;
  out["size"] = message.file_size;
  if (!message.file_name.empty()) out["file_name"] = message.file_name;
  if (message.file == InboundView::File::unavailable) {
    out["unavailable"] = true;
    return out;
  }
  const auto id = message.media->text();
  out["id"] = id;
  out["download_path"] = "/v1/media/download/" + id;
  return out;
}

json::object message_object(const InboundView& message) {
  json::object out;
  out["id"] = message.id.text();
  out["wamid"] = message.wamid;
  out["type"] = message.type;
  out["text"] = message.text;
  out["timestamp"] = to_iso8601(message.at);
  out["from"] = from_object(message.from);
  if (message.file != InboundView::File::none) out["media"] = media_object(message);
  out["raw"] = parsed_or_text(message.raw);
  return out;
}

void append_hmac(std::string& out, const Secret& secret, std::string_view signed_content) {
  constexpr std::string_view start = "whsec_";
  std::string_view text = secret.reveal();
  if (text.starts_with(start)) text.remove_prefix(start.size());
  const auto key = from_base64(text);
  if (!key) return;
  const std::string_view bytes(reinterpret_cast<const char*>(key->data()), key->size());
  if (!out.empty()) out += ' ';
  out += "v1," + to_base64(hmac_sha256(bytes, signed_content));
}

}  // namespace

std::string event_id(const JournalEvent& event) { return "evt_" + to_base32(event.tenant.raw) + "_" + std::to_string(event.sequence); }

std::string standard_signature(const Subscription& subscription, std::string_view id, std::int64_t timestamp, std::string_view body) {
  std::string content(id);
  content += "." + std::to_string(timestamp) + ".";
  content += body;
  std::string out;
  append_hmac(out, subscription.secret, content);
  if (subscription.previous_secret) append_hmac(out, *subscription.previous_secret, content);
  if (subscription.signing_seed) {
    const auto signature = ed25519_sign(subscription.signing_seed->reveal(), content);
    out += (out.empty() ? "v1a," : " v1a,") + to_base64(signature);
  }
  return out;
}

std::optional<WebhookCall> StandardFormat::render(const Subscription& subscription, const Channel*, const JournalItem& item,
                                                  Timestamp now) const {
  const auto& event = item.event;
  const auto id = event_id(event);
  json::object data;
  data["tenant_id"] = event.tenant.text();
  if (event.channel) data["channel_id"] = event.channel->text();
  if (event.conversation) data["conversation_id"] = event.conversation->text();
  data["sequence"] = event.sequence;
  data["event"] = parsed_or_text(event.body);
  if (item.inbound) data["message"] = message_object(*item.inbound);
  json::object body;
  body["id"] = id;
  body["type"] = event.kind;
  body["timestamp"] = to_iso8601(event.at);
  body["data"] = std::move(data);

  WebhookCall call;
  call.url = subscription.url;
  call.body = json::serialize(body);
  call.timeout = timeout;
  const auto timestamp = std::chrono::duration_cast<seconds>(now.time_since_epoch()).count();
  call.headers = {{"Content-Type", "application/json"},
                  {"webhook-id", id},
                  {"webhook-timestamp", std::to_string(timestamp)},
                  {"webhook-signature", standard_signature(subscription, id, timestamp, call.body)}};
  return call;
}

}  // namespace wherry::api::webhooks
