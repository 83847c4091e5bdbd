#include "api/admin/send_request.h"

#include "api/admin/query.h"
#include "api/admin/wire.h"
#include "domain/meta_shape.h"

namespace wherry::api::admin {

namespace {

Error invalid(std::string text) { return {ErrorCode::invalid_argument, std::move(text)}; }

bool is_nothing(const json::value& value) {
  if (value.is_string()) return value.get_string().empty();
  return value.is_null() || (value.is_bool() && !value.get_bool());
}

// What was given and is not kept is not known. A default may be given though it is not kept.
Result<void> check_known(const json::object& given, const Content& content, std::string_view type) {
  const auto kept = json::parse(content_to_json(content));
  for (const auto& member : given) {
    const std::string_view name(member.key().data(), member.key().size());
    const bool known = name != "type" && kept && json::find(kept->get_object(), name) != nullptr;
    if (!known && !is_nothing(member.value()))
      return invalid("unknown field: " + std::string(type) + "." + std::string(name.substr(0, 60)));
  }
  return {};
}

template <class T>
Result<Content> as_content(Result<T> read) {
  if (!read) return std::move(read).error();
  return Content(std::move(*read));
}

// A kind whose members stand beside the type where it is stored: text, reaction, files.
Result<Content> parse_plain(const json::object& given, const std::string& type) {
  auto stored = given;
  stored["type"] = type;
  auto content = content_from_json(json::serialize(stored));
  if (!content) return invalid(type.substr(0, 60) + " is nothing that can be sent, or a member of it is missing or of the wrong type");
  TRY_VOID(check_known(given, *content, type));
  return std::move(*content);
}

Result<void> parse_recipient(const json::object& body, SendRequest& request) {
  TRY(const auto conversation, text_field(body, "conversation_id"));
  TRY(const auto channel, text_field(body, "channel_id"));
  TRY(const auto to, text_field(body, "to"));
  if (conversation) {
    if (channel || to) return invalid("give conversation_id, or channel_id and to");
    const auto id = ConversationId::parse(*conversation);
    if (!id) return invalid("conversation_id must be a conversation's id (conv_…)");
    request.conversation = *id;
    return {};
  }
  if (!channel || !to) return invalid("give conversation_id, or channel_id and to");
  const auto id = ChannelId::parse(*channel);
  if (!id) return invalid("channel_id must be a channel's id (pool_…)");
  auto number = parse_wa_id(*to);
  if (!number) return invalid("to must be a phone number with its country code");
  request.to = Recipient{*id, std::move(*number)};
  return {};
}

Result<void> parse_when(const json::object& body, SendRequest& request) {
  TRY(const auto priority, text_field(body, "priority"));
  if (priority) {
    const auto known = priority_from(*priority);
    if (!known) return invalid("priority must be interactive or bulk");
    request.priority = *known;
  }
  TRY(const auto send_at, text_field(body, "send_at"));
  if (send_at) {
    request.send_at = from_iso8601(*send_at);
    if (!request.send_at) return invalid("send_at must be a time in UTC such as 2026-02-03T09:15:27Z");
  }
  return {};
}

}  // namespace

Result<Content> parse_content(const json::object& body) {
  TRY(const auto type, text_field(body, "type"));
  if (!type || type->empty()) return invalid("type is needed: text, image, …");
  const auto* content = json::find(body, *type);
  if (*type == "contacts" && content != nullptr && content->is_array()) return as_content(read_contacts(content->get_array()));
  if (content == nullptr || !content->is_object()) return invalid("\"" + type->substr(0, 60) + "\" must be there, with the content");
  const auto& object = content->get_object();
  if (*type == "location") return as_content(read_location(object));
  if (*type == "interactive") return as_content(read_interactive(object));
  if (*type == "template") return as_content(read_template(object));
  return parse_plain(object, *type);
}

Result<SendRequest> parse_send_request(const json::object& body) {
  SendRequest request;
  TRY(const auto tenant, text_field(body, "tenant_id"));
  const auto id = tenant ? TenantId::parse(*tenant) : std::nullopt;
  if (!id) return invalid("tenant_id must be a tenant's id (ten_…)");
  request.tenant = *id;
  TRY_VOID(parse_recipient(body, request));
  TRY(request.content, parse_content(body));
  TRY_VOID(parse_when(body, request));
  const auto type = kind_name(request.content);
  TRY_VOID(only_fields(body, {"tenant_id", "conversation_id", "channel_id", "to", "type", type, "priority", "send_at"}));
  return request;
}

}  // namespace wherry::api::admin
