// What becomes of messages whose outcome nobody told.
#include "tests/support/outbox_world.h"

namespace wherry {
namespace {

using namespace std::chrono_literals;

class OutboxUncertain : public test::OutboxWorld {
 protected:
  void set_policy(UncertainPolicy policy, seconds after = 600s) {
    access.channels.front().uncertain_policy = policy;
    access.channels.front().uncertain_after = after;
    ASSERT_TRUE(test::run(io, channels.load()));
  }
  void sweep() {
    ASSERT_TRUE(test::run(io, outbox.sweep()));
    io.restart();
    io.poll();
  }
};

TEST_F(OutboxUncertain, FailsOnceItsTimeIsOver) {
  const auto id = left_behind(MessageState::uncertain);
  clock.advance(10min - 1ms);
  sweep();
  EXPECT_EQ(messages.messages.at(id).state, MessageState::uncertain);

  clock.advance(1ms);
  sweep();
  sweep();

  EXPECT_EQ(messages.messages.at(id).state, MessageState::failed);
  EXPECT_EQ(messages.messages.at(id).error->title, "the outcome stayed unknown");
  EXPECT_EQ(messages.moves.size(), 1u) << "decided once";
  EXPECT_EQ(outbox.counters().failed, 1u);
  EXPECT_TRUE(upstream.sent.empty());
}

TEST_F(OutboxUncertain, EachChannelHasItsOwnTime) {
  set_policy(UncertainPolicy::fail, 60s);
  const auto quick = left_behind(MessageState::uncertain);
  Channel patient = access.channels.front();
  patient.id = ChannelId::make(clock.now());
  patient.uncertain_after = 3600s;
  access.channels.push_back(patient);
  ASSERT_TRUE(test::run(io, channels.load()));
  const auto slow = left_behind(MessageState::uncertain);
  messages.messages.at(slow).channel = patient.id;
  const auto of_a_removed_channel = left_behind(MessageState::uncertain);
  messages.messages.at(of_a_removed_channel).channel = ChannelId::make(clock.now());

  clock.advance(10min);
  sweep();

  EXPECT_EQ(messages.messages.at(quick).state, MessageState::failed);
  EXPECT_EQ(messages.messages.at(slow).state, MessageState::uncertain);
  EXPECT_EQ(messages.messages.at(of_a_removed_channel).state, MessageState::failed);
}

TEST_F(OutboxUncertain, IsSentOnceMoreWhereTheChannelSaysSo) {
  set_policy(UncertainPolicy::resend);
  const auto id = left_behind(MessageState::uncertain);
  messages.messages.at(id).attempts = 1;
  clock.advance(10min);

  sweep();

  EXPECT_EQ(upstream.sent.size(), 1u);
  EXPECT_EQ(messages.messages.at(id).state, MessageState::sent);
  EXPECT_EQ(messages.messages.at(id).attempts, 2u);
  EXPECT_EQ(messages.messages.at(id).resends, 1u);
  EXPECT_EQ(outbox.counters().waiting, 0);
}

TEST_F(OutboxUncertain, IsNeverSentAThirdTime) {
  set_policy(UncertainPolicy::resend);
  upstream.script = {SendUnknown{"reset"}};
  const auto id = left_behind(MessageState::uncertain);
  clock.advance(10min);
  sweep();
  EXPECT_EQ(messages.messages.at(id).state, MessageState::uncertain);

  for (int i = 0; i < 3; ++i) {
    clock.advance(10min);
    sweep();
  }

  EXPECT_EQ(upstream.sent.size(), 1u);
  EXPECT_EQ(messages.messages.at(id).state, MessageState::failed);
}

TEST_F(OutboxUncertain, AStatusThatComesInTimeDecides) {
  set_policy(UncertainPolicy::resend);
  const auto id = left_behind(MessageState::uncertain);
  messages.messages.at(id).state = MessageState::delivered;
  clock.advance(1h);

  sweep();

  EXPECT_EQ(messages.messages.at(id).state, MessageState::delivered);
  EXPECT_TRUE(upstream.sent.empty());
}

TEST_F(OutboxUncertain, AStoreOutageLeavesItForTheNextSweep) {
  const auto id = left_behind(MessageState::uncertain);
  clock.advance(10min);
  messages.fail_at = 1;

  EXPECT_FALSE(test::run(io, outbox.sweep()));
  EXPECT_EQ(messages.messages.at(id).state, MessageState::uncertain);
  sweep();

  EXPECT_EQ(messages.messages.at(id).state, MessageState::failed);
}

TEST_F(OutboxUncertain, ManyAreSettledInOneSweep) {
  for (int i = 0; i < 1200; ++i) left_behind(MessageState::uncertain);
  clock.advance(10min);

  sweep();

  for (const auto& [id, message] : messages.messages) ASSERT_EQ(message.state, MessageState::failed);
}

}  // namespace
}  // namespace wherry
