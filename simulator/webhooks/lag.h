#pragma once

#include <array>
#include <atomic>
#include <cstdint>

#include "base/clock.h"

namespace wherry::sim {

/// A histogram of durations with steps of about 6 %: exact below 16 ms, good enough for percentiles. Threads: any.
class LagHistogram {
 public:
  void record(milliseconds lag);
  /// The duration that a share `p` (0…1) of the recorded ones do not exceed; 0 when there are none.
  milliseconds percentile(double p) const;
  void clear();

 private:
  static constexpr std::size_t buckets = 16 + 16 * 40;
  static std::size_t bucket_of(std::uint64_t ms);
  static std::uint64_t upper_bound(std::size_t bucket);
  std::array<std::atomic<std::uint64_t>, buckets> counts_{};
};

}  // namespace wherry::sim
