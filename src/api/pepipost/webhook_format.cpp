#include "api/pepipost/webhook_format.h"

#include "api/pepipost/errors.h"

namespace wherry::api::pepipost {

namespace {

constexpr milliseconds timeout = seconds(10);
constexpr std::uint32_t second_edition = 2;

json::object object_in(std::string_view text) {
  auto parsed = json::parse(text);
  return parsed && parsed->is_object() ? std::move(parsed->get_object()) : json::object();
}

std::string unix_seconds(Timestamp at) { return std::to_string(std::chrono::floor<seconds>(at.time_since_epoch()).count()); }

// YYYY-MM-DD HH:MM:SS, in UTC.
std::string date_text(Timestamp at) {
  auto text = to_iso8601(at).substr(0, 19);
  text[10] = ' ';
  return text;
}

// The word for what happened; empty when it is not told.
std::string status_of(const JournalItem& item, const json::object& body) {
  if (item.event.kind == "message.sent") return "sent";
  if (item.event.kind == "message.failed") return "failed";
  const std::string status(json::find_string(body, "status").value_or(""));
  if (status == "sent" || status == "delivered" || status == "read" || status == "failed") return status;
  return status == "played" ? "read" : "";
}

WebhookCall call_with(const Subscription& subscription, const json::object& body) {
  WebhookCall call;
  call.url = subscription.url;
  call.body = json::serialize(body);
  call.timeout = timeout;
  call.headers = {{"Content-Type", "application/json"}};
  return call;
}

std::optional<UpstreamError> error_of(const json::object& body) {
  const auto* given = json::find_object(body, "error");
  if (given == nullptr) return std::nullopt;
  UpstreamError error;
  const auto* code = json::find(*given, "code");
  if (code != nullptr && code->is_int64()) error.code = static_cast<int>(code->get_int64());
  error.title = json::find_string(*given, "title").value_or("");
  return error;
}

void add_second_edition(json::object& out, const json::object& body, const Channel* channel) {
  if (channel != nullptr) out["phoneNumber"] = channel->display_number;
  const auto raw = object_in(json::find_string(body, "raw").value_or(""));
  const auto* told = json::find_object(raw, "pricing");
  if (told == nullptr) return;
  json::object pricing;
  for (const auto* name : {"billable", "category", "pricing_model", "type"}) {
    if (const auto* member = json::find(*told, name)) pricing[name] = *member;
  }
  out["pricing"] = std::move(pricing);
}

}  // namespace

std::string client_data_of(const std::string& source, const std::string& api_header) {
  json::object data;
  if (!source.empty()) data["source"] = source;
  if (!api_header.empty()) data["x-apiheader"] = api_header;
  return data.empty() ? std::string() : json::serialize(data);
}

std::optional<json::object> status_object(const JournalItem& item, const Channel* channel, std::uint32_t edition) {
  const auto body = object_in(item.event.body);
  const auto status = status_of(item, body);
  if (item.event.subject.is_null() || status.empty()) return std::nullopt;
  const auto kept = object_in(item.client_data);
  const bool second = edition >= second_edition;
  json::object out;
  out["ncmessage_id"] = to_uuid(item.event.subject);
  out["recipient"] = item.with.wa_id ? item.with.wa_id->digits : item.with.bsuid.value_or("");
  out["status"] = status;
  out["status_remark"] = status == "failed" ? status_remark(error_of(body)) : "";
  out["received_at"] = second ? unix_seconds(item.event.at) : date_text(item.event.at);
  out["source"] = json::find_string(kept, "source").value_or("");
  if (second) add_second_edition(out, body, channel);
  if (const auto header = json::find_string(kept, "x-apiheader")) out["x-apiheader"] = *header;
  return out;
}

std::vector<std::string> PepipostWebhookFormat::kinds() const {
  return {"message.received", "message.sent", "message.status", "message.failed"};
}

std::optional<WebhookCall> PepipostWebhookFormat::render(const Subscription& subscription, const Channel* channel, const JournalItem& item,
                                                         Timestamp) const {
  if (item.inbound) return call_with(subscription, {{"incoming_message", json::array{incoming_object(*item.inbound, channel)}}});
  auto status = status_object(item, channel, subscription.edition);
  if (!status) return std::nullopt;
  return call_with(subscription, {{"delivery_status", json::array{std::move(*status)}}});
}

bool PepipostWebhookFormat::may_share(const JournalItem& item) const {
  return !item.inbound && status_object(item, nullptr, 1).has_value();
}

std::optional<WebhookCall> PepipostWebhookFormat::render_shared(const Subscription& subscription, std::span<const WebhookEvent> events,
                                                                Timestamp) const {
  json::array statuses;
  for (const auto& one : events) {
    auto status = status_object(one.item, one.channel.get(), subscription.edition);
    if (status) statuses.push_back(std::move(*status));
  }
  return call_with(subscription, {{"delivery_status", std::move(statuses)}});
}

}  // namespace wherry::api::pepipost
