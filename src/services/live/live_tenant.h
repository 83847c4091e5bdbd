#pragma once

#include "services/live/dispatch.h"
#include "services/webhooks/window.h"

namespace wherry {

/// One tenant's messages on their way to sockets. Threads: wake() and drain_to() from any; the rest on its executor.
class LiveTenant {
 public:
  static constexpr std::size_t window = 256;
  static constexpr std::size_t concurrency = 32;
  static constexpr milliseconds file_patience{60'000};

  LiveTenant(const LiveDispatch::Parts& parts, LiveCounters& counters, TenantId tenant, Executor executor);

  void start();
  void wake();
  /// Begins to hand out the queue, unless somebody is getting it already.
  void drain();
  Task<void> stop();

 private:
  Task<void> listen();
  Task<void> pump();
  Task<Result<void>> step();
  Task<Result<void>> commit();
  Task<Result<void>> fill();
  bool is_for_sockets(const JournalItem& item) const;
  void start_due();
  void wake_at(Timestamp at);
  Task<void> wait_and_wake(Timestamp at);

  Task<void> deliver(std::uint64_t sequence);
  Task<Result<bool>> file_is_ready(std::uint64_t sequence);
  Task<bool> hand_out(LiveSockets::Audience audience, std::string frame);

  Task<void> run_drain();
  /// False when the queue is empty or nobody is there.
  Task<Result<bool>> drain_one();

  const LiveDispatch::Parts& parts_;
  LiveCounters& counters_;
  TenantId tenant_;
  Executor executor_;
  TaskGroup group_;
  std::atomic<bool> wanted_{false}, stopping_{false};
  // The rest is touched on the executor only.
  bool pumping_ = false, loaded_ = false, draining_ = false;
  LiveSocketPtr drainer_;
  std::optional<Timestamp> armed_for_;
  webhooks::Window window_;
  std::uint64_t stored_cursor_ = 0;
  std::vector<std::uint64_t> to_queue_;
};

}  // namespace wherry
