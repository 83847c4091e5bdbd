#pragma once

#include <set>

#include "services/live/dispatch.h"
#include "services/webhooks/window.h"

namespace wherry {

/// One tenant's messages on their way to sockets. Threads: wake() and drain_to() from any; the rest on its executor.
class LiveTenant {
 public:
  static constexpr std::size_t window = 256;
  static constexpr std::size_t concurrency = 32;
  static constexpr milliseconds file_patience{60'000};
  static constexpr milliseconds queue_pace{250};  ///< between commits to the queue while nobody listens

  LiveTenant(const LiveDispatch::Parts& parts, LiveCounters& counters, TenantId tenant, Executor executor);

  void start();
  void wake();
  /// Begins to hand out the queue, unless somebody is getting it already.
  void drain();
  Task<void> stop();

 private:
  static constexpr milliseconds pause{1'000};  ///< before what failed is tried again

  // live_tenant.cpp: messages as they come
  Task<void> listen();
  Task<void> pump();
  Task<Result<void>> step();
  void note_store(const Result<void>& done);
  bool nobody_listens() const;
  Task<Result<void>> queue_all();
  Task<Result<void>> commit();
  Task<Result<void>> fill();
  bool is_for_sockets(const JournalItem& item) const;
  void start_due();
  void wake_at(Timestamp at);
  Task<void> wait_and_wake(Timestamp at);

  Task<void> deliver(std::uint64_t sequence);
  Task<Result<bool>> file_is_ready(std::uint64_t sequence);
  Task<bool> hand_out(LiveSockets::Audience audience, std::string frame);

  void queue(std::uint64_t sequence, ChannelId channel);

  // live_drain.cpp: the queue
  bool is_up_to_date(const LiveSocketPtr& socket) const { return up_to_date_.contains(socket->id); }
  Task<void> run_drain();
  enum class Drained {
    nothing,  ///< is queued for anybody who is there
    backlog,  ///< a message that waited for a connection, or one that could not be written: the pace is kept
    recent,   ///< one that came during the drain
    not_yet,  ///< the next one's file is still on its way
  };
  Task<Result<Drained>> drain_one();
  Task<Result<Drained>> drain_one_to(LiveSocketPtr socket);
  void forget_closed(const std::vector<LiveSocketPtr>& open);

  const LiveDispatch::Parts& parts_;
  LiveCounters& counters_;
  TenantId tenant_;
  Executor executor_;
  TaskGroup group_;
  std::atomic<bool> wanted_{false}, stopping_{false};
  // The rest is touched on the executor only.
  bool store_failing_ = false;
  bool pumping_ = false, loaded_ = false, draining_ = false;
  std::atomic<bool> drain_wanted_{false};
  std::set<std::string> up_to_date_;        ///< user-scoped sockets, by id, for which nothing is queued: they get messages live
  std::uint64_t backlog_end_ = 0;           ///< what was read when the drain began
  std::uint64_t queue_generation_ = 0;      ///< grows with every message that is queued
  std::size_t queueing_ = 0;                ///< messages (or ranges of them) on their way into the queue
  Timestamp next_queueing_;                 ///< while nobody listens
  std::optional<Timestamp> armed_for_;
  webhooks::Window window_;
  std::uint64_t stored_cursor_ = 0;
  std::vector<std::uint64_t> to_queue_;
};

}  // namespace wherry
