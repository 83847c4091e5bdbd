#include "base/clock.h"

#include <gtest/gtest.h>

#include <boost/asio/co_spawn.hpp>
#include <vector>

#include "tests/support/run.h"

namespace wherry {
namespace {

using namespace std::chrono_literals;

Task<void> note(VirtualClock& clock, milliseconds wait, std::vector<int>& woken, int name) {
  co_await clock.sleep_for(wait);
  woken.push_back(name);
}

TEST(VirtualClock, WakesSleepersInTheOrderOfTheirDeadlinesAndNotBefore) {
  boost::asio::io_context io(1);
  VirtualClock clock(from_unix_millis(0));
  std::vector<int> woken;
  auto ignore = [](std::exception_ptr) {};
  boost::asio::co_spawn(io, note(clock, 30ms, woken, 3), ignore);
  boost::asio::co_spawn(io, note(clock, 10ms, woken, 1), ignore);
  boost::asio::co_spawn(io, note(clock, 20ms, woken, 2), ignore);
  io.poll();

  clock.advance(9ms);
  io.poll();
  EXPECT_TRUE(woken.empty());
  clock.advance(11ms);
  io.poll();
  EXPECT_EQ(woken, (std::vector<int>{1, 2}));
  clock.advance(100ms);
  io.poll();
  EXPECT_EQ(woken, (std::vector<int>{1, 2, 3}));
  EXPECT_EQ(clock.sleepers(), 0U);
}

TEST(Iso8601, HasMillisecondsAndZ) {
  EXPECT_EQ(to_iso8601(from_unix_millis(1'770'110'127'412)), "2026-02-03T09:15:27.412Z");
  EXPECT_EQ(to_iso8601(from_unix_millis(0)), "1970-01-01T00:00:00.000Z");
}

TEST(Iso8601, IsReadInItsUsualForms) {
  const auto instant = from_unix_millis(1'770'110'127'412);
  EXPECT_EQ(from_iso8601(to_iso8601(instant)), instant);
  EXPECT_EQ(from_iso8601("2026-02-03T09:15:27.412+00:00"), instant);
  EXPECT_EQ(from_iso8601("2026-02-03T09:15:27.412345Z"), instant);
  EXPECT_EQ(from_iso8601("2026-02-03 11:15:27.412+02:00"), instant);
  EXPECT_EQ(from_iso8601("2026-02-03T04:15:27.412-0500"), instant);
  EXPECT_EQ(from_iso8601("2026-02-03T09:15"), from_unix_millis(1'770'110'100'000));
  EXPECT_EQ(from_iso8601("2026-02-03"), from_unix_millis(1'770'076'800'000));
}

TEST(Iso8601, WhatIsNoInstantIsRefused) {
  for (const auto* text : {"", "2026", "2026-02-30", "2026-13-01", "2026-02-03T", "2026-02-03T25:00:00Z", "2026-02-03T09:15:27.Z",
                           "2026-02-03T09:15:27Zx", "2026-02-03T09:15:27+", "03.02.2026", "2026-02-03T9:15:27Z", "yesterday"}) {
    EXPECT_FALSE(from_iso8601(text)) << text;
  }
}

}  // namespace
}  // namespace wherry
