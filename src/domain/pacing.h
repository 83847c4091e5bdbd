#pragma once

#include "base/clock.h"

namespace wherry {

/// The generic cell rate algorithm: `burst` at once, then one per `interval`; the burst is paid back.
/// Meta's pair limit is Gcra{6 s, 45}; a number's throughput of n/s is Gcra{1 s / n, n}.
class Gcra {
 public:
  using Nanos = std::chrono::nanoseconds;
  constexpr Gcra(Nanos interval, int burst) : interval_(interval), tolerance_(interval * (burst - 1)) {}
  /// When the next one may go: `now` if at once. Takes nothing.
  Timestamp next(Timestamp now) const;
  /// Takes one that goes at `at` (at least next()).
  void take(Timestamp at);
  /// Whether forgetting this state would change nothing at `now`.
  bool idle(Timestamp now) const;

 private:
  Nanos interval_;
  Nanos tolerance_;
  std::chrono::sys_time<Nanos> theoretical_{};
};

}  // namespace wherry
