#pragma once

#include <atomic>
#include <map>
#include <memory>
#include <mutex>
#include <optional>

#include "base/clock.h"

namespace wherry::sim {

/// The simulator's time: runs with the machine's clock, faster or slower by a factor, or stands still until advanced.
/// Every sleeper follows a change at once. Threads: any.
class SimClock final : public Clock {
 private:
  struct Sleeper;

 public:
  /// Ends one sleeper's wait early. Threads: any. At most one sleeper at a time.
  class Alarm {
   public:
    void ring();

   private:
    friend class SimClock;
    std::mutex mutex_;
    std::atomic<bool> rung_{false};
    std::shared_ptr<Sleeper> sleeper_;  // shared with the sleeping coroutine
  };

  /// Starts running at the machine's time.
  SimClock();
  /// Starts frozen at this instant.
  explicit SimClock(Timestamp frozen_at);
  ~SimClock() override;

  Timestamp now() const override;
  Task<void> sleep_for(milliseconds duration) override;
  /// As sleep_for, ending at an instant of simulated time, or when the alarm is rung.
  Task<void> sleep_until(Timestamp deadline, Alarm* alarm = nullptr);

  void freeze();
  /// Goes on from where it stands, at the current scale.
  void resume();
  /// Jumps forward, frozen or not.
  void advance(milliseconds by);
  /// Simulated seconds per real second; at least 0.001, at most 1,000,000.
  void scale(double factor);
  /// Only forward jumps keep timers meaningful; a jump back leaves sleepers asleep for longer.
  void set(Timestamp at);

  bool frozen() const;
  double scale() const;

 private:
  Timestamp now_locked() const;
  void rebase_locked();
  void wake_all();

  mutable std::mutex mutex_;
  Timestamp base_;                                  // simulated time at anchor_
  std::chrono::steady_clock::time_point anchor_;
  double scale_ = 1;
  bool frozen_ = false;
  std::uint64_t next_sleeper_ = 0;
  std::map<std::uint64_t, std::shared_ptr<Sleeper>> sleepers_;  // shared with the sleeping coroutine
};

}  // namespace wherry::sim
