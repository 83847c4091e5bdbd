#include "services/outbox/pacer.h"

#include <gtest/gtest.h>

namespace wherry {
namespace {

using namespace std::chrono_literals;

class PacerTest : public ::testing::Test {
 protected:
  PacerTest() {
    channel.id = ChannelId::make(clock.now());
    channel.messages_per_second = 20;
    for (int i = 0; i < 20; ++i) EXPECT_EQ(pacer.reserve_number(channel, 0ms), 0ms);  // the burst is used up
  }

  // Keeps a line occupied: whoever gets a slot is followed by another.
  struct Crowd {
    Pacer& pacer;
    const Channel& channel;
    Pacer::Place place;
    int served = 0;
    Crowd(Pacer& the_pacer, const Channel& the_channel, Urgency line)
        : pacer(the_pacer), channel(the_channel), place(pacer.join_line(channel, line)) {
      for (int i = 0; i < 5; ++i) (void)pacer.join_line(channel, line);
    }
    bool ask() {
      if (pacer.ask(channel, place) != 0ms) return false;
      place = pacer.join_line(channel, place.line);
      ++served;
      return true;
    }
  };

  VirtualClock clock{from_unix_millis(1'795'000'000'000)};
  Pacer pacer{clock};
  Channel channel;
};

TEST_F(PacerTest, AnInteractiveMessageGetsTheNextSlotThoughBulkCameFirst) {
  const auto bulk = pacer.join_line(channel, Urgency::bulk);
  const auto interactive = pacer.join_line(channel, Urgency::interactive);
  clock.advance(50ms);

  EXPECT_GT(pacer.ask(channel, bulk), 0ms);
  EXPECT_EQ(pacer.ask(channel, interactive), 0ms);
  clock.advance(50ms);
  EXPECT_EQ(pacer.ask(channel, bulk), 0ms);
}

TEST_F(PacerTest, BulkHasATenthOfANumberThatInteractiveMessagesFill) {
  Crowd interactive(pacer, channel, Urgency::interactive);
  Crowd bulk(pacer, channel, Urgency::bulk);

  for (int i = 0; i < 10'000; ++i) {
    clock.advance(10ms);
    bulk.ask();
    interactive.ask();
  }

  EXPECT_NEAR(interactive.served + bulk.served, 2000, 5) << "no slot is lost";
  EXPECT_NEAR(bulk.served, 200, 5);
}

TEST_F(PacerTest, WhatNobodyWaitsForHasATenthBesideWhatIsWaitedFor) {
  Crowd interactive(pacer, channel, Urgency::interactive);
  Crowd bulk(pacer, channel, Urgency::bulk);
  int reserved = 0;

  for (int i = 0; i < 10'000; ++i) {
    clock.advance(10ms);
    while (pacer.reserve_number(channel, 100ms)) ++reserved;  // more callers than the number can take
    interactive.ask();
    bulk.ask();
  }

  EXPECT_NEAR(interactive.served, 180, 10);  // one for nine that go past
  EXPECT_NEAR(bulk.served, 180, 10);
  EXPECT_NEAR(reserved, 1640, 20);
}

TEST_F(PacerTest, BulkHasItAllWhenNobodyElseIsThere) {
  Crowd bulk(pacer, channel, Urgency::bulk);

  for (int i = 0; i < 1000; ++i) {
    clock.advance(10ms);
    bulk.ask();
  }

  EXPECT_NEAR(bulk.served, 200, 2);
}

TEST_F(PacerTest, WhoLeavesTheLineTakesNoSlotAlong) {
  const auto place = pacer.join_line(channel, Urgency::bulk);
  for (int i = 0; i < 30; ++i) ASSERT_TRUE(pacer.reserve_number(channel, 1h));
  pacer.leave_line(channel, place);
  clock.advance(1h);
  pacer.sweep();

  EXPECT_EQ(pacer.size(), 0U);
}

TEST_F(PacerTest, NobodyIsToldToWaitLongerThanItTakesAnotherSlotToBeSetAside) {
  for (int i = 0; i < 1000; ++i) (void)pacer.join_line(channel, Urgency::interactive);

  EXPECT_LE(pacer.ask(channel, pacer.join_line(channel, Urgency::bulk)), 1s);
}

}  // namespace
}  // namespace wherry
