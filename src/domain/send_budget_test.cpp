#include "domain/send_budget.h"

#include <gtest/gtest.h>

namespace wherry {
namespace {

using namespace std::chrono_literals;

const Timestamp begin = from_unix_millis(1'700'000'000'000);
constexpr SendBudget twenty{20, 200};

TEST(SentLog, TwentyGoAtOnceAndTheNextWhenTheFirstIsAMinuteOld) {
  SentLog log;
  for (int i = 0; i < 20; ++i) {
    EXPECT_EQ(log.wait(twenty, begin + 100ms * i), 0ms) << i;
    log.add(begin + 100ms * i);
  }
  EXPECT_EQ(log.wait(twenty, begin + 2s), 58s);
  EXPECT_EQ(log.wait(twenty, begin + 60s - 1ms), 1ms);
  EXPECT_EQ(log.wait(twenty, begin + 60s), 0ms);
}

TEST(SentLog, NoWindowOfAMinuteEverHoldsMoreThanItsBudget) {
  SentLog log;
  std::deque<Timestamp> sent;
  for (auto now = begin; now < begin + 30min; now += 700ms) {
    if (log.wait(twenty, now) > 0ms) continue;
    log.add(now);
    sent.push_back(now);
  }
  for (std::size_t i = 20; i < sent.size(); ++i) EXPECT_GE(sent[i] - sent[i - 20], 60s);
  EXPECT_EQ(sent.size(), 200u);
}

TEST(SentLog, TheLongerOfTheTwoWaitsCounts) {
  SentLog log;
  for (int i = 0; i < 200; ++i) log.add(begin + 6s * i);
  EXPECT_EQ(log.wait(twenty, begin + 20min), 40min);
}

TEST(SentLog, WithoutABudgetNothingWaits) {
  SentLog log;
  for (int i = 0; i < 1000; ++i) log.add(begin);
  EXPECT_EQ(log.wait({}, begin), 0ms);
  EXPECT_EQ(log.wait({0, 2000}, begin), 0ms);
}

TEST(SentLog, ASmallerBudgetHoldsAtOnce) {
  SentLog log;
  for (int i = 0; i < 10; ++i) log.add(begin);
  EXPECT_EQ(log.wait(twenty, begin), 0ms);
  EXPECT_EQ(log.wait({5, 200}, begin + 10s), 50s);
}

TEST(SentLog, AClockThatWentBackLetsNobodyWaitLongerThanAWindow) {
  SentLog log;
  for (int i = 0; i < 20; ++i) log.add(begin + 2h);
  EXPECT_EQ(log.wait(twenty, begin), 60s);
  log.add(begin);
  EXPECT_LE(log.wait(twenty, begin + 1s), 60s);
  EXPECT_EQ(log.wait(twenty, begin + 60s), 0ms);
}

TEST(SentLog, ForgetsAfterAnHour) {
  SentLog log;
  log.add(begin);
  log.forget(begin + 1h - 1ms);
  EXPECT_FALSE(log.empty());
  log.forget(begin + 1h);
  EXPECT_TRUE(log.empty());
}

}  // namespace
}  // namespace wherry
