// Messages that are taken without waiting for their outcome, and messages to numbers.
#include "tests/support/outbox_world.h"

namespace wherry {
namespace {

using namespace std::chrono_literals;
using OutboxSubmit = test::OutboxWorld;

TEST_F(OutboxSubmit, AnAcceptedMessageIsOnDiskBeforeItsSenderHearsOfItAndIsSentAfterwards) {
  auto accepted = test::run(io, outbox.submit(text("hello")));

  ASSERT_TRUE(accepted) << accepted.error().message;
  EXPECT_EQ(accepted->state, MessageState::accepted);
  EXPECT_TRUE(messages.messages.contains(accepted->id));
  pass_time(1s);
  ASSERT_EQ(upstream.sent.size(), 1U);
  EXPECT_EQ(messages.messages.at(accepted->id).state, MessageState::sent);
  EXPECT_EQ(outbox.counters().waiting, 0);
}

TEST_F(OutboxSubmit, NothingIsTakenThatCouldNotBeStored) {
  messages.fail_at = 1;

  auto accepted = test::run(io, outbox.submit(text("hello")));
  pass_time(1s);

  ASSERT_FALSE(accepted);
  EXPECT_EQ(accepted.error().code, ErrorCode::unavailable);
  EXPECT_TRUE(upstream.sent.empty());
  EXPECT_EQ(outbox.counters().waiting, 0);
}

TEST_F(OutboxSubmit, WhatNobodyWaitsForIsTriedForADay) {
  for (int i = 0; i < 3; ++i) upstream.script.push_back(test::refused(130429, ErrorCode::upstream_unavailable));

  auto accepted = test::run(io, outbox.submit(text("hello")));
  pass_time(10min, 1s);

  ASSERT_TRUE(accepted);
  EXPECT_EQ(upstream.sent.size(), 4U);
  EXPECT_EQ(messages.messages.at(accepted->id).state, MessageState::sent);
}

TEST_F(OutboxSubmit, ANumberLeadsToItsConversationInEveryVariant) {
  auto open = text("hello");
  messages.conversations.at(conversation).identity.wa_id = WaId{"5511987654321"};
  open.to = Recipient{access.channels.front().id, WaId{"551187654321"}};

  ASSERT_TRUE(send(open));

  EXPECT_EQ(only_message().conversation, conversation);
  EXPECT_EQ(upstream.sent[0].to.wa_id, WaId{"5511987654321"}) << "as WhatsApp wrote it";
}

TEST_F(OutboxSubmit, AStrangersConversationIsMadeWithAClosedWindow) {
  auto stranger = text("hello");
  stranger.to = Recipient{access.channels.front().id, WaId{"4915112345678"}};

  auto refused = send(stranger);

  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, ErrorCode::window_closed);
  EXPECT_EQ(messages.conversations.size(), 2U);
  EXPECT_TRUE(messages.messages.empty());
  EXPECT_EQ(send(stranger).error().code, ErrorCode::window_closed);
  EXPECT_EQ(messages.conversations.size(), 2U);
}

TEST_F(OutboxSubmit, ADoorMayLeaveTheWindowToWhatsApp) {
  auto stranger = text("hello");
  stranger.to = Recipient{access.channels.front().id, WaId{"4915112345678"}};
  stranger.window_check = WindowCheck::upstream;
  auto refused = test::refused(131047);
  std::get<SendRefused>(refused).reason.peer_answer = std::make_shared<PeerAnswer>(PeerAnswer{400, R"({"error":{"code":131047}})"});
  upstream.script = {refused};

  auto receipt = send(stranger);

  ASSERT_FALSE(receipt);
  EXPECT_EQ(receipt.error().code, ErrorCode::rejected);
  ASSERT_TRUE(receipt.error().peer_answer);
  EXPECT_EQ(receipt.error().peer_answer->body, R"({"error":{"code":131047}})") << "WhatsApp's own words reach the door";
  EXPECT_EQ(receipt.error().peer_answer->status, 400);
}

TEST_F(OutboxSubmit, ANumberIsReachedOnlyFromAChannelOfTheTenant) {
  auto missing = text("x");
  missing.to = Recipient{ChannelId::make(clock.now()), WaId{"4915112345678"}};
  auto foreign = text("x");
  foreign.tenant = TenantId::make(clock.now());
  foreign.to = Recipient{access.channels.front().id, WaId{"4915112345678"}};

  EXPECT_EQ(send(missing).error().code, ErrorCode::not_found);
  EXPECT_EQ(send(foreign).error().code, ErrorCode::permission_denied);
  EXPECT_EQ(messages.conversations.size(), 1U);
}

TEST_F(OutboxSubmit, WhatAnApplicationSendsAlongIsKeptWithItsMessageAndBounded) {
  auto with_data = text("hello");
  with_data.client_data = std::string(longest_client_data, 'x');
  ASSERT_TRUE(send(with_data));
  EXPECT_EQ(only_message().client_data.size(), longest_client_data);

  with_data.client_data += 'x';
  EXPECT_EQ(send(with_data).error().code, ErrorCode::invalid_argument);
  with_data.client_data = "\xff";
  EXPECT_EQ(send(with_data).error().code, ErrorCode::invalid_argument);
  EXPECT_EQ(upstream.sent.size(), 1U);
}

TEST_F(OutboxSubmit, ATemplateIsJudgedAndNeedsNoOpenWindow) {
  SendRequest approved{tenant, add_conversation(std::nullopt), TemplateContent{"order_ready", "en", {}}};
  std::vector<std::string> judged;
  Result<void> verdict;
  outbox.judge_templates([&](ChannelPtr channel, TemplateContent message) -> Task<Result<void>> {
    judged.push_back(channel->waba_id + " " + message.name);
    co_return verdict;
  });

  ASSERT_TRUE(send(approved));
  verdict = Error{ErrorCode::rejected, "wrong count"};
  const auto refused = send(approved);
  ASSERT_TRUE(send(text("not judged")));

  EXPECT_EQ(refused.error().message, "wrong count");
  EXPECT_EQ(judged, (std::vector<std::string>{"2001 order_ready", "2001 order_ready"}));
  EXPECT_EQ(messages.messages.size(), 2U);
}

TEST_F(OutboxSubmit, AnAnswerKeepsWhatItQuotes) {
  auto answer = text("yes");
  answer.reply_to = "wamid.A";
  ASSERT_TRUE(send(answer));
  EXPECT_EQ(only_message().reply_to, "wamid.A");
  answer.content = ReactionContent{"wamid.A", "x"};
  EXPECT_EQ(send(answer).error().code, ErrorCode::invalid_argument);
}

}  // namespace
}  // namespace wherry
