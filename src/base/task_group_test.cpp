#include "base/task_group.h"

#include <gtest/gtest.h>

#include <boost/asio/co_spawn.hpp>
#include <stdexcept>

#include "base/clock.h"
#include "tests/support/run.h"

namespace wherry {
namespace {

using namespace std::chrono_literals;

Task<void> sleep_then_count(Clock& clock, milliseconds wait, int& finished) {
  co_await clock.sleep_for(wait);
  co_await clock.sleep_for(0ms);
  ++finished;
}

Task<void> fail_at_once() {
  throw std::runtime_error("a bug");
  co_return;
}

TEST(TaskGroup, StopCancelsWhatSleepsAndWaitsForIt) {
  boost::asio::io_context io(1);
  VirtualClock clock(from_unix_millis(0));
  TaskGroup group;
  int finished = 0;
  for (int i = 0; i < 10; ++i) group.spawn(io.get_executor(), sleep_then_count(clock, 1h, finished), "sleeper");
  io.poll();
  EXPECT_EQ(group.size(), 10U);

  test::run(io, group.stop());

  EXPECT_EQ(group.size(), 0U);
  EXPECT_EQ(finished, 0) << "a cancelled task does not go on";
}

TEST(TaskGroup, DrainWaitsForTheEndAndRefusesNewTasks) {
  boost::asio::io_context io(1);
  SystemClock clock;
  TaskGroup group;
  int finished = 0;
  group.spawn(io.get_executor(), sleep_then_count(clock, 1ms, finished), "sleeper");

  test::run(io, group.drain());
  group.spawn(io.get_executor(), sleep_then_count(clock, 1ms, finished), "late");

  EXPECT_EQ(finished, 1);
  EXPECT_EQ(group.size(), 0U);
}

TEST(TaskGroup, AnExceptionEndsOnlyItsOwnTask) {
  boost::asio::io_context io(1);
  SystemClock clock;
  TaskGroup group;
  int finished = 0;
  group.spawn(io.get_executor(), fail_at_once(), "failing");
  group.spawn(io.get_executor(), sleep_then_count(clock, 1ms, finished), "sleeper");

  test::run(io, group.drain());

  EXPECT_EQ(finished, 1);
}

}  // namespace
}  // namespace wherry
