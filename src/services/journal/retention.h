#pragma once

#include <atomic>
#include <functional>
#include <optional>

#include "base/clock.h"
#include "services/ports/journal_reader.h"

namespace wherry {

struct RetentionOptions {
  milliseconds keep = std::chrono::days(30);        ///< an event is kept this long …
  std::uint64_t max_rows = 10'000'000;              ///< … and as long as it is among so many of its tenant
  milliseconds wait_for_readers = std::chrono::days(7);  ///< and so much longer while a reader has not seen it
};

/// Keeps the journal from growing for ever. Takes the oldest events of each tenant, never its newest, in portions, because
/// everything else that is to be written waits meanwhile. Threads: one sweep at a time; counters any.
class JournalRetention {
 public:
  static constexpr std::uint32_t portion = 2000;

  /// The lowest sequence somebody has yet to read; nullopt when nobody waits for anything. Events from it on are kept beyond their
  /// time for `wait_for_readers`, and beyond max_rows up to twice as many.
  using LowestNeeded = std::function<Task<Result<std::optional<std::uint64_t>>>(TenantId)>;

  JournalRetention(JournalReader& reader, JournalPruner& pruner, Clock& clock, RetentionOptions options);
  /// Set before the first sweep.
  void protect(LowestNeeded lowest_needed) { lowest_needed_ = std::move(lowest_needed); }

  /// Gives how many events went. Errors: unavailable; what was dropped before stays dropped.
  Task<Result<std::uint64_t>> sweep();
  std::uint64_t dropped() const { return dropped_; }

 private:
  Task<Result<std::uint64_t>> sweep_tenant(JournalSpan span);
  /// How many of the oldest rows may go.
  std::size_t droppable(const std::vector<JournalPruner::Row>& oldest, const JournalSpan& span, std::optional<std::uint64_t> needed) const;

  JournalReader& reader_;
  JournalPruner& pruner_;
  Clock& clock_;
  RetentionOptions options_;
  LowestNeeded lowest_needed_;
  std::atomic<std::uint64_t> dropped_{0};
};

}  // namespace wherry
