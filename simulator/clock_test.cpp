#include "simulator/clock.h"

#include <gtest/gtest.h>

#include "base/task_group.h"
#include "tests/support/run.h"

namespace wherry::sim {
namespace {

constexpr Timestamp start{milliseconds(1'795'000'000'000)};

Task<void> note_after(SimClock& clock, milliseconds wait, std::vector<int>& order, int mark) {
  co_await clock.sleep_for(wait);
  order.push_back(mark);
}

void poll(boost::asio::io_context& io) {
  io.restart();
  io.poll();
}

TEST(SimClock, StandsStillWhileFrozenAndJumpsWhenAdvanced) {
  SimClock clock(start);
  EXPECT_EQ(clock.now(), start);
  clock.advance(seconds(5));
  EXPECT_EQ(clock.now(), start + seconds(5));
  EXPECT_TRUE(clock.frozen());
}

TEST(SimClock, SleepersWakeOnlyWhenTheirTimeHasCome) {
  boost::asio::io_context io(1);
  SimClock clock(start);
  TaskGroup tasks;
  std::vector<int> order;
  tasks.spawn(io.get_executor(), note_after(clock, seconds(10), order, 2), "b");
  tasks.spawn(io.get_executor(), note_after(clock, seconds(3), order, 1), "a");
  poll(io);
  clock.advance(milliseconds(2'999));
  poll(io);
  EXPECT_TRUE(order.empty());
  clock.advance(milliseconds(1));
  poll(io);
  EXPECT_EQ(order, std::vector<int>{1});
  clock.advance(seconds(100));
  poll(io);
  EXPECT_EQ(order, (std::vector<int>{1, 2}));
}

TEST(SimClock, AFrozenSleeperFollowsWhenTheClockRunsFast) {
  boost::asio::io_context io(1);
  SimClock clock(start);
  TaskGroup tasks;
  std::vector<int> order;
  tasks.spawn(io.get_executor(), note_after(clock, std::chrono::hours(2), order, 1), "a");
  poll(io);
  clock.scale(1'000'000);
  clock.resume();
  io.restart();
  io.run_for(seconds(5));
  EXPECT_EQ(order, std::vector<int>{1});
  EXPECT_GE(clock.now(), start + std::chrono::hours(2));
}

TEST(SimClock, ACancelledSleeperEndsWithoutWaiting) {
  boost::asio::io_context io(1);
  SimClock clock(start);
  TaskGroup tasks;
  std::vector<int> order;
  tasks.spawn(io.get_executor(), note_after(clock, seconds(10), order, 1), "a");
  poll(io);
  test::run(io, tasks.stop());
  EXPECT_EQ(tasks.size(), 0u);
}

}  // namespace
}  // namespace wherry::sim
