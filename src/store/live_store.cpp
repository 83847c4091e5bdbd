#include "store/live_store.h"

#include "store/values.h"

namespace wherry::store {

namespace {

constexpr const char* select_cursor = "SELECT cursor_at FROM live_cursors WHERE tenant_id = $1";
constexpr const char* upsert_cursor =
    "INSERT INTO live_cursors (tenant_id, cursor_at) VALUES ($1, $2) ON CONFLICT (tenant_id) DO UPDATE SET cursor_at = excluded.cursor_at";
#define WHERRY_QUEUE_WHERE(which)                                                                                       \
  "INSERT INTO offline_queue (tenant_id, sequence, contact_id, at) SELECT j.tenant_id, j.sequence, v.contact_id, m.at " \
  "FROM journal j JOIN inbound_messages m ON m.id = j.subject JOIN conversations v ON v.id = m.conversation_id "        \
  "WHERE j.tenant_id = $1 AND " which " AND j.kind = 'message.received' ON CONFLICT (tenant_id, sequence) DO NOTHING"
constexpr const char* insert_queued = WHERRY_QUEUE_WHERE("j.sequence = $2");
constexpr const char* insert_range = WHERRY_QUEUE_WHERE("j.sequence > $2 AND j.sequence <= $3 AND j.at > $4");
constexpr const char* drop_oldest =
    "DELETE FROM offline_queue WHERE tenant_id = $1 AND sequence IN (SELECT q.sequence FROM offline_queue q WHERE q.tenant_id = $1 "
    "AND q.contact_id = (SELECT n.contact_id FROM offline_queue n WHERE n.tenant_id = $1 AND n.sequence = $2) "
    "ORDER BY q.at DESC, q.sequence DESC LIMIT 1000000 OFFSET $3)";
// As drop_oldest, of every customer who got a place in the range.
constexpr const char* drop_oldest_of_range =
    "DELETE FROM offline_queue WHERE tenant_id = $1 AND sequence IN (SELECT o.sequence FROM (SELECT q.sequence, "
    "ROW_NUMBER() OVER (PARTITION BY q.contact_id ORDER BY q.at DESC, q.sequence DESC) AS place FROM offline_queue q "
    "WHERE q.tenant_id = $1 AND q.contact_id IN (SELECT n.contact_id FROM offline_queue n "
    "WHERE n.tenant_id = $1 AND n.sequence > $2 AND n.sequence <= $3)) o WHERE o.place > $4)";
constexpr const char* select_next =
    "SELECT q.sequence FROM offline_queue q JOIN journal j ON j.tenant_id = q.tenant_id AND j.sequence = q.sequence "
    "WHERE q.tenant_id = $1 AND ($2 IS NULL OR j.channel_id = $2) AND q.at > $3 ORDER BY q.at, q.sequence LIMIT 1";
constexpr const char* delete_queued = "DELETE FROM offline_queue WHERE tenant_id = $1 AND sequence = $2";
constexpr const char* delete_expired =  // the index begins with the tenant
    "DELETE FROM offline_queue WHERE tenant_id IN (SELECT id FROM tenants) AND at <= $1";

}  // namespace

void add_to_offline_queue(Batch& batch, TenantId tenant, std::uint64_t sequence) {
  batch.push_back({insert_queued, {value_of(tenant), number(sequence)}, {}});
  batch.push_back({drop_oldest, {value_of(tenant), number(sequence), number(LiveStore::most_queued_per_customer)}, {}});
}

Task<Result<std::uint64_t>> SqlLiveStore::live_cursor(TenantId tenant) {
  Statement statement{select_cursor, {value_of(tenant)}, {}};
  CO_TRY(auto rows, co_await database_.query(std::move(statement)));
  co_return rows.empty() ? 0 : static_cast<std::uint64_t>(as_int(rows.front().front()));
}

Task<Result<std::uint64_t>> SqlLiveStore::record_live(TenantId tenant, std::uint64_t cursor, std::vector<std::uint64_t> queued) {
  Batch batch;
  for (const auto sequence : queued) add_to_offline_queue(batch, tenant, sequence);
  batch.push_back({upsert_cursor, {value_of(tenant), number(cursor)}, {}});
  CO_TRY(auto done, co_await database_.commit(std::move(batch)));
  std::uint64_t dropped = 0;
  for (std::size_t i = 1; i < 2 * queued.size(); i += 2) dropped += done[i].changed;
  co_return dropped;
}

Task<Result<LiveStore::QueuedRange>> SqlLiveStore::queue_all(TenantId tenant, std::uint64_t cursor, Timestamp not_before) {
  CO_TRY(const auto last, co_await journal_.last(tenant));
  QueuedRange range{std::min(last, cursor + most_at_once), 0, 0};
  if (range.cursor <= cursor) co_return QueuedRange{cursor, 0, 0};
  const auto from = number(cursor), to = number(range.cursor);
  Batch batch;
  batch.push_back({insert_range, {value_of(tenant), from, to, value_of(not_before)}, {}});
  batch.push_back({drop_oldest_of_range, {value_of(tenant), from, to, number(most_queued_per_customer)}, {}});
  batch.push_back({upsert_cursor, {value_of(tenant), to}, {}});
  CO_TRY(auto done, co_await database_.commit(std::move(batch)));
  range.queued = done[0].changed;
  range.dropped = done[1].changed;
  co_return range;
}

Task<Result<std::optional<JournalItem>>> SqlLiveStore::next_queued(TenantId tenant, std::optional<ChannelId> channel,
                                                                   Timestamp not_before) {
  Statement statement{select_next, {value_of(tenant), channel ? value_of(*channel) : Value(), value_of(not_before)}, {}};
  CO_TRY(auto rows, co_await database_.query(std::move(statement)));
  if (rows.empty()) co_return std::optional<JournalItem>();
  const auto sequence = static_cast<std::uint64_t>(as_int(rows.front().front()));
  CO_TRY(auto items, co_await journal_.read(tenant, sequence - 1, 1));
  if (items.empty() || items.front().event.sequence != sequence) co_return std::optional<JournalItem>();
  co_return std::optional(std::move(items.front()));
}

Task<Result<void>> SqlLiveStore::unqueue(TenantId tenant, std::uint64_t sequence) {
  Batch batch{{delete_queued, {value_of(tenant), number(sequence)}, {}}};
  CO_TRY_VOID(co_await database_.commit(std::move(batch)));
  co_return Result<void>();
}

Task<Result<std::uint64_t>> SqlLiveStore::expire_queue(Timestamp before) {
  Batch batch{{delete_expired, {value_of(before)}, {}}};
  CO_TRY(auto done, co_await database_.commit(std::move(batch)));
  co_return done.front().changed;
}

}  // namespace wherry::store
