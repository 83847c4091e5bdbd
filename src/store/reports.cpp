#include "store/reports.h"

#include <map>

#include "store/message_rows.h"
#include "store/outbox_queue.h"
#include "store/values.h"

namespace wherry::store {

namespace {

// An index for each filter would cost a random page with every send, so the filters are applied while the primary key is walked
// backwards, over `scan_limit` rows at most: $1 and $2 are the ends, the others are NULL for "any".
constexpr const char* select_window_end = "SELECT id FROM messages WHERE id < $1 AND id >= $2 ORDER BY id DESC LIMIT 1 OFFSET $3";
constexpr const char* select_messages = "SELECT " WHERRY_MESSAGE_COLUMNS
                                        " FROM messages WHERE id < $1 AND id >= $2 AND ($3 IS NULL OR tenant_id = $3) "
                                        "AND ($4 IS NULL OR channel_id = $4) AND ($5 IS NULL OR conversation_id = $5) "
                                        "AND ($6 IS NULL OR state = $6) ORDER BY id DESC LIMIT $7";
constexpr const char* select_inbound =
    "SELECT id, tenant_id, channel_id, conversation_id, wamid, type, at, received_at FROM inbound_messages WHERE id = $1";

// One statement, so that all numbers are of one instant. What it counts, a name or number of it, how many.
constexpr const char* select_audit =
    "SELECT 'state', state, COUNT(*) FROM messages WHERE tenant_id = $1 GROUP BY state "
    "UNION ALL SELECT 'inbound', '', COUNT(*) FROM inbound_messages WHERE tenant_id = $1 "
    "UNION ALL SELECT 'journal', kind, COUNT(*) FROM journal WHERE tenant_id = $1 GROUP BY kind "
    "UNION ALL SELECT 'dropped', kind, rows FROM journal_dropped WHERE tenant_id = $1 "
    "UNION ALL SELECT 'first', '', COALESCE(MIN(sequence), 0) FROM journal WHERE tenant_id = $1 "
    "UNION ALL SELECT 'last', '', COALESCE(MAX(sequence), 0) FROM journal WHERE tenant_id = $1";

constexpr const char* select_unfinished =
    "SELECT (SELECT created_at FROM messages WHERE state = 1 ORDER BY id LIMIT 1), (SELECT COUNT(*) FROM pending_fetches)";
constexpr const char* select_last_inbound = "SELECT channel_id, MAX(last_inbound_at) FROM conversations GROUP BY channel_id";
constexpr const char* select_last_sent =
    "SELECT channel_id, MAX(updated_at) FROM (SELECT channel_id, updated_at, state FROM messages ORDER BY id DESC LIMIT $1) "
    "WHERE state BETWEEN 2 AND 5 GROUP BY channel_id";

RawId id_at(Timestamp at) {
  RawId id;
  auto millis = static_cast<std::uint64_t>(to_unix_millis(at));
  for (int i = 5; i >= 0; --i, millis >>= 8) id.bytes[static_cast<std::size_t>(i)] = static_cast<std::uint8_t>(millis);
  return id;
}

RawId beyond_all() {
  RawId id;
  id.bytes.fill(0xff);
  return id;
}

template <class AnyId>
Value any_or(const std::optional<AnyId>& id) {
  return id ? value_of(*id) : Value();
}

Reports::InboundSummary to_summary(const Row& row) {
  return {as_id<MessageId>(row[0]), as_id<TenantId>(row[1]), as_id<ChannelId>(row[2]), as_id<ConversationId>(row[3]),
          as_text(row[4]),          as_text(row[5]),         as_time(row[6]),          as_time(row[7])};
}

void add_to(Audit& audit, const Row& row) {
  const auto what = as_text(row[0]);
  const auto count = static_cast<std::uint64_t>(as_int(row[2]));
  if (what == "state") {
    audit.by_state.at(static_cast<std::size_t>(as_int(row[1]))) = count;
  } else if (what == "inbound") {
    audit.inbound = count;
  } else if (what == "first") {
    audit.first = count;
  } else if (what == "last") {
    audit.last = count;
  } else {
    audit.journaled[as_text(row[1])] += count;
    (what == "journal" ? audit.rows : audit.dropped) += count;
  }
}

}  // namespace

Task<Result<MessagePage>> SqlReports::list_messages(MessageFilter filter) {
  auto upper = filter.until ? id_at(*filter.until) : beyond_all();
  if (filter.before) upper = std::min(upper, filter.before->raw);
  auto lower = filter.since ? id_at(*filter.since) : RawId{};
  Statement end{select_window_end, {value_of(upper), value_of(lower), number(scan_limit - 1)}, {}};
  CO_TRY(auto window, co_await database_.query(std::move(end)));
  if (!window.empty()) lower = as_raw_id(window.front()[0]);
  const Value state = filter.state ? number(static_cast<std::uint64_t>(*filter.state)) : Value();
  Statement statement{select_messages,
                      {value_of(upper), value_of(lower), any_or(filter.tenant), any_or(filter.channel), any_or(filter.conversation), state,
                       number(filter.limit)},
                      {}};
  CO_TRY(auto rows, co_await database_.query(std::move(statement)));
  MessagePage page;
  page.messages = map_rows(rows, to_message);
  if (page.messages.size() == filter.limit) {
    page.next = page.messages.back().id;
  } else if (!window.empty()) {
    page.next = MessageId{lower};
  }
  co_return page;
}

Task<Result<std::optional<Reports::InboundSummary>>> SqlReports::find_inbound(MessageId id) {
  Statement statement{select_inbound, {value_of(id)}, {}};
  CO_TRY(auto rows, co_await database_.query(std::move(statement)));
  co_return first_row(rows, to_summary);
}

Task<Result<Audit>> SqlReports::audit(TenantId tenant) {
  Statement statement{select_audit, {value_of(tenant)}, {}};
  CO_TRY(auto rows, co_await database_.query(std::move(statement)));
  Audit audit;
  for (const auto& row : rows) add_to(audit, row);
  co_return audit;
}

Task<Result<Unfinished>> SqlReports::unfinished() {
  Statement statement{select_unfinished, {}, {}};
  CO_TRY(auto rows, co_await database_.query(std::move(statement)));
  Unfinished unfinished{as_optional_time(rows.front()[0]), static_cast<std::uint64_t>(as_int(rows.front()[1]))};
  CO_TRY(const auto lines, co_await query_channel_lines(database_));
  for (const auto& line : lines) unfinished.oldest = std::min(unfinished.oldest.value_or(line.oldest), line.oldest);
  co_return unfinished;
}

Task<Result<std::vector<ChannelTimes>>> SqlReports::channel_times() {
  Statement inbound{select_last_inbound, {}, {}};
  CO_TRY(auto inbound_rows, co_await database_.query(std::move(inbound)));
  Statement sent{select_last_sent, {number(scan_limit)}, {}};
  CO_TRY(auto sent_rows, co_await database_.query(std::move(sent)));
  std::map<ChannelId, ChannelTimes> times;
  for (const auto& row : inbound_rows) times[as_id<ChannelId>(row[0])].last_inbound = as_optional_time(row[1]);
  for (const auto& row : sent_rows) times[as_id<ChannelId>(row[0])].last_sent = as_optional_time(row[1]);
  std::vector<ChannelTimes> found;
  for (auto& [channel, one] : times) found.push_back({channel, one.last_inbound, one.last_sent});
  co_return found;
}

}  // namespace wherry::store
