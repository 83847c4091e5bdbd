#include "services/journal/journal_feed.h"

#include <gtest/gtest.h>

#include <boost/asio/co_spawn.hpp>
#include <thread>

#include "base/task_group.h"
#include "tests/support/run.h"

namespace wherry {
namespace {

using namespace std::chrono_literals;

class Feed : public ::testing::Test {
 protected:
  ~Feed() override {
    feed.close();
    poll();
  }
  Task<void> wait_once(TenantId who, std::uint64_t seen, milliseconds timeout) {
    co_await feed.wait(who, seen, timeout);
    ++woken;
  }
  void wait_in_background(TenantId who, std::uint64_t seen, milliseconds timeout = 15s) {
    boost::asio::co_spawn(io, wait_once(who, seen, timeout), [](std::exception_ptr) {});
    poll();
  }
  void poll() {
    io.restart();
    io.poll();
  }

  boost::asio::io_context io{1};
  VirtualClock clock{from_unix_millis(1'790'000'000'000)};
  JournalFeed feed{clock};
  TenantId tenant = TenantId::make(clock.now());
  TenantId other = TenantId::make(clock.now());
  int woken = 0;
};

TEST_F(Feed, AWaiterWakesWhenItsTenantHasNewEvents) {
  wait_in_background(tenant, 0);
  ASSERT_EQ(woken, 0);

  feed.notify(tenant);
  poll();

  EXPECT_EQ(woken, 1);
  EXPECT_EQ(feed.generation(tenant), 1U);
}

TEST_F(Feed, WhatHappenedBeforeTheWaitIsNotSleptThrough) {
  const auto seen = feed.generation(tenant);
  feed.notify(tenant);

  wait_in_background(tenant, seen);

  EXPECT_EQ(woken, 1);
  EXPECT_EQ(clock.sleepers(), 0U);
}

TEST_F(Feed, AnotherTenantsEventsWakeNobodyButThoseWhoWaitForAll) {
  wait_in_background(tenant, 0);
  wait_in_background(TenantId{}, 0);

  feed.notify(other);
  poll();

  EXPECT_EQ(woken, 1);
  EXPECT_EQ(feed.generation(tenant), 0U);
  EXPECT_EQ(feed.generation(TenantId{}), 1U);
}

TEST_F(Feed, AWaitEndsAtItsTimeout) {
  wait_in_background(tenant, 0, 15s);
  clock.advance(14s);
  poll();
  EXPECT_EQ(woken, 0);

  clock.advance(1s);
  poll();

  EXPECT_EQ(woken, 1);
  EXPECT_EQ(feed.generation(tenant), 0U);
}

TEST_F(Feed, ManyWaitersWakeTogetherAndMayWaitAgain) {
  for (int i = 0; i < 50; ++i) wait_in_background(tenant, 0);

  feed.notify(tenant);
  poll();
  EXPECT_EQ(woken, 50);
  wait_in_background(tenant, feed.generation(tenant));
  EXPECT_EQ(woken, 50);
  feed.notify(tenant);
  poll();

  EXPECT_EQ(woken, 51);
  EXPECT_EQ(clock.sleepers(), 0U);
}

TEST_F(Feed, ClosingEndsEveryWaitAndTheLaterOnes) {
  wait_in_background(tenant, 0);
  wait_in_background(other, 0);

  feed.close();
  poll();
  EXPECT_EQ(woken, 2);
  wait_in_background(tenant, 0);

  EXPECT_EQ(woken, 3);
  EXPECT_TRUE(feed.closed());
}

TEST_F(Feed, ACancelledWaiterEnds) {
  TaskGroup group;
  group.spawn(io.get_executor(), wait_once(tenant, 0, 15s), "waiter");
  poll();

  test::run(io, group.stop());
  feed.notify(tenant);
  poll();

  EXPECT_EQ(group.size(), 0U);
  EXPECT_EQ(clock.sleepers(), 0U);
}

// A writer on another thread and a reader with a cursor: the reader ends only if no wake-up is ever lost.
TEST_F(Feed, NoWakeUpIsLostBetweenThreads) {
  constexpr int rounds = 20'000;
  std::atomic<int> written{0};
  SystemClock real;
  JournalFeed live(real);
  auto read = [](JournalFeed& from, TenantId who, std::atomic<int>& rows) -> Task<int> {
    int cursor = 0;
    while (cursor < rounds) {
      const auto seen = from.generation(who);
      if (rows.load() > cursor) {
        cursor = rows.load();
        continue;
      }
      co_await from.wait(who, seen, 60s);
    }
    co_return cursor;
  };
  std::jthread writer([&] {
    for (int i = 0; i < rounds; ++i) {
      ++written;
      live.notify(tenant);
    }
  });

  const auto begin = std::chrono::steady_clock::now();
  EXPECT_EQ(test::run(io, read(live, tenant, written)), rounds);
  EXPECT_LT(std::chrono::steady_clock::now() - begin, 50s);
}

}  // namespace
}  // namespace wherry
