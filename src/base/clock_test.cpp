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

}  // namespace
}  // namespace wherry
