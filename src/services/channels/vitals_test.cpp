#include "services/channels/vitals.h"

#include <gtest/gtest.h>

namespace wherry {
namespace {

const auto noon = from_unix_millis(1'790'000'000'000);

TEST(Vitals, TheLatestTimeOfEachDirectionIsKept) {
  Vitals vitals;
  const auto channel = ChannelId::make(noon);

  vitals.sent(channel, noon);
  vitals.sent(channel, noon - seconds(5));
  vitals.received(channel, noon + seconds(1));

  const auto times = vitals.times().at(channel);
  EXPECT_EQ(times.sent, noon);
  EXPECT_EQ(times.received, noon + seconds(1));
}

TEST(Vitals, CodesBeyondTheBoundAreCountedTogether) {
  Vitals vitals;
  for (int code = 1; code <= 100; ++code) vitals.refused(code);
  vitals.refused(1);

  const auto refusals = vitals.refusals();

  EXPECT_EQ(refusals.size(), Vitals::max_codes + 1);
  EXPECT_EQ(refusals.at("1"), 2U);
  EXPECT_EQ(refusals.at("other"), 40U);
}

}  // namespace
}  // namespace wherry
