#include "services/outbox/budgets.h"

#include <gtest/gtest.h>

namespace wherry {
namespace {

class BudgetsTest : public ::testing::Test {
 protected:
  BudgetsTest() {
    channel.id = ChannelId::make(clock.now());
    channel.kind = ChannelKind::linked;
  }
  VirtualClock clock{from_unix_millis(1'795'000'000'000)};
  Channel channel;
  Budgets budgets{clock, {2, 3}};
};

TEST_F(BudgetsTest, AreTheChannelsOwnOrTheGatewaysAndSlide) {
  EXPECT_EQ(budgets.take(channel), milliseconds(0));
  clock.advance(seconds(20));
  EXPECT_EQ(budgets.take(channel), milliseconds(0));
  EXPECT_EQ(budgets.take(channel), seconds(40)) << "until the first is a minute ago";
  EXPECT_EQ(budgets.wait(channel), seconds(40));
  clock.advance(seconds(40));
  EXPECT_EQ(budgets.take(channel), milliseconds(0));
  EXPECT_EQ(budgets.wait(channel), std::chrono::hours(1) - seconds(60)) << "three in an hour";

  channel.rate_per_hour = 4;
  channel.rate_per_min = 0;
  EXPECT_EQ(budgets.take(channel), milliseconds(0));
  EXPECT_GT(budgets.take(channel), milliseconds(0));
}

TEST_F(BudgetsTest, AreEachChannelsAndNoneOfTheCloudApi) {
  auto other = channel;
  other.id = ChannelId::make(clock.now());
  auto cloud = other;
  cloud.kind = ChannelKind::cloud;
  for (int i = 0; i < 2; ++i) EXPECT_EQ(budgets.take(channel), milliseconds(0));

  EXPECT_GT(budgets.take(channel), milliseconds(0));
  EXPECT_EQ(budgets.take(other), milliseconds(0));
  for (int i = 0; i < 10; ++i) EXPECT_EQ(budgets.take(cloud), milliseconds(0));
}

TEST_F(BudgetsTest, WhatWasSentBeforeCountsUntilItsHourIsOver) {
  const auto start = clock.now();
  for (const int minutes : {50, 40, 30}) budgets.note(channel.id, start - std::chrono::minutes(minutes));

  EXPECT_EQ(budgets.wait(channel), std::chrono::minutes(10));
  clock.advance(std::chrono::minutes(31));
  budgets.sweep();
  EXPECT_EQ(budgets.wait(channel), milliseconds(0));
}

}  // namespace
}  // namespace wherry
