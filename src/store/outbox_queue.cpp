// The line of messages that wait to be sent. Each query is served by one partial index, which holds nothing but such messages.
#include "store/outbox_queue.h"

#include <algorithm>

#include "base/fault_point.h"
#include "base/json.h"
#include "store/message_rows.h"
#include "store/message_store.h"
#include "store/values.h"

namespace wherry::store {

namespace {

#define WHERRY_IN_LINE "state = 0 AND place IS NOT NULL"
#define WHERRY_FIRST_OF(priority)                                                                                                     \
  "(SELECT m.created_at FROM messages m WHERE m.state = 0 AND m.place IS NOT NULL AND m.channel_id = c.id AND m.priority = " priority \
  " ORDER BY m.place, m.id LIMIT 1)"
#define WHERRY_LAST_OF(priority)                                                                                                 \
  "(SELECT m.place FROM messages m WHERE m.state = 0 AND m.place IS NOT NULL AND m.channel_id = c.id AND m.priority = " priority \
  " ORDER BY m.place DESC, m.id DESC LIMIT 1)"
constexpr const char* select_lines =
    "WITH RECURSIVE c(id) AS ("
    "SELECT (SELECT m.channel_id FROM messages m WHERE m.state = 0 AND m.place IS NOT NULL ORDER BY m.channel_id LIMIT 1) "
    "UNION ALL SELECT (SELECT m.channel_id FROM messages m WHERE m.state = 0 AND m.place IS NOT NULL AND m.channel_id > c.id "
    "ORDER BY m.channel_id LIMIT 1) FROM c WHERE c.id IS NOT NULL) "
    "SELECT c.id, " WHERRY_FIRST_OF("0") ", " WHERRY_FIRST_OF("1") ", " WHERRY_LAST_OF("0") ", " WHERRY_LAST_OF(
        "1") " FROM c WHERE c.id IS NOT NULL";
constexpr const char* select_in_line = "SELECT conversation_id, place, id FROM messages WHERE " WHERRY_IN_LINE
                                       " AND channel_id = $1 AND priority = $2 AND (place, id) > ($3, $4) ORDER BY place, id LIMIT $5";
constexpr const char* select_lane =
    "SELECT " WHERRY_MESSAGE_COLUMNS " FROM messages WHERE " WHERRY_IN_LINE " AND conversation_id = $1 ORDER BY place, id LIMIT $2";
// Each half is the front of one index range; together they are sorted.
#define WHERRY_FRONT_OF(priority)                                                                                 \
  "SELECT id FROM (SELECT id FROM messages WHERE " WHERRY_IN_LINE " AND channel_id = $1 AND priority = " priority \
  " ORDER BY place, id LIMIT $2) f" priority
constexpr const char* select_channel_lane =
    "SELECT " WHERRY_MESSAGE_COLUMNS
    " FROM messages WHERE id IN (" WHERRY_FRONT_OF("0") " UNION ALL " WHERRY_FRONT_OF("1") ") ORDER BY place, id LIMIT $2";
constexpr const char* select_linked_sends = "SELECT channel_id, at FROM linked_sends WHERE at >= $1 ORDER BY at";
constexpr const char* select_due = "SELECT " WHERRY_MESSAGE_COLUMNS
                                   " FROM messages WHERE state = 0 AND next_attempt_at IS NOT NULL AND next_attempt_at <= $1 "
                                   "AND (next_attempt_at, id) > ($2, $3) ORDER BY next_attempt_at, id LIMIT $4";
constexpr const char* select_next_due =
    "SELECT next_attempt_at FROM messages WHERE state = 0 AND next_attempt_at IS NOT NULL ORDER BY next_attempt_at LIMIT 1";
constexpr const char* update_place =
    "UPDATE messages SET place = $2, next_attempt_at = NULL, updated_at = $3 WHERE id = $1 AND state = 0 AND place IS NULL";
constexpr const char* select_expired =
    "SELECT " WHERRY_MESSAGE_COLUMNS
    " FROM messages WHERE state = 0 AND expires_at IS NOT NULL AND expires_at <= $1 ORDER BY expires_at, id LIMIT $2";
constexpr const char* select_sending = "SELECT " WHERRY_MESSAGE_COLUMNS " FROM messages WHERE state = 1 AND id > $1 ORDER BY id LIMIT $2";
constexpr const char* select_counts =
    "SELECT (SELECT COUNT(*) FROM messages WHERE " WHERRY_IN_LINE
    "), (SELECT COUNT(*) FROM messages WHERE state = 0 AND next_attempt_at IS NOT NULL AND place IS NULL), "
    "(SELECT COUNT(*) FROM messages WHERE state = 1)";

ChannelLine to_channel_line(const Row& row) {
  ChannelLine line;
  line.channel = as_id<ChannelId>(row[0]);
  const auto interactive = as_optional_time(row[1]);
  const auto bulk = as_optional_time(row[2]);
  line.oldest = std::min(interactive.value_or(Timestamp::max()), bulk.value_or(Timestamp::max()));
  line.last_place = std::max(as_int(row[3]), as_int(row[4]));
  return line;
}

InLine to_in_line(const Row& row) { return {as_id<ConversationId>(row[0]), {as_int(row[1]), as_id<MessageId>(row[2])}}; }

std::string due_body(const Message& message) {
  json::object body;
  body["messageId"] = message.id.text();
  body["state"] = to_string(MessageState::accepted);
  if (message.send_at) body["sendAt"] = to_iso8601(*message.send_at);
  return json::serialize(body);
}

}  // namespace

Task<Result<std::vector<ChannelLine>>> query_channel_lines(Database& database) {
  Statement statement{select_lines, {}, {}};
  CO_TRY(auto rows, co_await database.query(std::move(statement)));
  co_return map_rows(rows, to_channel_line);
}

Task<Result<std::vector<ChannelLine>>> SqlMessageStore::channel_lines() { co_return co_await query_channel_lines(database_); }

Task<Result<std::vector<InLine>>> SqlMessageStore::in_line(ChannelId channel, Priority priority, LinePosition after, std::uint32_t limit) {
  Statement statement{
      select_in_line,
      {value_of(channel), number(static_cast<std::uint64_t>(priority)), Value(after.place), value_of(after.id), number(limit)},
      {}};
  CO_TRY(auto rows, co_await database_.query(std::move(statement)));
  co_return map_rows(rows, to_in_line);
}

Task<Result<std::vector<Message>>> SqlMessageStore::lane(ConversationId conversation, std::uint32_t limit) {
  Statement statement{select_lane, {value_of(conversation), number(limit)}, {}};
  CO_TRY(auto rows, co_await database_.query(std::move(statement)));
  co_return map_rows(rows, to_message);
}

Task<Result<std::vector<Message>>> SqlMessageStore::channel_lane(ChannelId channel, std::uint32_t limit) {
  Statement statement{select_channel_lane, {value_of(channel), number(limit)}, {}};
  CO_TRY(auto rows, co_await database_.query(std::move(statement)));
  co_return map_rows(rows, to_message);
}

Task<Result<std::vector<LinkedSend>>> SqlMessageStore::linked_sends(Timestamp since) {
  Statement statement{select_linked_sends, {value_of(since)}, {}};
  CO_TRY(auto rows, co_await database_.query(std::move(statement)));
  co_return map_rows(rows, [](const Row& row) { return LinkedSend{as_id<ChannelId>(row[0]), as_time(row[1])}; });
}

Task<Result<std::vector<Message>>> SqlMessageStore::due(Timestamp now, DuePosition after, std::uint32_t limit) {
  Statement statement{select_due, {value_of(now), value_of(after.at), value_of(after.id), number(limit)}, {}};
  CO_TRY(auto rows, co_await database_.query(std::move(statement)));
  co_return map_rows(rows, to_message);
}

Task<Result<std::optional<Timestamp>>> SqlMessageStore::next_due() {
  Statement statement{select_next_due, {}, {}};
  CO_TRY(auto rows, co_await database_.query(std::move(statement)));
  co_return first_row(rows, [](const Row& row) { return as_time(row[0]); });
}

Task<std::vector<Result<void>>> SqlMessageStore::put_in_line(std::vector<Message> messages, Timestamp now) {
  std::vector<Batch> batches;
  std::vector<TenantId> tenants;
  for (const auto& message : messages) {
    Batch batch;
    batch.push_back({update_place, {value_of(message.id), Value(message.place), value_of(now)}, 1});
    batch.push_back(
        journal_row(message.tenant, "message.due", message.channel, message.conversation, message.id.raw, now, due_body(message)));
    batches.push_back(std::move(batch));
    tenants.push_back(message.tenant);
  }
  fault_point("before-due-commit");
  auto outcomes = co_await commit_each(std::move(batches), std::move(tenants));
  fault_point("after-due-commit");
  co_return outcomes;
}

Task<std::vector<Result<void>>> SqlMessageStore::commit_each(std::vector<Batch> batches, std::vector<TenantId> tenants) {
  const auto count = batches.size();
  auto results = co_await database_.commit_all(std::move(batches));
  if (!results) co_return std::vector<Result<void>>(count, results.error());
  std::vector<Result<void>> outcomes;
  std::vector<TenantId> told;
  for (std::size_t i = 0; i < count; ++i) {
    const auto& result = (*results)[i];
    outcomes.push_back(result ? Result<void>() : Result<void>(result.error()));
    if (!result || std::find(told.begin(), told.end(), tenants[i]) != told.end()) continue;
    journaled(tenants[i]);
    told.push_back(tenants[i]);
  }
  co_return outcomes;
}

Task<Result<std::vector<Message>>> SqlMessageStore::expired(Timestamp now, std::uint32_t limit) {
  Statement statement{select_expired, {value_of(now), number(limit)}, {}};
  CO_TRY(auto rows, co_await database_.query(std::move(statement)));
  co_return map_rows(rows, to_message);
}

Task<Result<std::vector<Message>>> SqlMessageStore::sending(std::optional<MessageId> after, std::uint32_t limit) {
  Statement statement{select_sending, {value_of(after.value_or(MessageId{})), number(limit)}, {}};
  CO_TRY(auto rows, co_await database_.query(std::move(statement)));
  co_return map_rows(rows, to_message);
}

Task<Result<OutboxCounts>> SqlMessageStore::count_waiting() {
  Statement statement{select_counts, {}, {}};
  CO_TRY(auto rows, co_await database_.query(std::move(statement)));
  const auto& row = rows.front();
  co_return OutboxCounts{static_cast<std::uint64_t>(as_int(row[0])), static_cast<std::uint64_t>(as_int(row[1])),
                         static_cast<std::uint64_t>(as_int(row[2]))};
}

}  // namespace wherry::store
