#pragma once

#include <array>
#include <atomic>
#include <functional>
#include <map>
#include <mutex>
#include <vector>

#include "simulator/announcer.h"
#include "simulator/plan.h"
#include "simulator/scheduler.h"

namespace wherry::sim {

/// Lives the lives of accepted messages: each status at its time, told to the subscribers and noted in the log.
/// Threads: any; statuses of one recipient never run at the same time.
class Timeline {
 public:
  /// Called when a plan with something afterwards has come to its end.
  using OnAfterwards = std::function<void(const SentMessagePtr&, Afterwards, Timestamp)>;

  Timeline(World& world, Scheduler& scheduler, Announcer& announcer, Identities& identities);

  void set_on_afterwards(OnAfterwards on_afterwards) { on_afterwards_ = std::move(on_afterwards); }

  /// Starts the life of a message.
  void begin(const SentMessagePtr& message, std::shared_ptr<const StatusScript> script);
  /// One status now, whatever the plan says.
  void tell(const SentMessage& message, StatusKind kind, Timestamp at, int code = 0);
  /// What waited for this user goes on, if its time to live is not over.
  void user_online(std::string_view wa_id);

  TimelineSettings settings() const;
  void set_settings(TimelineSettings settings);
  std::uint64_t told(StatusKind kind) const { return told_[static_cast<std::size_t>(kind)].load(std::memory_order_relaxed); }
  std::size_t parked() const;
  void reset();

 private:
  class Life;
  using LifePtr = std::shared_ptr<Life>;  // shared by the scheduler and the parking place
  static constexpr std::size_t parked_limit = 100'000;

  bool park(std::string_view wa_id, LifePtr life);
  LifePtr unpark(std::string_view wa_id, const Life& life);
  void emit(const SentMessage& message, StatusKind kind, Timestamp at, bool priced, int code);

  World& world_;
  Scheduler& scheduler_;
  Announcer& announcer_;
  Identities& identities_;
  OnAfterwards on_afterwards_;
  std::array<std::atomic<std::uint64_t>, 5> told_{};
  mutable std::mutex mutex_;
  TimelineSettings settings_;
  std::map<std::string, std::vector<LifePtr>, std::less<>> parked_;
  std::size_t parked_count_ = 0;
};

}  // namespace wherry::sim
