#include "tests/support/outbox_world.h"

namespace wherry {
namespace {

using namespace std::chrono_literals;
using test::refused;
using OutboxTest = test::OutboxWorld;

TEST_F(OutboxTest, AMessageIsOnDiskAsSentWhenItsSenderIsAnswered) {
  auto receipt = send(text("hello"));

  ASSERT_TRUE(receipt);
  EXPECT_EQ(receipt->wamid, "wamid.1");
  EXPECT_EQ(only_message().state, MessageState::sent);
  EXPECT_EQ(only_message().wamid, "wamid.1");
  EXPECT_EQ(only_message().attempts, 1U);
  ASSERT_EQ(messages.moves.size(), 1U) << "an idle lane needs two commits, not three";
  EXPECT_EQ(messages.moves[0].from, MessageState::sending);
  EXPECT_EQ(messages.moves[0].to, MessageState::sent);
}

TEST_F(OutboxTest, AReactionGoesOutOnceItNamesAMessageAndCarriesNoMoreThanAnEmoji) {
  const auto reaction = [&](std::string target, std::string emoji) {
    return send({tenant, conversation, ReactionContent{std::move(target), std::move(emoji)}});
  };

  EXPECT_TRUE(reaction("wamid.X", "\xf0\x9f\x91\x8d"));
  EXPECT_TRUE(reaction("wamid.X", ""));
  EXPECT_EQ(reaction("", "x").error().code, ErrorCode::invalid_argument);
  EXPECT_EQ(reaction("wamid.X", std::string(65, 'x')).error().code, ErrorCode::invalid_argument);
  EXPECT_EQ(upstream.sent.size(), 2U);
}

TEST_F(OutboxTest, AMessageIsOnDiskAsSendingBeforeWhatsAppIsCalled) {
  upstream.on_send = [&](const Message& message) { EXPECT_EQ(messages.messages.at(message.id).state, MessageState::sending); };

  EXPECT_TRUE(send(text("hello")));
}

TEST_F(OutboxTest, AStoreOutageIsReportedAndNothingIsSent) {
  messages.fail_at = 1;

  auto receipt = send(text("hello"));

  ASSERT_FALSE(receipt);
  EXPECT_EQ(receipt.error().code, ErrorCode::unavailable);
  EXPECT_TRUE(upstream.sent.empty());
  EXPECT_EQ(outbox.counters().waiting, 0);
}

TEST_F(OutboxTest, AMessageWhoseSendingCannotBeStoredIsSentOnceTheStoreWorksAgain) {
  upstream.script = {refused(130429)};
  messages.fail_at = 3;  // 1: new and sending, 2: back to accepted, 3: sending again
  messages.fail_count = 10;

  auto receipt = send(text("hello"));

  ASSERT_FALSE(receipt);
  EXPECT_EQ(receipt.error().code, ErrorCode::outcome_unknown);
  EXPECT_EQ(upstream.sent.size(), 1U);
  for (int i = 0; i < 10'000 && upstream.sent.size() < 2; ++i) {
    clock.advance(100ms);
    io.restart();
    io.poll();
  }
  EXPECT_EQ(upstream.sent.size(), 2U);
}

TEST_F(OutboxTest, AnOutcomeThatCannotBeStoredIsNeverASuccess) {
  messages.fail_at = 2;
  messages.fail_count = 100;

  auto receipt = send(text("hello"));

  ASSERT_FALSE(receipt);
  EXPECT_EQ(receipt.error().code, ErrorCode::outcome_unknown);
  EXPECT_EQ(only_message().state, MessageState::sending);
}

TEST_F(OutboxTest, AThrottledMessageIsSentAgainAndThenSucceeds) {
  upstream.script = {refused(130429), refused(130429)};

  auto receipt = send(text("hello"));

  ASSERT_TRUE(receipt);
  EXPECT_EQ(upstream.sent.size(), 3U);
  EXPECT_EQ(only_message().attempts, 3U);
  EXPECT_EQ(outbox.counters().retried, 2U);
}

TEST_F(OutboxTest, AThrottleThatOutlastsTheCallersPatienceIsAFailureNotASuccess) {
  for (int i = 0; i < 50; ++i) upstream.script.push_back(refused(130429, ErrorCode::upstream_unavailable));

  auto receipt = send(text("hello"));

  ASSERT_FALSE(receipt);
  EXPECT_EQ(receipt.error().code, ErrorCode::upstream_unavailable);
  EXPECT_EQ(only_message().state, MessageState::failed);
  EXPECT_EQ(only_message().error->code, 130429);
}

TEST_F(OutboxTest, ABadRequestIsTriedOnce) {
  upstream.script = {refused(131009)};

  auto receipt = send(text("hello"));

  ASSERT_FALSE(receipt);
  EXPECT_EQ(receipt.error().code, ErrorCode::rejected);
  EXPECT_EQ(upstream.sent.size(), 1U);
  EXPECT_EQ(only_message().state, MessageState::failed);
}

TEST_F(OutboxTest, AnUnknownOutcomeIsUncertainAndNeverSentAgain) {
  upstream.script = {SendUnknown{"connection reset"}};

  auto receipt = send(text("hello"));
  clock.advance(24h);
  io.restart();
  io.poll();

  ASSERT_FALSE(receipt);
  EXPECT_EQ(receipt.error().code, ErrorCode::outcome_unknown);
  EXPECT_EQ(upstream.sent.size(), 1U);
  EXPECT_EQ(only_message().state, MessageState::uncertain);
}

TEST_F(OutboxTest, ASuccessWithoutAnIdIsTakenOnlyByThoseWhoAskForThat) {
  const auto answer = [](int status) { return SendUnknown{"no id", std::make_shared<PeerAnswer>(PeerAnswer{status, "{}"})}; };
  upstream.script = {answer(200), answer(200), answer(502)};
  auto wanted = text("hello");
  wanted.unnamed = Unnamed::is_taken;

  auto strict = send(text("hello"));
  auto taken = send(wanted);
  auto failed = send(wanted);

  ASSERT_FALSE(strict);
  EXPECT_EQ(strict.error().code, ErrorCode::outcome_unknown);
  ASSERT_TRUE(strict.error().peer_answer) << "WhatsApp's own words reach the door";
  EXPECT_EQ(strict.error().peer_answer->body, "{}");
  ASSERT_TRUE(taken);
  EXPECT_EQ(taken->wamid, "");
  EXPECT_EQ(messages.messages.at(taken->id).state, MessageState::uncertain) << "a status may still name it";
  ASSERT_FALSE(failed);
  EXPECT_EQ(failed.error().code, ErrorCode::outcome_unknown);
}

TEST_F(OutboxTest, AStatusThatOvertakesTheAnswerIsStillASuccess) {
  upstream.on_send = [&](const Message& message) { messages.messages[message.id].state = MessageState::delivered; };

  auto receipt = send(text("hello"));

  ASSERT_TRUE(receipt);
  EXPECT_EQ(only_message().state, MessageState::delivered);
}

TEST_F(OutboxTest, AStatusThatArrivesWhileARetryWaitsEndsTheRetry) {
  upstream.script = {refused(131000)};
  bool echoed = false;
  std::optional<Result<SendReceipt>> answer;
  boost::asio::co_spawn(io, outbox.submit_and_wait(text("hello")),
                        [&](std::exception_ptr, Result<SendReceipt> result) { answer = result; });
  for (int i = 0; i < 10'000 && !answer; ++i) {
    io.restart();
    io.poll();
    if (!echoed && upstream.sent.size() == 1 && only_message().state == MessageState::accepted) {
      auto& stored = messages.messages.begin()->second;
      stored.state = MessageState::sent;
      stored.wamid = "wamid.echo";
      echoed = true;
    }
    clock.advance(10ms);
  }

  ASSERT_TRUE(answer && *answer);
  EXPECT_EQ((*answer)->wamid, "wamid.echo");
  EXPECT_EQ(upstream.sent.size(), 1U) << "it had arrived, so it is not sent again";
}

TEST_F(OutboxTest, ChecksExistenceThenOwnershipThenTheWindow) {
  auto unknown = text("x");
  unknown.conversation = ConversationId::make(clock.now());
  auto foreign = text("x");
  foreign.tenant = TenantId::make(clock.now());
  auto closed = text("x");
  closed.conversation = add_conversation(clock.now() - 24h - 1ms);
  auto never_wrote = text("x");
  never_wrote.conversation = add_conversation(std::nullopt);

  EXPECT_EQ(send(unknown).error().code, ErrorCode::not_found);
  EXPECT_EQ(send(foreign).error().code, ErrorCode::permission_denied);
  EXPECT_EQ(send(closed).error().code, ErrorCode::window_closed);
  EXPECT_EQ(send(never_wrote).error().code, ErrorCode::window_closed);
  EXPECT_TRUE(upstream.sent.empty());
  EXPECT_TRUE(messages.messages.empty());
}

TEST_F(OutboxTest, TheWindowIsStillOpenAtExactlyTwentyFourHours) {
  auto edge = text("x");
  edge.conversation = add_conversation(clock.now() - 24h);

  EXPECT_TRUE(send(edge));
}

TEST_F(OutboxTest, RefusesNulBadUtf8AndOverlongTextBeforeAnythingIsStored) {
  EXPECT_EQ(send(text(std::string("a\0b", 3))).error().code, ErrorCode::invalid_argument);
  EXPECT_EQ(send(text("\xED\xA0\x80")).error().code, ErrorCode::invalid_argument);
  EXPECT_EQ(send(text("")).error().code, ErrorCode::invalid_argument);
  EXPECT_EQ(send(text(std::string(4097, 'x'))).error().code, ErrorCode::invalid_argument);
  EXPECT_TRUE(messages.messages.empty());
  std::string snowmen;
  for (int i = 0; i < 4096; ++i) snowmen += "\xE2\x98\x83";
  EXPECT_TRUE(send(text(snowmen))) << "the limit counts characters, not bytes";
}

TEST_F(OutboxTest, MessagesOfOneConversationLeaveInTheOrderTheyCame) {
  std::vector<int> answered;
  for (int i = 0; i < 20; ++i) {
    boost::asio::co_spawn(io, outbox.submit_and_wait(text("m" + std::to_string(i))),
                          [&, i](std::exception_ptr, Result<SendReceipt>) { answered.push_back(i); });
  }
  upstream.script = {refused(130429)};
  for (int i = 0; i < 10'000 && answered.size() < 20; ++i) {
    io.restart();
    io.poll();
    clock.advance(10ms);
  }

  ASSERT_EQ(upstream.sent.size(), 21U);
  EXPECT_EQ(std::get<TextContent>(upstream.sent[0].content).body, "m0");
  for (int i = 1; i <= 20; ++i) {
    EXPECT_EQ(std::get<TextContent>(upstream.sent[static_cast<std::size_t>(i)].content).body, "m" + std::to_string(i - 1));
  }
}

TEST_F(OutboxTest, APairGetsABurstOfFortyFiveAndThenOneEverySixSeconds) {
  for (int i = 0; i < 45; ++i) ASSERT_TRUE(send(text("burst")));
  const auto before = clock.now();

  ASSERT_TRUE(send(text("paced")));

  EXPECT_GE(clock.now() - before, 5s);
  EXPECT_LE(clock.now() - before, 7s);
}

TEST_F(OutboxTest, AfterARestartAcceptedIsSentAndSendingBecomesUncertain) {
  Message accepted;
  accepted.id = MessageId::make(clock.now());
  accepted.tenant = tenant;
  accepted.channel = access.channels.front().id;
  accepted.conversation = conversation;
  accepted.place = 1;
  accepted.content = TextContent{"left behind", false};
  auto sending = accepted;
  sending.id = MessageId::make(clock.now() + 1ms);
  sending.state = MessageState::sending;
  messages.messages[accepted.id] = accepted;
  messages.messages[sending.id] = sending;

  ASSERT_TRUE(test::run(io, outbox.resume()));
  io.restart();
  io.poll();

  ASSERT_EQ(upstream.sent.size(), 1U);
  EXPECT_EQ(upstream.sent[0].id, accepted.id);
  EXPECT_EQ(messages.messages[accepted.id].state, MessageState::sent);
  EXPECT_EQ(messages.messages[sending.id].state, MessageState::uncertain);
}

TEST_F(OutboxTest, AMessageWhoseWindowClosedWhileTheServerWasDownFails) {
  Message accepted;
  accepted.id = MessageId::make(clock.now());
  accepted.tenant = tenant;
  accepted.channel = access.channels.front().id;
  accepted.conversation = add_conversation(clock.now() - 25h);
  accepted.place = 1;
  accepted.content = TextContent{"too late", false};
  messages.messages[accepted.id] = accepted;

  ASSERT_TRUE(test::run(io, outbox.resume()));
  io.restart();
  io.poll();

  EXPECT_TRUE(upstream.sent.empty());
  EXPECT_EQ(messages.messages[accepted.id].state, MessageState::failed);
}

TEST_F(OutboxTest, AfterEveryStoreFailureOnceNothingIsSentTwiceAndNoFalseSuccessIsGiven) {
  for (int n = 1; n <= 4; ++n) {
    messages.messages.clear();
    messages.writes = 0;
    messages.fail_at = n;
    upstream.sent.clear();

    auto receipt = send(text("hello"));
    for (int i = 0; i < 1000; ++i) {
      clock.advance(100ms);
      io.restart();
      io.poll();
    }

    EXPECT_LE(upstream.sent.size(), 1U) << "failing write " << n;
    if (receipt) EXPECT_EQ(only_message().state, MessageState::sent) << "failing write " << n;
    if (!receipt) EXPECT_TRUE(upstream.sent.empty()) << "failing write " << n << ": " << receipt.error().message;
  }
}

TEST_F(OutboxTest, AFullOutboxRefusesAndForgetsNothing) {
  OutboxOptions tiny;
  tiny.max_waiting = 0;
  Outbox full(messages, channels, conversations, media, upstream, clock, tiny);

  auto receipt = test::run(io, full.submit_and_wait(text("hello")));

  ASSERT_FALSE(receipt);
  EXPECT_EQ(receipt.error().code, ErrorCode::unavailable);
  EXPECT_TRUE(receipt.error().retry_after);
  EXPECT_TRUE(messages.messages.empty());
}

}  // namespace
}  // namespace wherry
