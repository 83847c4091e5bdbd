#include "services/outbox/backlog.h"

#include <gtest/gtest.h>

namespace wherry {
namespace {

class BacklogTest : public ::testing::Test {
 protected:
  LinePosition at(std::int64_t place) { return {place, MessageId::make(now)}; }
  Timestamp now = from_unix_millis(1'795'000'000'000);
  ChannelId channel = ChannelId::make(now);
  ChannelId other = ChannelId::make(now);
  LaneId lane = LaneId::make(now);
  Backlog backlog{{.lanes = 12, .lanes_per_channel = 8, .parked = 2}};
};

TEST_F(BacklogTest, AConversationIsClearUnlessItsChannelHasAnythingLeftBehind) {
  EXPECT_TRUE(backlog.is_clear(channel, lane));

  backlog.left_behind(channel, Priority::bulk, at(10));

  EXPECT_FALSE(backlog.is_clear(channel, lane));
  EXPECT_TRUE(backlog.is_clear(other, lane));
}

TEST_F(BacklogTest, AWalkBeginsBeforeWhatWasLeftAndEndsWhenNothingIsBeyond) {
  const auto left = at(10);
  backlog.left_behind(channel, Priority::interactive, left);
  auto walks = backlog.walks();
  ASSERT_EQ(walks.size(), 1U);
  EXPECT_LT(walks[0].after, left);

  backlog.walked(walks[0], at(500), false);
  EXPECT_FALSE(backlog.is_clear(channel, lane));
  walks = backlog.walks();
  EXPECT_EQ(walks[0].after.place, 500);
  backlog.walked(walks[0], at(700), true);

  EXPECT_TRUE(backlog.is_clear(channel, lane));
  EXPECT_TRUE(backlog.walks().empty());
}

TEST_F(BacklogTest, WhatIsLeftBehindDuringAWalkIsWalkedAgain) {
  backlog.left_behind(channel, Priority::interactive, at(10));
  const auto walk = backlog.walks().front();
  backlog.left_behind(channel, Priority::interactive, at(300));

  backlog.walked(walk, at(500), true);

  EXPECT_FALSE(backlog.is_clear(channel, lane));
  EXPECT_LT(backlog.walks().front().after.place, 300);
}

TEST_F(BacklogTest, InteractiveMessagesAreWalkedFirst) {
  backlog.left_behind(channel, Priority::bulk, at(1));
  backlog.left_behind(other, Priority::interactive, at(2));

  const auto walks = backlog.walks();

  ASSERT_EQ(walks.size(), 2U);
  EXPECT_EQ(walks[0].priority, Priority::interactive);
  EXPECT_EQ(walks[1].priority, Priority::bulk);
}

TEST_F(BacklogTest, RoomIsBoundedPerChannelAndOverAllAndBulkLeavesAQuarter) {
  for (int i = 0; i < 6; ++i) backlog.lane_started(channel);
  EXPECT_FALSE(backlog.has_room(channel, Priority::bulk));
  EXPECT_TRUE(backlog.has_room(channel, Priority::interactive));
  for (int i = 0; i < 2; ++i) backlog.lane_started(channel);
  EXPECT_FALSE(backlog.has_room(channel, Priority::interactive));
  EXPECT_TRUE(backlog.has_room(other, Priority::interactive));
  for (int i = 0; i < 4; ++i) backlog.lane_started(other);
  EXPECT_FALSE(backlog.has_room(other, Priority::interactive));

  backlog.lane_ended(channel);

  EXPECT_TRUE(backlog.has_room(other, Priority::interactive));
  EXPECT_EQ(backlog.lanes_of(channel), 7U);
}

TEST_F(BacklogTest, AParkedConversationIsNotClearAndThereAreOnlySoMany) {
  EXPECT_TRUE(backlog.park(lane));
  EXPECT_FALSE(backlog.is_clear(channel, lane));
  EXPECT_TRUE(backlog.is_clear(channel, LaneId::make(now)));
  EXPECT_TRUE(backlog.park(LaneId::make(now)));
  EXPECT_FALSE(backlog.park(LaneId::make(now)));

  backlog.unpark(lane);

  EXPECT_TRUE(backlog.is_clear(channel, lane));
}

}  // namespace
}  // namespace wherry
