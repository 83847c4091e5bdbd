#include "simulator/scheduler.h"

#include <gtest/gtest.h>

#include "tests/support/run.h"

namespace wherry::sim {
namespace {

constexpr Timestamp start{milliseconds(1'795'000'000'000)};

struct Note final : Event {
  Note(std::vector<int>& out, int n) : order(out), mark(n) {}
  void fire(Timestamp due) override {
    order.push_back(mark);
    last_due = due;
  }
  std::vector<int>& order;
  int mark;
  Timestamp last_due{};
};

struct Repeat final : Event, std::enable_shared_from_this<Repeat> {
  Repeat(Scheduler& s, std::vector<Timestamp>& out) : scheduler(s), fired(out) {}
  void fire(Timestamp due) override {
    fired.push_back(due);
    if (fired.size() < 3) scheduler.at(due + seconds(1), 1, shared_from_this());
  }
  Scheduler& scheduler;
  std::vector<Timestamp>& fired;
};

TEST(Scheduler, AllShardsFireInOneOrderWhenPumped) {
  SimClock clock(start);
  Scheduler scheduler(clock, 100);
  std::vector<int> order;
  scheduler.at(start + seconds(3), 1, std::make_shared<Note>(order, 3));
  scheduler.at(start + seconds(1), 2, std::make_shared<Note>(order, 1));
  scheduler.at(start + seconds(2), 3, std::make_shared<Note>(order, 2));
  scheduler.at(start + seconds(2), 9, std::make_shared<Note>(order, 22));
  clock.advance(seconds(2));
  scheduler.pump();
  EXPECT_EQ(order, (std::vector<int>{1, 2, 22}));
  EXPECT_EQ(scheduler.planned(), 1u);
}

TEST(Scheduler, FollowUpsAreTimedFromTheirCauseAcrossAJump) {
  SimClock clock(start);
  Scheduler scheduler(clock, 100);
  std::vector<Timestamp> fired;
  scheduler.at(start + seconds(1), 1, std::make_shared<Repeat>(scheduler, fired));
  clock.advance(std::chrono::hours(1));
  scheduler.pump();
  EXPECT_EQ(fired, (std::vector<Timestamp>{start + seconds(1), start + seconds(2), start + seconds(3)}));
}

TEST(Scheduler, OverTheLimitEventsAreDroppedAndCounted) {
  SimClock clock(start);
  Scheduler scheduler(clock, 2);
  std::vector<int> order;
  EXPECT_TRUE(scheduler.at(start, 1, std::make_shared<Note>(order, 1)));
  EXPECT_TRUE(scheduler.at(start, 2, std::make_shared<Note>(order, 2)));
  EXPECT_FALSE(scheduler.at(start, 3, std::make_shared<Note>(order, 3)));
  EXPECT_EQ(scheduler.dropped(), 1u);
  scheduler.clear();
  EXPECT_EQ(scheduler.planned(), 0u);
}

TEST(Scheduler, ItsTasksFireEventsWhenTheClockIsAdvancedAndAnEarlierOneWakesThem) {
  boost::asio::io_context io(1);
  SimClock clock(start);
  Scheduler scheduler(clock, 100);
  TaskGroup tasks;
  std::vector<int> order;
  scheduler.start({io.get_executor()}, tasks);
  scheduler.at(start + seconds(60), 1, std::make_shared<Note>(order, 2));
  io.poll();
  scheduler.at(start + seconds(1), 1, std::make_shared<Note>(order, 1));
  io.restart();
  io.poll();
  EXPECT_TRUE(order.empty());
  clock.advance(seconds(1));
  io.restart();
  io.poll();
  EXPECT_EQ(order, std::vector<int>{1});
  clock.advance(seconds(59));
  io.restart();
  io.poll();
  EXPECT_EQ(order, (std::vector<int>{1, 2}));
  test::run(io, tasks.stop());
}

TEST(Scheduler, ARunningClockFiresEventsByItself) {
  boost::asio::io_context io(1);
  SimClock clock;
  clock.scale(10'000);
  Scheduler scheduler(clock, 100);
  TaskGroup tasks;
  std::vector<int> order;
  scheduler.start({io.get_executor()}, tasks);
  io.poll();
  scheduler.at(clock.now() + seconds(20), 1, std::make_shared<Note>(order, 1));
  for (int i = 0; i < 500 && order.empty(); ++i) {
    io.restart();
    io.run_for(milliseconds(10));
  }
  EXPECT_EQ(order, std::vector<int>{1});
  test::run(io, tasks.stop());
}

}  // namespace
}  // namespace wherry::sim
