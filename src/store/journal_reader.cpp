#include "store/journal_reader.h"

#include <algorithm>

#include "base/json.h"
#include "store/message_rows.h"
#include "store/values.h"

namespace wherry::store {

namespace {

// Both ends are single steps in the primary key.
#define WHERRY_SPAN(tenant)                                                \
  tenant ", (SELECT MIN(sequence) FROM journal WHERE tenant_id = " tenant  \
         "), (SELECT MAX(sequence) FROM journal WHERE tenant_id = " tenant \
         "), (SELECT COALESCE(SUM(rows), 0) FROM journal_dropped WHERE tenant_id = " tenant ")"
constexpr const char* select_span = "SELECT " WHERRY_SPAN("$1");
constexpr const char* select_spans = "SELECT " WHERRY_SPAN("t.id") " FROM tenants t ORDER BY t.id";

#define WHERRY_EVENTS "SELECT " WHERRY_JOURNAL_COLUMNS " FROM journal WHERE "
#define WHERRY_WINDOW "tenant_id = $1 AND sequence > $2 AND sequence <= $3"
constexpr const char* select_window = WHERRY_EVENTS WHERRY_WINDOW " ORDER BY sequence LIMIT $4";
constexpr const char* select_window_of_kind = WHERRY_EVENTS WHERRY_WINDOW " AND kind = $5 ORDER BY sequence LIMIT $4";
constexpr const char* select_about = WHERRY_EVENTS "subject = $1 ORDER BY sequence LIMIT 1000";
constexpr const char* select_oldest = "SELECT sequence, recorded_at FROM journal WHERE tenant_id = $1 ORDER BY sequence LIMIT $2";

// The newest row stays whatever is asked for: the next number is taken from it.
#define WHERRY_DROPPABLE "tenant_id = $1 AND sequence <= $2 AND sequence < (SELECT MAX(j.sequence) FROM journal j WHERE j.tenant_id = $1)"
constexpr const char* count_dropped =
    "INSERT INTO journal_dropped (tenant_id, kind, rows) SELECT $1, kind, COUNT(*) FROM journal WHERE " WHERRY_DROPPABLE
    " GROUP BY kind ON CONFLICT (tenant_id, kind) DO UPDATE SET rows = journal_dropped.rows + excluded.rows";
constexpr const char* delete_dropped = "DELETE FROM journal WHERE " WHERRY_DROPPABLE;

constexpr const char* select_needed =
    "SELECT MIN(n) FROM (SELECT MIN(cursor_at) + 1 AS n FROM subscriptions WHERE tenant_id = $1 AND removed_at IS NULL "
    "UNION ALL SELECT MIN(d.sequence) FROM subscriptions s JOIN deliveries d ON d.subscription_id = s.id AND d.state <> 1 "
    "WHERE s.tenant_id = $1 AND s.removed_at IS NULL "
    "UNION ALL SELECT MIN(sequence) FROM offline_queue WHERE tenant_id = $1) AS needed";

JournalSpan to_span(const store::Row& row) {
  JournalSpan span;
  span.tenant = as_id<TenantId>(row[0]);
  span.first = static_cast<std::uint64_t>(as_int(row[1]));
  span.last = static_cast<std::uint64_t>(as_int(row[2]));
  span.dropped = static_cast<std::uint64_t>(as_int(row[3]));
  return span;
}

JournalPruner::Row to_row(const store::Row& row) { return {static_cast<std::uint64_t>(as_int(row[0])), as_time(row[1])}; }

}  // namespace

Task<Result<JournalSpan>> SqlJournalReader::span(TenantId tenant) {
  Statement statement{select_span, {value_of(tenant)}, {}};
  CO_TRY(auto rows, co_await database_.query(std::move(statement)));
  co_return to_span(rows.front());
}

Task<Result<JournalPage>> SqlJournalReader::events(TenantId tenant, std::uint64_t after, std::string kind, std::uint32_t limit) {
  JournalPage page;
  CO_TRY(page.span, co_await span(tenant));
  if (page.span.first > 0) after = std::max(after, page.span.first - 1);
  const auto to = std::min<std::uint64_t>(page.span.last, after + scan_limit);
  page.scanned_to = std::max(after, to);
  if (to <= after) co_return page;
  Statement statement{select_window, {value_of(tenant), number(after), number(to), number(limit)}, {}};
  if (!kind.empty()) {
    statement.sql = select_window_of_kind;
    statement.params.emplace_back(std::move(kind));
  }
  CO_TRY(auto rows, co_await database_.query(std::move(statement)));
  page.events = map_rows(rows, to_event);
  if (page.events.size() == limit) page.scanned_to = page.events.back().sequence;
  co_return page;
}

Task<Result<std::vector<JournalEvent>>> SqlJournalReader::events_about(RawId subject) {
  Statement statement{select_about, {value_of(subject)}, {}};
  CO_TRY(auto rows, co_await database_.query(std::move(statement)));
  co_return map_rows(rows, to_event);
}

Task<Result<std::vector<JournalSpan>>> SqlJournalReader::spans() {
  Statement statement{select_spans, {}, {}};
  CO_TRY(auto rows, co_await database_.query(std::move(statement)));
  co_return map_rows(rows, to_span);
}

Task<Result<std::vector<JournalPruner::Row>>> SqlJournalReader::oldest(TenantId tenant, std::uint32_t limit) {
  Statement statement{select_oldest, {value_of(tenant), number(limit)}, {}};
  CO_TRY(auto rows, co_await database_.query(std::move(statement)));
  co_return map_rows(rows, to_row);
}

Task<Result<void>> SqlJournalReader::drop(TenantId tenant, std::uint64_t first, std::uint64_t last, Timestamp now) {
  json::object body;
  body["from"] = first;
  body["to"] = last;
  body["count"] = last - first + 1;
  Batch batch;
  batch.push_back({count_dropped, {value_of(tenant), number(last)}, {}});
  batch.push_back({delete_dropped, {value_of(tenant), number(last)}, last - first + 1});
  batch.push_back(journal_row(tenant, "journal.dropped", std::nullopt, std::nullopt, RawId{}, now, json::serialize(body)));
  CO_TRY_VOID(co_await database_.commit(std::move(batch)));
  if (feed_ != nullptr) feed_->notify(tenant);
  co_return Result<void>();
}

Task<Result<std::optional<std::uint64_t>>> SqlJournalReader::lowest_needed(TenantId tenant) {
  Statement statement{select_needed, {value_of(tenant)}, {}};
  CO_TRY(auto rows, co_await database_.query(std::move(statement)));
  const auto& lowest = rows.front()[0];
  if (!std::holds_alternative<std::int64_t>(lowest)) co_return std::optional<std::uint64_t>();
  co_return std::optional<std::uint64_t>(static_cast<std::uint64_t>(as_int(lowest)));
}

}  // namespace wherry::store
