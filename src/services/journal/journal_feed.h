#pragma once

#include <cstdint>
#include <memory>
#include <mutex>
#include <unordered_map>
#include <vector>

#include "base/clock.h"
#include "base/ids.h"
#include "base/task.h"

namespace wherry {

/// Wakes the readers of the journal. A loop that loses nothing, with `cursor` the last sequence it has seen:
///   const auto seen = feed.generation(tenant);
///   … read and handle what is after `cursor`; go round again while there was anything …
///   co_await feed.wait(tenant, seen, timeout);
/// The null TenantId stands for all tenants together. Threads: any. It outlives everybody who waits.
class JournalFeed {
 public:
  explicit JournalFeed(Clock& clock);
  ~JournalFeed();
  JournalFeed(const JournalFeed&) = delete;
  JournalFeed& operator=(const JournalFeed&) = delete;

  /// Says that the tenant's journal has grown. Call it after the commit.
  void notify(TenantId tenant);
  /// Grows with every notify of the tenant; 0 before the first.
  std::uint64_t generation(TenantId tenant) const;
  /// Returns once generation(tenant) is no longer `seen`, at once if it is not; after `timeout`; when the coroutine is cancelled;
  /// or when the feed is closed.
  Task<void> wait(TenantId tenant, std::uint64_t seen, milliseconds timeout);

  /// Ends every wait, now and from now on: the server is stopping.
  void close();
  bool closed() const;

 private:
  struct Waiter;
  struct Line {
    std::uint64_t generation = 0;
    std::vector<std::shared_ptr<Waiter>> waiters;
  };
  bool enlist(TenantId tenant, std::uint64_t seen, const std::shared_ptr<Waiter>& waiter);
  void leave(TenantId tenant, const std::shared_ptr<Waiter>& waiter);
  static void ring(const std::vector<std::shared_ptr<Waiter>>& waiters);

  Clock& clock_;
  mutable std::mutex mutex_;
  std::unordered_map<TenantId, Line, IdHash> lines_;
  bool closed_ = false;
};

}  // namespace wherry
