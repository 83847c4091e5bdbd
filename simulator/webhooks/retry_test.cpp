#include "simulator/webhooks/retry.h"

#include <gtest/gtest.h>

#include "simulator/webhooks/lag.h"

namespace wherry::sim {
namespace {

TEST(WebhookRetry, TheScheduleStartsAtOnceAndGrowsToAnHour) {
  const std::vector<int> wanted{0, 5, 15, 45, 120, 300, 900, 3600};
  for (unsigned i = 0; i < wanted.size(); ++i) EXPECT_EQ(retry_delay(i + 1, 9), seconds(wanted[i]));
}

TEST(WebhookRetry, LaterOnesAreHourlyWithAJitterThatRepeats) {
  std::set<std::int64_t> seen;
  for (unsigned failures = 9; failures < 60; ++failures) {
    const auto delay = retry_delay(failures, 4);
    EXPECT_GE(delay, std::chrono::minutes(54));
    EXPECT_LE(delay, std::chrono::minutes(66));
    EXPECT_EQ(delay, retry_delay(failures, 4));
    seen.insert(delay.count());
  }
  EXPECT_GT(seen.size(), 40u);
}

TEST(LagHistogram, PercentilesAreNearAndNeverBelowTheTruth) {
  LagHistogram lag;
  EXPECT_EQ(lag.percentile(0.5), milliseconds(0));
  for (int ms = 1; ms <= 1000; ++ms) lag.record(milliseconds(ms));
  EXPECT_GE(lag.percentile(0.5), milliseconds(500));
  EXPECT_LE(lag.percentile(0.5), milliseconds(540));
  EXPECT_GE(lag.percentile(0.99), milliseconds(990));
  EXPECT_LE(lag.percentile(0.99), milliseconds(1060));
  lag.record(std::chrono::hours(24 * 30));
  EXPECT_GE(lag.percentile(1), std::chrono::hours(24 * 29));
}

}  // namespace
}  // namespace wherry::sim
