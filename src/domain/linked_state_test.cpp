#include "domain/linked_state.h"

#include <gtest/gtest.h>

namespace wherry::linked {
namespace {

TEST(LinkedState, EveryStateIsReadBackFromItsWord) {
  for (int n = 0; n <= static_cast<int>(State::failed); ++n) {
    const auto state = static_cast<State>(n);
    EXPECT_EQ(state_from(to_string(state)), state);
  }
  EXPECT_EQ(to_string(State::stopped), "stopped");
  EXPECT_EQ(to_string(State::passkey_required), "passkey_required");
  EXPECT_EQ(to_string(State::failed), "failed");
  EXPECT_FALSE(state_from("Working"));
  EXPECT_FALSE(state_from(""));
}

TEST(LinkedState, EveryReasonIsReadBackFromItsWordAndAnotherOneIsOther) {
  for (int n = 0; n <= static_cast<int>(Reason::other); ++n) {
    const auto reason = static_cast<Reason>(n);
    EXPECT_EQ(reason_from(to_string(reason)), reason);
  }
  EXPECT_EQ(to_string(Reason::temporary_ban), "temporary_ban");
  EXPECT_EQ(to_string(Reason::too_many_devices), "too_many_devices");
  EXPECT_EQ(reason_from("sunspots"), Reason::other);
}

TEST(LinkedState, OnlyWhatMovesByItselfIsNotFinal) {
  EXPECT_FALSE(is_final(State::disconnected));
  EXPECT_FALSE(is_final(State::working));
  EXPECT_TRUE(is_final(State::replaced));
  EXPECT_TRUE(is_final(State::unpaired));
}

}  // namespace
}  // namespace wherry::linked
