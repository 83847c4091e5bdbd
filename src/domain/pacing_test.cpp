#include "domain/pacing.h"

#include <gtest/gtest.h>

#include "domain/service_window.h"

namespace wherry {
namespace {

const Timestamp start = from_unix_millis(1'795'000'000'000);

TEST(Gcra, LetsTheBurstGoAtOnceThenOnePerInterval) {
  Gcra pair(seconds(6), 45);

  for (int i = 0; i < 45; ++i) {
    ASSERT_EQ(pair.next(start), start) << i;
    pair.take(start);
  }

  EXPECT_EQ(pair.next(start), start + seconds(6));
  pair.take(start + seconds(6));
  EXPECT_EQ(pair.next(start), start + seconds(12));
}

TEST(Gcra, TheBurstIsPaidBack) {
  Gcra pair(seconds(6), 45);
  for (int i = 0; i < 45; ++i) pair.take(start);

  const auto later = start + seconds(6) * 10;

  for (int i = 0; i < 10; ++i) {
    ASSERT_EQ(pair.next(later), later);
    pair.take(later);
  }
  EXPECT_EQ(pair.next(later), later + seconds(6));
}

TEST(Gcra, AskingTakesNothing) {
  Gcra one(seconds(1), 1);
  for (int i = 0; i < 5; ++i) EXPECT_EQ(one.next(start), start);
  one.take(start);
  for (int i = 0; i < 5; ++i) EXPECT_EQ(one.next(start), start + seconds(1));
}

TEST(Gcra, IsIdleOnceEverythingIsPaidBack) {
  Gcra pair(seconds(6), 45);
  EXPECT_TRUE(pair.idle(start));
  pair.take(start);
  pair.take(start);
  EXPECT_FALSE(pair.idle(start + seconds(11)));
  EXPECT_TRUE(pair.idle(start + seconds(12)));
}

TEST(Gcra, KeepsARateThatIsNoWholeNumberOfMilliseconds) {
  Gcra number(std::chrono::nanoseconds(1'000'000'000 / 80), 80);
  Timestamp at = start;
  for (int i = 0; i < 880; ++i) {
    at = number.next(at);
    number.take(at);
  }
  EXPECT_GE(at - start, milliseconds(9'980));
  EXPECT_LE(at - start, milliseconds(10'020));
}

TEST(ServiceWindow, IsOpenForExactlyTwentyFourHours) {
  EXPECT_TRUE(window_open(start, start));
  EXPECT_TRUE(window_open(start, start + std::chrono::hours(24)));
  EXPECT_FALSE(window_open(start, start + std::chrono::hours(24) + milliseconds(1)));
}

TEST(ServiceWindow, IsClosedForWhoNeverWroteAndOpenForAMessageFromAFastClock) {
  EXPECT_FALSE(window_open(std::nullopt, start));
  EXPECT_TRUE(window_open(start + seconds(3), start));
}

}  // namespace
}  // namespace wherry
