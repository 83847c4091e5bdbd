#include "store/message_store.h"

#include "base/fault_point.h"
#include "base/json.h"
#include "store/contact_batches.h"
#include "store/idempotency_rows.h"
#include "store/message_rows.h"
#include "store/values.h"

namespace wherry::store {

namespace {

constexpr const char* select_conversation =
    "SELECT " WHERRY_CONVERSATION_COLUMNS " FROM conversations v JOIN contacts c ON c.id = v.contact_id WHERE v.id = $1";
#define WHERRY_LIST(where)                                        \
  "SELECT " WHERRY_CONVERSATION_COLUMNS                           \
  " FROM conversations v JOIN contacts c ON c.id = v.contact_id " \
  "WHERE v.superseded = 0 AND v.id < $1 " where " ORDER BY v.id DESC LIMIT $2"
constexpr const char* list_all = WHERRY_LIST("");
constexpr const char* list_of_tenant = WHERRY_LIST("AND v.tenant_id = $3");
constexpr const char* list_of_contact = WHERRY_LIST("AND c.contact_key = $3");
constexpr const char* list_of_tenants_contact = WHERRY_LIST("AND c.contact_key = $3 AND c.tenant_id = $4");
constexpr const char* insert_message =
    "INSERT INTO messages (id, tenant_id, channel_id, conversation_id, content, state, attempts, priority, send_at, place, "
    "next_attempt_at, window_check, give_up_at, created_at, updated_at, client_data, reply_to, expires_at, error, wamid) "
    "VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $14, $15, $16, $17, $18, $19)";
constexpr const char* update_state =
    "UPDATE messages SET state = $3, wamid = COALESCE($4, wamid), "
    "error = CASE WHEN $3 BETWEEN 2 AND 5 THEN $5 ELSE COALESCE($5, error) END, "  // what was sent after all has no error
    "attempts = $6, next_attempt_at = $7, updated_at = $8, resends = resends + $9, give_up_at = COALESCE($10, give_up_at) "
    "WHERE id = $1 AND state = $2";
constexpr const char* forget_linked_sends = "DELETE FROM linked_sends WHERE channel_id = $1 AND at < $2";
constexpr const char* insert_chat_entry = "INSERT INTO chat_entries (conversation_id, message_id, inbound, at) VALUES ($1, $2, 0, $3)";
constexpr const char* insert_linked_send =
    "INSERT INTO linked_sends (channel_id, at, message_id) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING";
constexpr const char* select_message = "SELECT " WHERRY_MESSAGE_COLUMNS " FROM messages WHERE id = $1";
constexpr const char* select_by_wamid = "SELECT " WHERRY_MESSAGE_COLUMNS " FROM messages WHERE wamid = $1";
constexpr const char* select_inbound_wamid = "SELECT wamid FROM inbound_messages WHERE id = $1 AND conversation_id = $2";
// The state is written out, so that the partial index serves.
constexpr const char* select_uncertain =
    "SELECT " WHERRY_MESSAGE_COLUMNS " FROM messages WHERE state = 7 AND id > $1 AND updated_at <= $2 ORDER BY id LIMIT $3";
constexpr const char* select_journal = "SELECT " WHERRY_JOURNAL_COLUMNS
                                       " FROM journal "
                                       "WHERE tenant_id = $1 AND sequence > $2 ORDER BY sequence LIMIT $3";

std::string kind_of(MessageState state) {
  return state == MessageState::accepted ? "message.retrying" : "message." + std::string(to_string(state));
}

// `sending` is a step of ours that no application waits for; the row shows it.
bool is_told(const MessageMove& move) { return move.to != MessageState::sending; }

// Only a linked number's message has its wamid before it was sent.
void note_linked_send(Batch& batch, const Message& message, Timestamp at) {
  if (message.wamid.empty()) return;
  batch.push_back({forget_linked_sends, {value_of(message.channel), value_of(at - SentLog::longest)}, {}});
  batch.push_back({insert_linked_send, {value_of(message.channel), value_of(at), value_of(message.id)}, {}});
}

void note_chat_entry(Batch& batch, const Message& message) {
  if (message.wamid.empty()) return;
  batch.push_back({insert_chat_entry, {value_of(message.conversation), value_of(message.id), value_of(message.created_at)}, {}});
}

Batch move_batch(const MessageMove& move, const Message& message) {
  Batch batch;
  batch.push_back(
      {update_state,
       {value_of(move.id), number(static_cast<std::uint64_t>(move.from)), number(static_cast<std::uint64_t>(move.to)),
        move.wamid.empty() ? Value() : Value(move.wamid), move.error ? Value(error_to_json(*move.error)) : Value(), number(move.attempts),
        value_of(move.next_attempt_at), value_of(move.at), number(move.again_though_uncertain ? 1 : 0), value_of(move.give_up_at)},
       1});
  if (move.to == MessageState::sending) note_linked_send(batch, message, move.at);
  if (is_told(move)) {
    batch.push_back(journal_row(message.tenant, kind_of(move.to), message.channel, message.conversation, move.id.raw, move.at,
                                journal_body(move, message.wamid)));
  }
  return batch;
}

Value place_of(const Message& message) { return message.place == 0 ? Value() : Value(message.place); }

std::string accepted_body(const Message& message) {
  json::object body;
  body["messageId"] = message.id.text();
  body["state"] = to_string(MessageState::accepted);
  body["type"] = kind_name(message.content);
  if (message.priority != Priority::interactive) body["priority"] = to_string(message.priority);
  if (message.send_at) body["sendAt"] = to_iso8601(*message.send_at);
  if (message.expires_at) body["expiresAt"] = to_iso8601(*message.expires_at);
  return json::serialize(body);
}

Statement failed_at_once(const Message& message) {
  MessageMove move;
  move.id = message.id;
  move.to = MessageState::failed;
  move.error = message.error;
  return journal_row(message.tenant, kind_of(move.to), message.channel, message.conversation, message.id.raw, message.created_at,
                     journal_body(move, message.wamid));
}

}  // namespace

void SqlMessageStore::journaled(TenantId tenant) {
  if (feed_ != nullptr) feed_->notify(tenant);
}

Task<Result<std::optional<Conversation>>> SqlMessageStore::find_conversation(ConversationId id) {
  Statement statement{select_conversation, {value_of(id)}, {}};
  CO_TRY(auto rows, co_await database_.query(std::move(statement)));
  co_return first_row(rows, to_conversation);
}

Task<Result<std::vector<Conversation>>> SqlMessageStore::list_conversations(ConversationFilter filter) {
  RawId before;
  before.bytes.fill(0xff);
  if (filter.after) before = filter.after->raw;
  const bool by_contact = !filter.contact_key.empty();
  Statement statement{list_all, {value_of(before), number(filter.limit)}, {}};
  if (by_contact) statement.params.emplace_back(std::move(filter.contact_key));
  if (filter.tenant) statement.params.push_back(value_of(*filter.tenant));
  if (by_contact) {
    statement.sql = filter.tenant ? list_of_tenants_contact : list_of_contact;
  } else if (filter.tenant) {
    statement.sql = list_of_tenant;
  }
  CO_TRY(auto rows, co_await database_.query(std::move(statement)));
  co_return map_rows(rows, to_conversation);
}

Task<Result<std::optional<Conversation>>> SqlMessageStore::find_conversation_with(TenantId tenant, ChannelId channel, WaId number) {
  auto statement = find_conversation_by_key(tenant, channel, contact_key(number));
  CO_TRY(auto rows, co_await database_.query(std::move(statement)));
  co_return first_row(rows, to_conversation);
}

Task<Result<Conversation>> SqlMessageStore::open_conversation(TenantId tenant, ChannelId channel, ContactIdentity who, Timestamp now) {
  auto statement = find_conversation_of(tenant, channel, who);
  CO_TRY(const auto rows, co_await database_.query(std::move(statement)));
  if (auto known = first_row(rows, to_conversation)) co_return std::move(*known);
  auto batch = open_conversation_batch(tenant, channel, who, now);
  CO_TRY(auto made, co_await database_.commit(std::move(batch)));
  co_return to_conversation(made.back().rows.front());
}

Task<Result<void>> SqlMessageStore::accept(Message message, std::optional<IdempotencyClaim> claim) {
  Batch batch;
  if (claim) batch.push_back(claim_row(*claim, message.id, message.created_at));
  batch.push_back(
      {insert_message,
       {value_of(message.id), value_of(message.tenant), value_of(message.channel), value_of(message.conversation),
        content_to_json(message.content), number(static_cast<std::uint64_t>(message.state)), number(message.attempts),
        number(static_cast<std::uint64_t>(message.priority)), value_of(message.send_at), place_of(message),
        value_of(message.next_attempt_at), number(static_cast<std::uint64_t>(message.window_check)), value_of(message.give_up_at),
        value_of(message.created_at), message.client_data.empty() ? Value() : Value(message.client_data),
        message.reply_to.empty() ? Value() : Value(message.reply_to), value_of(message.expires_at),
        message.error ? Value(error_to_json(*message.error)) : Value(), message.wamid.empty() ? Value() : Value(message.wamid)},
       {}});
  note_chat_entry(batch, message);
  if (message.state == MessageState::sending) note_linked_send(batch, message, message.created_at);
  batch.push_back(journal_row(message.tenant, "message.accepted", message.channel, message.conversation, message.id.raw, message.created_at,
                              accepted_body(message)));
  if (message.state == MessageState::failed) batch.push_back(failed_at_once(message));
  fault_point("before-accept-commit");
  auto stored = co_await database_.commit(std::move(batch));
  if (!stored) {
    const bool key_taken = claim && stored.error().code == ErrorCode::conflict;  // nothing else in the batch expects anything
    co_return key_taken ? key_in_use() : std::move(stored).error();
  }
  fault_point("after-accept-commit");
  journaled(message.tenant);
  co_return Result<void>();
}

Task<Result<void>> SqlMessageStore::move(MessageMove move, Message message) {
  auto batch = move_batch(move, message);
  const bool journals = is_told(move);
  if (journals) fault_point("before-outcome-commit");
  CO_TRY_VOID(co_await database_.commit(std::move(batch)));
  if (!journals) co_return Result<void>();
  fault_point("after-outcome-commit");
  journaled(message.tenant);
  co_return Result<void>();
}

Task<std::vector<Result<void>>> SqlMessageStore::move_all(std::vector<std::pair<MessageMove, Message>> moves) {
  std::vector<Batch> batches;
  std::vector<TenantId> tenants;
  for (const auto& [move, message] : moves) {
    batches.push_back(move_batch(move, message));
    tenants.push_back(message.tenant);
  }
  co_return co_await commit_each(std::move(batches), std::move(tenants));
}

Task<Result<std::optional<Message>>> SqlMessageStore::find_message(MessageId id) {
  Statement statement{select_message, {value_of(id)}, {}};
  CO_TRY(auto rows, co_await database_.query(std::move(statement)));
  co_return first_row(rows, to_message);
}

Task<Result<std::optional<Message>>> SqlMessageStore::find_message_by_wamid(std::string wamid) {
  Statement statement{select_by_wamid, {std::move(wamid)}, {}};
  CO_TRY(auto rows, co_await database_.query(std::move(statement)));
  co_return first_row(rows, to_message);
}

Task<Result<std::optional<std::string>>> SqlMessageStore::find_inbound_wamid(ConversationId conversation, MessageId id) {
  Statement statement{select_inbound_wamid, {value_of(id), value_of(conversation)}, {}};
  CO_TRY(auto rows, co_await database_.query(std::move(statement)));
  co_return first_row(rows, [](const Row& row) { return as_text(row[0]); });
}

Task<Result<std::vector<Message>>> SqlMessageStore::uncertain(std::optional<MessageId> after, Timestamp since, std::uint32_t limit) {
  Statement statement{select_uncertain, {value_of(after.value_or(MessageId{})), value_of(since), number(limit)}, {}};
  CO_TRY(auto rows, co_await database_.query(std::move(statement)));
  co_return map_rows(rows, to_message);
}

Task<Result<void>> SqlMessageStore::record(JournalEvent event) {
  Batch batch;
  batch.push_back(
      journal_row(event.tenant, std::move(event.kind), event.channel, event.conversation, event.subject, event.at, std::move(event.body)));
  CO_TRY_VOID(co_await database_.commit(std::move(batch)));
  journaled(event.tenant);
  co_return Result<void>();
}

Task<Result<std::vector<JournalEvent>>> SqlMessageStore::journal_after(TenantId tenant, std::uint64_t sequence, std::uint32_t limit) {
  Statement statement{select_journal, {value_of(tenant), number(sequence), number(limit)}, {}};
  CO_TRY(auto rows, co_await database_.query(std::move(statement)));
  co_return map_rows(rows, to_event);
}

}  // namespace wherry::store
