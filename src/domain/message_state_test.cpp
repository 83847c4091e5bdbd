#include "domain/message_state.h"

#include <gtest/gtest.h>

#include <vector>

namespace wherry {
namespace {

using enum MessageState;

const std::vector<MessageState> all{accepted, sending, sent, delivered, read, played, failed, uncertain, cancelled};

TEST(MessageState, SurvivesItsText) {
  for (const auto state : all) EXPECT_EQ(message_state_from(to_string(state)), state);
  EXPECT_FALSE(message_state_from("Sent"));
  EXPECT_FALSE(message_state_from(""));
  EXPECT_FALSE(message_state_from("held_for_quality_assessment"));
}

TEST(MessageState, AStatusNeverMovesAMessageBack) {
  const std::vector<MessageState> forward{sent, delivered, read, played};
  for (std::size_t from = 0; from < forward.size(); ++from) {
    for (std::size_t to = 0; to <= from; ++to) EXPECT_FALSE(may_move(forward[from], forward[to]));
    for (std::size_t to = from + 1; to < forward.size(); ++to) EXPECT_TRUE(may_move(forward[from], forward[to]));
  }
}

TEST(MessageState, NothingFollowsFailedAndNoStateFollowsItself) {
  for (const auto state : all) {
    EXPECT_FALSE(may_move(failed, state));
    EXPECT_FALSE(may_move(state, state));
  }
}

TEST(MessageState, OnlyWhatIsAcceptedCanBeCancelledAndNothingFollowsThat) {
  for (const auto state : all) {
    EXPECT_EQ(may_move(state, cancelled), state == accepted);
    EXPECT_FALSE(may_move(cancelled, state));
  }
}

TEST(MessageState, FailedMayFollowDeliveredButNotRead) {
  EXPECT_TRUE(may_move(sent, failed));
  EXPECT_TRUE(may_move(delivered, failed));
  EXPECT_FALSE(may_move(read, failed));
  EXPECT_FALSE(may_move(played, failed));
}

TEST(MessageState, AnUncertainMessageIsNeverSentAgainButMayTurnOutAnyWay) {
  EXPECT_FALSE(may_move(uncertain, sending));
  for (const auto state : {sent, delivered, read, played, failed}) EXPECT_TRUE(may_move(uncertain, state));
}

TEST(MessageState, AStatusMayOvertakeTheAnswerToTheRequest) {
  for (const auto state : {accepted, sent, delivered, read, played, failed, uncertain}) EXPECT_TRUE(may_move(sending, state));
}

TEST(MessageState, AStatusMayArriveForAMessageThatWaitsForAnotherTry) {
  for (const auto state : all) EXPECT_EQ(may_move(accepted, state), state != accepted && state != uncertain);
}

}  // namespace
}  // namespace wherry
