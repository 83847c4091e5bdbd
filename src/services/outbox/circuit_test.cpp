// The outbox while WhatsApp refuses a number for the account's sake, and the classes of refusals.
#include "base/json.h"
#include "tests/support/outbox_world.h"

namespace wherry {
namespace {

using namespace std::chrono_literals;
using test::refused;
using OutboxCircuit = test::OutboxWorld;

constexpr int token_expired = 190;

TEST_F(OutboxCircuit, ARefusedAccountFailsItsCallerAndTellsTheOperator) {
  upstream.script = {refused(token_expired)};

  auto receipt = send(text("hello"));

  ASSERT_FALSE(receipt);
  EXPECT_EQ(receipt.error().code, ErrorCode::rejected);
  EXPECT_EQ(only_message().state, MessageState::failed);
  ASSERT_EQ(messages.events.size(), 1u);
  const auto& alert = messages.events[0];
  EXPECT_EQ(alert.kind, "channel.alert");
  EXPECT_EQ(alert.tenant, tenant);
  EXPECT_EQ(alert.channel, access.channels.front().id);
  EXPECT_TRUE(alert.subject.is_null());
  EXPECT_EQ(alert.body,
            R"({"reason":"scripted refusal","code":190,"fbtrace_id":"","channelId":")" + access.channels.front().id.text() + "\"}");
}

TEST_F(OutboxCircuit, WhileItIsOpenCallersHearItAtOnceAndNothingIsAccepted) {
  upstream.script = {refused(token_expired)};
  ASSERT_FALSE(send(text("first")));
  conversation = add_conversation(clock.now());

  auto receipt = test::run(io, outbox.submit_and_wait(text("second")));

  ASSERT_FALSE(receipt);
  EXPECT_EQ(receipt.error().code, ErrorCode::upstream_unavailable);
  EXPECT_GE(*receipt.error().retry_after, 30s);
  EXPECT_EQ(messages.messages.size(), 1u);
  EXPECT_EQ(upstream.sent.size(), 1u);
  EXPECT_EQ(outbox.counters().waiting, 0);
}

TEST_F(OutboxCircuit, AProbeThatPassesClosesIt) {
  upstream.script = {refused(token_expired)};
  ASSERT_FALSE(send(text("first")));
  pass_time(2min, 1s);

  auto receipt = send(text("second"));

  EXPECT_TRUE(receipt);
  EXPECT_TRUE(send(text("third")));
  ASSERT_EQ(messages.events.size(), 2u);
  EXPECT_EQ(messages.events[1].kind, "channel.recovered");
  EXPECT_EQ(outbox.open_circuits(), 0u);
}

TEST_F(OutboxCircuit, ARefusalOfTheMessageShowsThatTheAccountIsFine) {
  upstream.script = {refused(token_expired), refused(131026)};
  ASSERT_FALSE(send(text("first")));
  pass_time(2min, 1s);

  ASSERT_FALSE(send(text("to nobody")));

  EXPECT_EQ(outbox.open_circuits(), 0u);
}

TEST_F(OutboxCircuit, MessagesNobodyWaitsForStayAcceptedAndProbeOneAtATime) {
  std::vector<MessageId> waiting;
  for (int i = 0; i < 5; ++i) {
    conversation = add_conversation(clock.now());
    waiting.push_back(left_behind(MessageState::accepted));
  }
  for (int i = 0; i < 3; ++i) upstream.script.push_back(refused(token_expired));
  ASSERT_TRUE(test::run(io, outbox.resume()));

  pass_time(1s);
  EXPECT_EQ(upstream.sent.size(), 1u);
  for (const auto id : waiting) EXPECT_EQ(messages.messages.at(id).state, MessageState::accepted);
  EXPECT_GE(*messages.messages.at(upstream.sent[0].id).next_attempt_at, clock.now() + 58s) << "a restart keeps the schedule";
  pass_time(80s, 100ms);
  EXPECT_EQ(upstream.sent.size(), 2u);
  pass_time(150s, 100ms);
  EXPECT_EQ(upstream.sent.size(), 3u);
  pass_time(5min + 10s, 100ms);

  EXPECT_EQ(upstream.sent.size(), 8u) << "the fourth passes, and the rest follow within seconds";
  for (const auto id : waiting) EXPECT_EQ(messages.messages.at(id).state, MessageState::sent);
  ASSERT_EQ(messages.events.size(), 2u) << "one alert, one recovery";
}

TEST_F(OutboxCircuit, OtherNumbersGoOn) {
  upstream.script = {refused(token_expired)};
  ASSERT_FALSE(send(text("first")));
  Channel other = access.channels.front();
  other.id = ChannelId::make(clock.now());
  other.phone_number_id = "1002";
  access.channels.push_back(other);
  ASSERT_TRUE(test::run(io, channels.load()));
  conversation = add_conversation(clock.now());
  messages.conversations.at(conversation).channel = other.id;

  EXPECT_TRUE(send(text("elsewhere")));
}

TEST_F(OutboxCircuit, OnlyThrottledTransientAndAccountRefusalsKeepAMessage) {
  struct Row {
    int code;
    MessageState state;
  };
  for (const auto [code, state] : {Row{130429, MessageState::accepted}, Row{131000, MessageState::accepted},
                                   Row{131026, MessageState::failed}, Row{131049, MessageState::failed}, Row{131009, MessageState::failed},
                                   Row{190, MessageState::accepted}, Row{132015, MessageState::failed}}) {
    Outbox fresh(messages, channels, conversations, media, upstream, clock, {});
    const auto id = left_behind(MessageState::accepted);
    upstream.script = {refused(code)};
    ASSERT_TRUE(test::run(io, fresh.resume()));
    io.restart();
    io.poll();
    EXPECT_EQ(messages.messages.at(id).state, state) << code;
    EXPECT_EQ(messages.messages.at(id).next_attempt_at.has_value(), state == MessageState::accepted) << code;
    test::run(io, fresh.stop(0ms));
    messages.messages.clear();
  }
}

TEST_F(OutboxCircuit, ARestartKeepsTheTimeOfTheNextTry) {
  const auto id = left_behind(MessageState::accepted, clock.now() + 90s);
  ASSERT_TRUE(test::run(io, outbox.resume()));

  pass_time(89s, 100ms);
  EXPECT_TRUE(upstream.sent.empty());
  pass_time(2s, 100ms);

  ASSERT_EQ(upstream.sent.size(), 1u);
  EXPECT_EQ(messages.messages.at(id).state, MessageState::sent);
}

TEST_F(OutboxCircuit, TheNumbersThroughputIsSharedByAllItsLanes) {
  access.channels.front().messages_per_second = 20;
  ASSERT_TRUE(test::run(io, channels.load()));
  for (int i = 0; i < 100; ++i) {
    conversation = add_conversation(clock.now());
    left_behind(MessageState::accepted);
  }
  ASSERT_TRUE(test::run(io, outbox.resume()));
  io.restart();
  io.poll();
  const auto at_once = upstream.sent.size();

  pass_time(2s);
  const auto after_two = upstream.sent.size();
  pass_time(3s);

  EXPECT_LE(at_once, 20u);
  EXPECT_GE(after_two, 55u);
  EXPECT_LE(after_two, 61u);
  EXPECT_EQ(upstream.sent.size(), 100u);
}

TEST_F(OutboxCircuit, ABacklogDoesNotDelayThoseWhoWait) {
  access.channels.front().messages_per_second = 20;
  ASSERT_TRUE(test::run(io, channels.load()));
  for (int i = 0; i < 1000; ++i) {
    conversation = add_conversation(clock.now());
    left_behind(MessageState::accepted);
  }
  ASSERT_TRUE(test::run(io, outbox.resume()));
  pass_time(1s);
  for (int i = 0; i < 5; ++i) {
    conversation = add_conversation(clock.now());
    const auto before = clock.now();

    auto receipt = send(text("somebody waits"));

    ASSERT_TRUE(receipt) << receipt.error().message;
    EXPECT_LE(clock.now() - before, 200ms);
  }
  pass_time(50s);

  EXPECT_EQ(upstream.sent.size(), 1005u) << "and the backlog goes out at the number's full speed";
  EXPECT_EQ(outbox.counters().waiting, 0);
}

}  // namespace
}  // namespace wherry
