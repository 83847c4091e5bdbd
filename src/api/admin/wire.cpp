#include "api/admin/wire.h"

#include <algorithm>

#include "domain/service_window.h"

namespace wherry::api::admin {

namespace {
constexpr std::uint64_t body_limit = 64 * 1024;

json::value time_or_null(const std::optional<Timestamp>& at) { return at ? json::value(to_iso8601(*at)) : json::value(nullptr); }

Error wrong_type(std::string_view name, std::string_view wanted) {
  return {ErrorCode::invalid_argument, std::string(name) + " must be " + std::string(wanted)};
}
}  // namespace

json::object render(const Tenant& tenant) {
  json::object out;
  out["id"] = tenant.id.text();
  out["name"] = tenant.name;
  out["created_at"] = to_iso8601(tenant.created_at);
  return out;
}

json::object render(const ApiKey& key) {
  json::object out;
  out["id"] = key.id.text();
  out["tenant_id"] = key.tenant.text();
  out["style"] = key.style;
  out["prefix"] = key.prefix;
  out["label"] = key.label;
  json::array scopes;
  for (const auto name : key.scopes.names()) scopes.emplace_back(name);
  out["scopes"] = std::move(scopes);
  out["rate_limits"] = render(key.limits);
  out["created_at"] = to_iso8601(key.created_at);
  out["expires_at"] = time_or_null(key.expires_at);
  out["last_used_at"] = time_or_null(key.last_used_at);
  out["replaced_by"] = key.replaced_by ? json::value(key.replaced_by->text()) : json::value(nullptr);
  out["revoked_at"] = time_or_null(key.revoked_at);
  return out;
}

json::array render(const RateLimits& limits) {
  json::array out;
  for (const auto& one : limits) out.push_back(json::object{{"requests", one.requests}, {"window_seconds", one.window.count()}});
  return out;
}

json::object render(const Channel& channel) {
  json::object out;
  out["id"] = channel.id.text();
  out["tenant_id"] = channel.tenant.text();
  out["name"] = channel.name;
  out["kind"] = channel.kind == ChannelKind::linked ? "linked" : "cloud";
  out["phone_number_id"] = channel.phone_number_id;
  out["waba_id"] = channel.waba_id;
  out["display_number"] = channel.display_number;
  out["graph_url"] = channel.graph_url;
  out["graph_version"] = channel.graph_version;
  out["messages_per_second"] = channel.messages_per_second;
  out["pair_limit"] = channel.pair_limit;
  out["uncertain_policy"] = channel.uncertain_policy == UncertainPolicy::resend ? "resend" : "fail";
  out["uncertain_after_s"] = channel.uncertain_after.count();
  out["agent_id"] = channel.agent ? json::value(to_uuid(*channel.agent)) : json::value(nullptr);
  out["created_at"] = to_iso8601(channel.created_at);
  return out;
}

json::object render(const Conversation& conversation) {
  json::object out;
  out["id"] = conversation.id.text();
  out["tenant_id"] = conversation.tenant.text();
  out["channel_id"] = conversation.channel.text();
  const auto& who = conversation.identity;
  out["contact"] = who.wa_id ? who.wa_id->digits : who.bsuid.value_or("");
  out["contact_name"] = who.profile_name ? json::value(*who.profile_name) : json::value(nullptr);
  out["last_inbound_at"] = time_or_null(conversation.last_inbound_at);
  const auto& last = conversation.last_inbound_at;
  out["window_expires_at"] = last ? json::value(to_iso8601(*last + service_window_length)) : json::value(nullptr);
  out["created_at"] = to_iso8601(conversation.created_at);
  return out;
}

json::object render(const Message& message) {
  json::object out;
  out["id"] = message.id.text();
  out["tenant_id"] = message.tenant.text();
  out["channel_id"] = message.channel.text();
  out["conversation_id"] = message.conversation.text();
  out["type"] = kind_name(message.content);
  out["state"] = to_string(message.state);
  out["wamid"] = message.wamid.empty() ? json::value(nullptr) : json::value(message.wamid);
  out["priority"] = to_string(message.priority);
  out["send_at"] = time_or_null(message.send_at);
  out["expires_at"] = time_or_null(message.expires_at);
  out["attempts"] = message.attempts;
  out["next_attempt_at"] = time_or_null(message.next_attempt_at);
  if (message.error) {
    json::object error;
    error["code"] = message.error->code;
    error["http_status"] = message.error->http_status;
    error["title"] = message.error->title;
    error["details"] = message.error->details;
    error["fbtrace_id"] = message.error->fbtrace_id;
    error["class"] = to_string(retry_class_of(*message.error));
    out["error"] = std::move(error);
  }
  out["created_at"] = to_iso8601(message.created_at);
  out["updated_at"] = to_iso8601(message.updated_at);
  return out;
}

json::object render(const JournalEvent& event) {
  json::object out;
  out["sequence"] = event.sequence;
  out["event"] = event.kind;
  out["tenant_id"] = event.tenant.text();
  out["channel_id"] = event.channel ? json::value(event.channel->text()) : json::value(nullptr);
  out["conversation_id"] = event.conversation ? json::value(event.conversation->text()) : json::value(nullptr);
  out["message_id"] = event.subject.is_null() ? json::value(nullptr) : json::value(MessageId{event.subject}.text());
  out["at"] = to_iso8601(event.at);
  out["recorded_at"] = to_iso8601(event.recorded_at);
  auto body = json::parse(event.body);
  out["body"] = body ? std::move(*body) : json::value(nullptr);
  return out;
}

json::object render(const MessageTemplate& known) {
  json::object out;
  out["id"] = known.id;
  out["name"] = known.name;
  out["language"] = known.language;
  out["status"] = known.status;
  out["category"] = known.category;
  out["quality"] = known.quality;
  out["parameter_format"] = known.parameter_format;
  out["rejected_reason"] = known.rejected_reason;
  out["components"] = known.components;
  out["updated_at"] = to_iso8601(known.updated_at);
  return out;
}

json::object render_page(json::array items, std::optional<std::string> next_cursor) {
  json::object page;
  page["data"] = std::move(items);
  page["next_cursor"] = next_cursor ? json::value(*next_cursor) : json::value(nullptr);
  return page;
}

Task<Result<json::object>> read_object(http::Request& request) { co_return co_await read_object(*request.body); }

Task<Result<json::object>> read_object(http::BodyReader& body) {
  CO_TRY(auto text, co_await http::read_all(body, body_limit));
  CO_TRY(auto parsed, json::parse(text));
  if (!parsed.is_object()) co_return Error{ErrorCode::invalid_argument, "the body must be a JSON object"};
  co_return std::move(parsed.get_object());
}

Result<std::optional<std::string>> text_field(const json::object& body, std::string_view name) {
  const auto* member = json::find(body, name);
  if (member == nullptr) return std::optional<std::string>();
  if (!member->is_string()) return wrong_type(name, "a string");
  return std::optional<std::string>(std::string(member->get_string()));
}

Result<std::optional<std::int64_t>> integer_field(const json::object& body, std::string_view name, std::int64_t least, std::int64_t most) {
  const auto* member = json::find(body, name);
  if (member == nullptr) return std::optional<std::int64_t>();
  const auto range = "an integer from " + std::to_string(least) + " to " + std::to_string(most);
  if (!member->is_int64() || member->get_int64() < least || member->get_int64() > most) return wrong_type(name, range);
  return std::optional<std::int64_t>(member->get_int64());
}

Result<std::optional<bool>> flag_field(const json::object& body, std::string_view name) {
  const auto* member = json::find(body, name);
  if (member == nullptr) return std::optional<bool>();
  if (!member->is_bool()) return wrong_type(name, "true or false");
  return std::optional<bool>(member->get_bool());
}

Result<RateLimits> parse_limits(const json::value& value) {
  const Error wrong{ErrorCode::invalid_argument, "rate_limits must be a list of {requests, window_seconds}; empty means unlimited"};
  if (!value.is_array()) return wrong;
  RateLimits limits;
  for (const auto& item : value.get_array()) {
    if (!item.is_object()) return wrong;
    const auto& one = item.get_object();
    TRY_VOID(only_fields(one, {"requests", "window_seconds"}));
    TRY(auto requests, integer_field(one, "requests", 1, 10'000'000));
    TRY(auto window, integer_field(one, "window_seconds", 1, 86'400));
    if (!requests || !window) return wrong;
    limits.push_back({static_cast<std::uint32_t>(*requests), seconds(*window)});
  }
  return checked(std::move(limits));
}

Result<void> only_fields(const json::object& body, std::initializer_list<std::string_view> known) {
  for (const auto& member : body) {
    const std::string_view name(member.key().data(), member.key().size());
    if (std::find(known.begin(), known.end(), name) == known.end()) {
      return Error{ErrorCode::invalid_argument, "unknown field: " + std::string(name.substr(0, 60))};
    }
  }
  return {};
}

}  // namespace wherry::api::admin
