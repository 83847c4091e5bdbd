#pragma once

#include "services/ports/live_store.h"
#include "store/database.h"
#include "store/journal_store.h"

namespace wherry::store {

/// LiveStore in SQL. The queue holds sequence numbers; the messages stay where they are.
class SqlLiveStore final : public LiveStore {
 public:
  explicit SqlLiveStore(Database& database) : database_(database), journal_(database) {}
  Task<Result<std::uint64_t>> live_cursor(TenantId tenant) override;
  Task<Result<std::uint64_t>> record_live(TenantId tenant, std::uint64_t cursor, std::vector<std::uint64_t> queued) override;
  Task<Result<QueuedRange>> queue_all(TenantId tenant, std::uint64_t cursor, Timestamp not_before) override;
  Task<Result<std::optional<JournalItem>>> next_queued(TenantId tenant, std::optional<ChannelId> channel, Timestamp not_before) override;
  Task<Result<void>> unqueue(TenantId tenant, std::uint64_t sequence) override;
  Task<Result<std::uint64_t>> expire_queue(Timestamp before) override;

 private:
  Database& database_;
  SqlJournalStore journal_;
};

/// Queues a customer's message for the tenant's sockets, and lets the oldest of that customer go when there are too many. Two statements.
void add_to_offline_queue(Batch& batch, TenantId tenant, std::uint64_t sequence);

}  // namespace wherry::store
