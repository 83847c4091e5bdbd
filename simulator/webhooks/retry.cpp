#include "simulator/webhooks/retry.h"

#include <array>

#include "base/random.h"

namespace wherry::sim {

milliseconds retry_delay(unsigned failures, std::uint64_t salt) {
  static constexpr std::array<seconds, 8> steps{seconds(0),   seconds(5),   seconds(15),  seconds(45),
                                                seconds(120), seconds(300), seconds(900), seconds(3600)};
  if (failures == 0) return milliseconds(0);
  if (failures <= steps.size()) return steps[failures - 1];
  SeededRandom random(salt * 0x9e3779b97f4a7c15u + failures);
  random.next();
  const milliseconds hour = std::chrono::hours(1);
  return milliseconds(static_cast<std::int64_t>(static_cast<double>(hour.count()) * (0.9 + 0.2 * random.unit())));
}

}  // namespace wherry::sim
