#include "store/message_rows.h"

#include "base/json.h"
#include "store/values.h"

namespace wherry::store {

namespace {
constexpr const char* insert_journal =
    "INSERT INTO journal (tenant_id, sequence, kind, channel_id, conversation_id, subject, at, recorded_at, body) "
    "VALUES ($1, " WHERRY_NEXT_SEQUENCE("$1") ", $2, $3, $4, $5, $6, $6, $7)";

std::optional<WaId> as_wa_id(const Value& value) {
  auto digits = as_optional_text(value);
  return digits ? std::optional<WaId>(WaId{std::move(*digits)}) : std::nullopt;
}

int int_member(const json::object& object, std::string_view name) {
  const auto* member = json::find(object, name);
  return member != nullptr && member->is_int64() ? static_cast<int>(member->get_int64()) : 0;
}
}  // namespace

Message to_message(const Row& row) {
  Message message;
  message.id = as_id<MessageId>(row[0]);
  message.tenant = as_id<TenantId>(row[1]);
  message.channel = as_id<ChannelId>(row[2]);
  message.conversation = as_id<ConversationId>(row[3]);
  if (auto content = content_from_json(as_text(row[4]))) message.content = std::move(*content);
  message.state = static_cast<MessageState>(as_int(row[5]));
  message.wamid = as_text(row[6]);
  message.error = error_from_json(as_text(row[7]));
  message.attempts = static_cast<std::uint32_t>(as_int(row[8]));
  message.next_attempt_at = as_optional_time(row[9]);
  message.give_up_at = as_time(row[10]);
  message.created_at = as_time(row[11]);
  message.updated_at = as_time(row[12]);
  message.resends = static_cast<std::uint32_t>(as_int(row[13]));
  message.window_check = static_cast<WindowCheck>(as_int(row[14]));
  message.priority = static_cast<Priority>(as_int(row[15]));
  message.send_at = as_optional_time(row[16]);
  message.place = as_int(row[17]);
  message.client_data = as_text(row[18]);
  message.reply_to = as_text(row[19]);
  message.expires_at = as_optional_time(row[20]);
  return message;
}

Conversation to_conversation(const Row& row) {
  Conversation conversation;
  conversation.id = as_id<ConversationId>(row[0]);
  conversation.tenant = as_id<TenantId>(row[1]);
  conversation.channel = as_id<ChannelId>(row[2]);
  conversation.contact = as_id<ContactId>(row[3]);
  conversation.last_inbound_at = as_optional_time(row[4]);
  conversation.created_at = as_time(row[5]);
  conversation.identity.wa_id = as_wa_id(row[6]);
  conversation.identity.bsuid = as_optional_text(row[7]);
  conversation.identity.parent_bsuid = as_optional_text(row[8]);
  conversation.identity.profile_name = as_optional_text(row[9]);
  conversation.identity.username = as_optional_text(row[10]);
  return conversation;
}

JournalEvent to_event(const Row& row) {
  JournalEvent event;
  event.sequence = static_cast<std::uint64_t>(as_int(row[0]));
  event.tenant = as_id<TenantId>(row[1]);
  event.kind = as_text(row[2]);
  if (std::holds_alternative<Bytes>(row[3])) event.channel = as_id<ChannelId>(row[3]);
  if (std::holds_alternative<Bytes>(row[4])) event.conversation = as_id<ConversationId>(row[4]);
  event.subject = as_raw_id(row[5]);
  event.at = as_time(row[6]);
  event.recorded_at = as_time(row[7]);
  event.body = as_text(row[8]);
  return event;
}

json::object error_object(const UpstreamError& error) {
  json::object out;
  out["code"] = error.code;
  out["subcode"] = error.subcode;
  out["http_status"] = error.http_status;
  out["title"] = error.title;
  out["details"] = error.details;
  out["fbtrace_id"] = error.fbtrace_id;
  out["is_transient"] = error.is_transient;
  return out;
}

std::string error_to_json(const UpstreamError& error) { return json::serialize(error_object(error)); }

std::optional<UpstreamError> error_from_json(const std::string& text) {
  if (text.empty()) return std::nullopt;
  auto parsed = json::parse(text);
  if (!parsed || !parsed->is_object()) return std::nullopt;
  const auto& object = parsed->get_object();
  UpstreamError error;
  error.code = int_member(object, "code");
  error.subcode = int_member(object, "subcode");
  error.http_status = int_member(object, "http_status");
  error.title = json::find_string(object, "title").value_or("");
  error.details = json::find_string(object, "details").value_or("");
  error.fbtrace_id = json::find_string(object, "fbtrace_id").value_or("");
  const auto* transient = json::find(object, "is_transient");
  error.is_transient = transient != nullptr && transient->is_bool() && transient->get_bool();
  return error;
}

Statement journal_row(TenantId tenant, std::string kind, std::optional<ChannelId> channel, std::optional<ConversationId> conversation,
                      RawId subject, Timestamp at, std::string body) {
  return {insert_journal,
          {value_of(tenant), std::move(kind), channel ? value_of(*channel) : Value(), conversation ? value_of(*conversation) : Value(),
           subject.is_null() ? Value() : value_of(subject), value_of(at), std::move(body)},
          {}};
}

std::string journal_body(const MessageMove& move, const std::string& known) {
  json::object body;
  body["messageId"] = move.id.text();
  body["state"] = to_string(move.to);
  body["attempts"] = move.attempts;
  if (const auto& wamid = move.wamid.empty() ? known : move.wamid; !wamid.empty()) body["wamid"] = wamid;
  if (move.error) body["error"] = error_object(*move.error);
  if (move.attempt_started_at) body["attemptStartedAt"] = to_iso8601(*move.attempt_started_at);
  if (move.next_attempt_at) body["nextAttemptAt"] = to_iso8601(*move.next_attempt_at);
  return json::serialize(body);
}

}  // namespace wherry::store
