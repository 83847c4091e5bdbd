#include "simulator/webhooks/lag.h"

#include <algorithm>
#include <bit>
#include <cmath>

namespace wherry::sim {

std::size_t LagHistogram::bucket_of(std::uint64_t ms) {
  if (ms < 16) return ms;
  const auto exponent = static_cast<std::size_t>(std::bit_width(ms)) - 5;  // ms >> exponent is in [16, 32)
  return std::min(buckets - 1, 16 + exponent * 16 + ((ms >> exponent) - 16));
}

std::uint64_t LagHistogram::upper_bound(std::size_t bucket) {
  if (bucket < 16) return bucket;
  const auto exponent = (bucket - 16) / 16;
  const auto mantissa = 16 + (bucket - 16) % 16;
  return ((static_cast<std::uint64_t>(mantissa) + 1) << exponent) - 1;
}

void LagHistogram::record(milliseconds lag) {
  const auto ms = static_cast<std::uint64_t>(std::max<std::int64_t>(0, lag.count()));
  counts_[bucket_of(ms)].fetch_add(1, std::memory_order_relaxed);
}

milliseconds LagHistogram::percentile(double p) const {
  std::uint64_t total = 0;
  for (const auto& count : counts_) total += count.load(std::memory_order_relaxed);
  if (total == 0) return milliseconds(0);
  const auto wanted = static_cast<std::uint64_t>(std::max(1.0, std::ceil(p * static_cast<double>(total))));
  std::uint64_t seen = 0;
  for (std::size_t i = 0; i < buckets; ++i) {
    seen += counts_[i].load(std::memory_order_relaxed);
    if (seen >= wanted) return milliseconds(upper_bound(i));
  }
  return milliseconds(upper_bound(buckets - 1));
}

void LagHistogram::clear() {
  for (auto& count : counts_) count.store(0);
}

}  // namespace wherry::sim
