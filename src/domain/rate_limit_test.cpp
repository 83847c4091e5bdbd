#include "domain/rate_limit.h"

#include <gtest/gtest.h>

namespace wherry {
namespace {

using namespace std::chrono_literals;

const Timestamp start = from_unix_millis(1'795'000'000'000);
const RateLimits minute_and_hour{{3, 60s}, {5, 3600s}};

void use(RateWindows& windows, Timestamp now, int times) {
  for (int i = 0; i < times; ++i) windows.count(now);
}

TEST(RateLimit, IsWrittenAndReadBack) {
  EXPECT_EQ(to_text(minute_and_hour), "3/60,5/3600");
  EXPECT_EQ(rate_limits_from("5/3600,3/60").value(), minute_and_hour);
  EXPECT_TRUE(rate_limits_from("").value().empty());
}

TEST(RateLimit, RefusesWhatIsNoLimit) {
  for (const auto* text :
       {"5", "5/", "/60", "0/60", "5/0", "5/86401", "5/60,6/60", "x/60", "-1/60", "1/1,1/2,1/3,1/4,1/5", "99999999999/60", "5/60 "}) {
    EXPECT_FALSE(rate_limits_from(text)) << text;
  }
}

TEST(RateLimit, EveryWindowMustHaveRoom) {
  RateWindows windows(minute_and_hour);
  use(windows, start, 3);
  EXPECT_FALSE(windows.has_room(start + 59s));
  EXPECT_TRUE(windows.has_room(start + 60s));

  use(windows, start + 60s, 2);
  EXPECT_FALSE(windows.has_room(start + 200s)) << "the hour is used up";
  EXPECT_TRUE(windows.has_room(start + 3600s));
}

TEST(RateLimit, TheShortestWindowIsToldUnlessAnotherIsUsedUp) {
  RateWindows windows(minute_and_hour);
  use(windows, start, 1);
  EXPECT_EQ(most_telling(windows.states(start))->limit, 3U);
  EXPECT_EQ(most_telling(windows.states(start))->remaining, 2U);
  use(windows, start, 2);
  use(windows, start + 60s, 2);

  const auto told = most_telling(windows.states(start + 60s));

  EXPECT_EQ(told->limit, 5U);
  EXPECT_EQ(told->remaining, 0U);
  EXPECT_EQ(told->reset, start + 3600s);
}

TEST(RateLimit, OfTwoUsedUpWindowsTheOneThatEndsLastIsTold) {
  RateWindows windows({{2, 60s}, {2, 3600s}});
  use(windows, start, 2);

  EXPECT_EQ(most_telling(windows.states(start))->window, 3600s);
}

TEST(RateLimit, WithoutLimitsThereIsRoomAndNothingToTell) {
  RateWindows windows;
  use(windows, start, 100);

  EXPECT_TRUE(windows.has_room(start));
  EXPECT_FALSE(most_telling(windows.states(start)));
}

TEST(RateLimit, AChangeOfTheLimitKeepsWhatWasCounted) {
  RateWindows windows(minute_and_hour);
  use(windows, start, 3);

  windows.configure({{4, 60s}, {2, 30s}});

  EXPECT_EQ(windows.states(start)[0].remaining, 1U);
  EXPECT_EQ(windows.states(start)[1].remaining, 2U);
  windows.configure({{1, 60s}});
  EXPECT_FALSE(windows.has_room(start));
  EXPECT_EQ(windows.states(start)[0].remaining, 0U);
}

TEST(RateLimit, AClockThatWentBackOpensANewWindow) {
  RateWindows windows(minute_and_hour);
  use(windows, start, 3);

  EXPECT_TRUE(windows.has_room(start - 1s));
}

}  // namespace
}  // namespace wherry
