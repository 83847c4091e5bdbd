#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "base/task.h"

namespace wherry {

using std::chrono::milliseconds;
using std::chrono::seconds;

/// Wall-clock time in UTC, to the millisecond.
using Timestamp = std::chrono::sys_time<milliseconds>;

/// The one source of time and of waiting. Threads: safe from any thread.
class Clock {
 public:
  virtual ~Clock() = default;
  virtual Timestamp now() const = 0;
  /// Waits; ends early, without an error, when the coroutine is cancelled.
  virtual Task<void> sleep_for(milliseconds duration) = 0;
};

/// The machine's clock.
class SystemClock final : public Clock {
 public:
  Timestamp now() const override;
  Task<void> sleep_for(milliseconds duration) override;
};

/// A clock that stands still until told to advance. Sleepers wake in order of their deadlines.
class VirtualClock final : public Clock {
 public:
  explicit VirtualClock(Timestamp start);
  ~VirtualClock() override;
  Timestamp now() const override;
  Task<void> sleep_for(milliseconds duration) override;
  /// Moves time forward and wakes every sleeper whose deadline has come.
  void advance(milliseconds by);
  /// How many coroutines are waiting.
  std::size_t sleepers() const;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

std::int64_t to_unix_millis(Timestamp at);
Timestamp from_unix_millis(std::int64_t millis);
/// 2026-02-03T09:15:27.412Z
std::string to_iso8601(Timestamp at);
/// A date, or a date and time with or without seconds, fraction and zone (Z, +02:00); without one it is UTC.
std::optional<Timestamp> from_iso8601(std::string_view text);

}  // namespace wherry
