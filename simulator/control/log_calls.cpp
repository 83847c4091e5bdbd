// GET /sim/messages, /sim/received, /sim/deliveries, /sim/requests: what happened.
#include <charconv>

#include "base/json.h"
#include "domain/wa_id.h"
#include "simulator/control/control.h"

namespace wherry::sim {

namespace {

constexpr std::size_t usual_limit = 100, most_limit = 10'000;

Result<std::size_t> limit_of(const std::string& query, std::size_t otherwise = usual_limit) {
  const auto text = http::query_value(query, "limit");
  if (!text) return otherwise;
  std::size_t limit = 0;
  const auto end = std::from_chars(text->data(), text->data() + text->size(), limit);
  if (end.ec != std::errc() || end.ptr != text->data() + text->size() || limit < 1) {
    return Error{ErrorCode::invalid_argument, "limit must be a whole number above 0"};
  }
  return std::min(limit, most_limit);
}

std::string unix_seconds(Timestamp at) { return std::to_string(to_unix_millis(at) / 1000); }

json::object describe(const MessageLog::Entry& entry) {
  const auto& message = *entry.message;
  json::object out;
  out["id"] = message.id;
  out["to"] = message.group_id.empty() ? message.wa_id : message.group_id;
  out["type"] = message.type;
  auto body = json::parse(message.body);
  out["body"] = body ? std::move(*body) : json::value(message.body);
  out["biz_opaque_callback_data"] = message.opaque.empty() ? json::value(nullptr) : json::value(message.opaque);
  json::array statuses;
  for (const auto& status : entry.statuses) {
    json::object one{{"status", status.status}, {"timestamp", unix_seconds(status.at)}};
    if (status.code != 0) one["code"] = status.code;
    statuses.push_back(std::move(one));
  }
  out["statuses"] = std::move(statuses);
  out["phone_number_id"] = message.number_id;
  out["input"] = message.input;
  if (!message.bsuid.empty()) out["recipient"] = message.bsuid;
  if (!message.rendered.empty()) out["rendered"] = message.rendered;
  out["category"] = message.category;
  out["timestamp"] = unix_seconds(message.at);
  return out;
}

}  // namespace

Control::Answer Control::messages(const Call& call) {
  TRY(const auto limit, limit_of(call.query));
  const auto to = http::query_value(call.query, "to");
  const auto wa_id = to ? parse_wa_id(*to) : std::nullopt;
  const auto wanted = [&](const SentMessage& message) {
    if (!to) return true;
    return (wa_id && message.wa_id == wa_id->digits) || message.input == *to || message.group_id == *to || message.bsuid == *to;
  };
  json::array data;
  for (const auto& entry : engine_.world.messages.recent(limit, wanted)) data.push_back(describe(entry));
  return json::value(json::object{{"data", std::move(data)}});
}

Control::Answer Control::received(const Call& call) {
  TRY(const auto limit, limit_of(call.query));
  json::array data;
  for (const auto& message : engine_.world.received.recent(limit)) {
    data.push_back(json::object{{"id", message.id},
                                {"phone_number_id", message.number_id},
                                {"from", message.from},
                                {"type", message.type},
                                {"timestamp", unix_seconds(message.at)},
                                {"marked_read", message.marked_read},
                                {"typing_shown", message.typing_shown}});
  }
  return json::value(json::object{{"data", std::move(data)}});
}

Control::Answer Control::deliveries(const Call& call) {
  TRY(const auto limit, limit_of(call.query));
  std::uint64_t delivery = 0;
  if (const auto text = http::query_value(call.query, "delivery")) {
    std::from_chars(text->data(), text->data() + text->size(), delivery);
  }
  json::array data;
  for (const auto& attempt : engine_.dispatcher.log().latest(limit, delivery)) {
    json::object one{{"number", attempt.number},
                     {"delivery", attempt.delivery},
                     {"attempt", attempt.attempt},
                     {"timestamp_ms", to_unix_millis(attempt.at)},
                     {"app_id", attempt.app_id},
                     {"url", attempt.url},
                     {"field", attempt.field},
                     {"updates", attempt.updates},
                     {"fault", std::string(to_string(attempt.fault))},
                     {"signature", attempt.signature},
                     {"status", attempt.status},
                     {"success", attempt.success},
                     {"took_ms", attempt.took.count()}};
    one["body"] = attempt.body ? json::value(*attempt.body) : json::value(nullptr);
    if (!attempt.error.empty()) one["error"] = attempt.error;
    data.push_back(std::move(one));
  }
  return json::value(json::object{{"data", std::move(data)}});
}

Control::Answer Control::requests(const Call& call) {
  TRY(const auto limit, limit_of(call.query));
  json::array data;
  for (const auto& request : engine_.world.requests.recent(limit)) {
    data.push_back(json::object{{"timestamp_ms", to_unix_millis(request.at)},
                                {"method", request.method},
                                {"path", request.path},
                                {"status", request.status},
                                {"code", request.code}});
  }
  return json::value(json::object{{"data", std::move(data)}});
}

}  // namespace wherry::sim
