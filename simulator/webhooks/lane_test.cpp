#include "simulator/webhooks/lane.h"

#include <gtest/gtest.h>

#include <algorithm>

namespace wherry::sim {
namespace {

std::shared_ptr<DeliveryBudget> budget() { return std::make_shared<DeliveryBudget>(); }

DeliveryPtr delivery(std::uint64_t id, const std::shared_ptr<DeliveryBudget>& counted = budget()) {
  auto made = std::make_shared<Delivery>(counted, std::make_shared<const std::string>("body"));
  made->id = id;
  return made;
}

UpdatePtr update(std::size_t bytes = 10) {
  Update made;
  made.item = std::string(bytes, 'x');
  return std::make_shared<Update>(made);
}

std::vector<std::uint64_t> drain(Lane& lane, bool shuffled) {
  std::vector<std::uint64_t> order;
  while (const auto next = lane.take(shuffled, 64)) order.push_back(next->id);
  return order;
}

TEST(Lane, TakesInOrderUnlessToldToShuffle) {
  for (const bool shuffled : {false, true}) {
    Lane lane(1, 7);
    std::vector<std::uint64_t> wanted;
    for (std::uint64_t id = 1; id <= 50; ++id) {
      lane.enqueue(delivery(id), 1);
      wanted.push_back(id);
    }
    auto got = drain(lane, shuffled);
    EXPECT_EQ(got == wanted, !shuffled);
    std::sort(got.begin(), got.end());
    EXPECT_EQ(got, wanted);
  }
}

TEST(Lane, AsksForWorkersUpToItsConcurrencyAndLetsThemGo) {
  Lane lane(1, 7);
  EXPECT_TRUE(lane.enqueue(delivery(1), 2));
  EXPECT_TRUE(lane.enqueue(delivery(2), 2));
  EXPECT_FALSE(lane.enqueue(delivery(3), 2));
  EXPECT_EQ(lane.active(), 2u);
  EXPECT_EQ(drain(lane, false).size(), 3u);
  EXPECT_EQ(lane.active(), 1u);
  EXPECT_FALSE(lane.take(false, 2));
  EXPECT_TRUE(lane.enqueue(delivery(4), 1));
}

TEST(Lane, ABatchEndsAtItsCountItsBytesOrItsWindow) {
  WebhookSettings settings;
  settings.max_updates = 3;
  Lane lane(1, 7);
  const auto first = lane.collect(update(), settings);
  ASSERT_TRUE(first.opened);
  EXPECT_TRUE(lane.collect(update(), settings).ready.empty());
  EXPECT_EQ(lane.collect(update(), settings).ready.size(), 3u);
  EXPECT_TRUE(lane.flush(*first.opened).empty());

  settings.max_bytes = 2'000;
  const auto second = lane.collect(update(1'000), settings);
  const auto third = lane.collect(update(1'000), settings);
  EXPECT_EQ(third.ready.size(), 1u);
  ASSERT_TRUE(third.opened);
  EXPECT_TRUE(lane.flush(*second.opened).empty());
  EXPECT_EQ(lane.flush(*third.opened).size(), 1u);
}

TEST(Lane, AHeldDeliveryFollowsTheOnesItLetsPass) {
  Lane lane(1, 7);
  lane.hold(delivery(1), 2);
  lane.enqueue(delivery(2), 1);
  lane.enqueue(delivery(3), 1);
  EXPECT_EQ(drain(lane, false), (std::vector<std::uint64_t>{2, 3, 1}));
  const auto alone = delivery(4);
  lane.hold(alone, 2);
  EXPECT_TRUE(lane.release(*alone));
  EXPECT_FALSE(lane.release(*alone));
}

TEST(Lane, WhatIsClearedGivesItsShareOfTheBudgetBack) {
  const auto counted = budget();
  Lane lane(1, 7);
  lane.enqueue(delivery(1, counted), 1);
  lane.hold(delivery(2, counted), 3);
  EXPECT_EQ(counted->count.load(), 2u);
  EXPECT_EQ(counted->bytes.load(), 8u);
  lane.clear();
  EXPECT_EQ(counted->count.load(), 0u);
  EXPECT_EQ(counted->bytes.load(), 0u);
}

}  // namespace
}  // namespace wherry::sim
