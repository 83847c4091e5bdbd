#include "services/outbox/circuits.h"

#include <gtest/gtest.h>

namespace wherry {
namespace {

using namespace std::chrono_literals;

struct CircuitsTest : testing::Test {
  static ChannelPtr make(Timestamp now) {
    Channel channel;
    channel.id = ChannelId::make(now);
    return std::make_shared<const Channel>(channel);
  }
  VirtualClock clock{from_unix_millis(1'795'000'000'000)};
  Circuits circuits{clock};
  ChannelPtr channel = make(clock.now());
};

TEST_F(CircuitsTest, AreClosedUntilANumberIsRefused) {
  EXPECT_FALSE(circuits.enter(channel));
  EXPECT_EQ(circuits.passed(channel), Circuits::Change::none);
  EXPECT_EQ(circuits.refused(channel), Circuits::Change::opened);
  EXPECT_TRUE(circuits.enter(channel));
  EXPECT_FALSE(circuits.enter(make(clock.now()))) << "other numbers go on";
  EXPECT_EQ(circuits.open_count(), 1u);
}

TEST_F(CircuitsTest, OneProbeGoesPerIntervalAndTheIntervalsGrowToFifteenMinutes) {
  circuits.refused(channel);
  for (const milliseconds interval : {1min, 2min, 4min, 8min, 15min, 15min}) {
    const auto wait = circuits.blocked(channel);
    ASSERT_TRUE(wait);
    EXPECT_GE(*wait, interval);
    EXPECT_LE(*wait, interval + interval / 4);
    clock.advance(*wait - 1ms);
    EXPECT_TRUE(circuits.enter(channel));
    clock.advance(1ms);
    EXPECT_FALSE(circuits.blocked(channel)) << "asking takes nothing";
    EXPECT_FALSE(circuits.enter(channel));
    EXPECT_TRUE(circuits.enter(channel)) << "a second one must wait";
    EXPECT_EQ(circuits.refused(channel), Circuits::Change::none);
  }
}

TEST_F(CircuitsTest, OneMessageThatPassesClosesTheCircuit) {
  circuits.refused(channel);

  EXPECT_EQ(circuits.passed(channel), Circuits::Change::closed);
  EXPECT_FALSE(circuits.enter(channel));
  EXPECT_EQ(circuits.open_count(), 0u);
}

TEST_F(CircuitsTest, AChangedChannelIsProbedAtOnceAndOnce) {
  circuits.refused(channel);
  const auto with_new_token = std::make_shared<const Channel>(*channel);

  EXPECT_FALSE(circuits.enter(with_new_token));
  EXPECT_TRUE(circuits.enter(with_new_token));
}

}  // namespace
}  // namespace wherry
