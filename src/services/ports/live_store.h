#pragma once

#include <optional>
#include <vector>

#include "services/ports/journal_store.h"

namespace wherry {

/// What waits for the applications' sockets. Every write is durable when it returns. Errors of all calls: unavailable.
class LiveStore {
 public:
  /// Per customer; over it the oldest goes.
  static constexpr std::uint32_t most_queued_per_customer = 100;
  static constexpr milliseconds queue_lifetime = std::chrono::hours(24);

  virtual ~LiveStore() = default;
  /// Up to here every message was handed out, queued or was not for sockets. 0 at first.
  virtual Task<Result<std::uint64_t>> live_cursor(TenantId tenant) = 0;
  /// Moves the cursor and queues messages, by their sequence, in one commit. Gives how many old ones had to go for them.
  virtual Task<Result<std::uint64_t>> record_live(TenantId tenant, std::uint64_t cursor, std::vector<std::uint64_t> queued) = 0;
  struct QueuedRange {
    std::uint64_t cursor = 0;   ///< where it stands now
    std::uint64_t queued = 0, dropped = 0;
  };
  /// Queues the messages after the cursor that came after `not_before`, as far as the journal goes but at most `most_at_once` events,
  /// and moves the cursor, in one commit.
  virtual Task<Result<QueuedRange>> queue_all(TenantId tenant, std::uint64_t cursor, Timestamp not_before) = 0;
  static constexpr std::uint64_t most_at_once = 2000;

  /// The oldest queued message that came after `not_before`, of one channel or (nullopt) of all.
  virtual Task<Result<std::optional<JournalItem>>> next_queued(TenantId tenant, std::optional<ChannelId> channel, Timestamp not_before) = 0;
  virtual Task<Result<void>> unqueue(TenantId tenant, std::uint64_t sequence) = 0;
  /// Forgets what has waited too long. Gives how many.
  virtual Task<Result<std::uint64_t>> expire_queue(Timestamp before) = 0;
};

}  // namespace wherry
