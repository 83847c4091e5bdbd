#pragma once

#include <atomic>
#include <cstdint>
#include <memory>
#include <mutex>
#include <queue>
#include <vector>

#include "base/task_group.h"
#include "simulator/clock.h"

namespace wherry::sim {

/// Something that happens at an instant of simulated time.
class Event {
 public:
  virtual ~Event() = default;
  /// `due` is the planned instant, which may lie before now() after a jump: what follows is timed from it.
  virtual void fire(Timestamp due) = 0;
};

/// Fires events in the order of their time. Sharded, so that senders on different threads do not meet on one lock.
/// Under a frozen clock all shards are merged into one order, so that a run repeats exactly.
/// Threads: at() and pump() from any; events fire on the shard's thread or inside pump().
class Scheduler {
 public:
  Scheduler(SimClock& clock, std::size_t limit);

  /// Plans an event; `key` picks the shard, so that events of one key never fire at the same time.
  /// False, with the event dropped, when too many are planned already.
  bool at(Timestamp due, std::size_t key, std::shared_ptr<Event> event);

  /// Runs the shards on these threads until the group stops.
  void start(const std::vector<Executor>& executors, TaskGroup& tasks);

  /// Fires all that is due now, in order. Call after advancing the clock.
  void pump();

  /// Forgets every planned event.
  void clear();

  std::size_t planned() const { return planned_.load(std::memory_order_relaxed); }
  std::uint64_t dropped() const { return dropped_.load(std::memory_order_relaxed); }

 private:
  static constexpr std::size_t shard_count = 8;
  struct Entry {
    Timestamp due;
    std::uint64_t order;
    std::shared_ptr<Event> event;  // shared with whoever plans it again
    bool operator>(const Entry& other) const { return due != other.due ? due > other.due : order > other.order; }
  };
  struct Shard {
    std::mutex mutex;        // the heap
    std::mutex run_mutex;    // one event of the shard at a time
    std::priority_queue<Entry, std::vector<Entry>, std::greater<>> heap;
    Timestamp waiting_until = Timestamp::min();  // what the shard's task sleeps to; min while it is awake
    SimClock::Alarm alarm;
  };
  Task<void> run_shard(Shard& shard);
  /// Fires up to `most` due events of one shard; gives how many.
  std::size_t fire_due(Shard& shard, std::size_t most);

  SimClock& clock_;
  const std::size_t limit_;
  std::vector<std::unique_ptr<Shard>> shards_;
  std::mutex pump_mutex_;
  std::atomic<std::uint64_t> next_order_{0};
  std::atomic<std::size_t> planned_{0};
  std::atomic<std::uint64_t> dropped_{0};
};

}  // namespace wherry::sim
