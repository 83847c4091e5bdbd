#include "services/outbox/outbox.h"

#include <gtest/gtest.h>

#include <boost/asio/co_spawn.hpp>

#include "tests/support/memory_access_store.h"
#include "tests/support/memory_message_store.h"
#include "tests/support/run.h"
#include "tests/support/scripted_upstream.h"

namespace wherry {
namespace {

using namespace std::chrono_literals;
using test::refused;

// A media service is needed to build an outbox; these tests send text, so none of its ports is ever called.
class NoMediaRows final : public MediaRows {
  Task<Result<void>> add_media(Media) override { co_return none(); }
  Task<Result<std::optional<Media>>> find_media(MediaId) override { co_return std::optional<Media>(); }
  Task<Result<std::uint64_t>> purge_media(Timestamp) override { co_return none(); }
  Task<Result<bool>> is_referenced(Sha256, Timestamp) override { co_return none(); }
  Task<Result<std::optional<std::string>>> find_remote_id(ChannelId, Sha256, std::string, Timestamp) override { co_return none(); }
  Task<Result<void>> remember_remote_id(ChannelId, Sha256, std::string, std::string, Timestamp) override { co_return none(); }
  Task<Result<void>> forget_remote_id(ChannelId, Sha256, std::string) override { co_return none(); }
  static Error none() { return {ErrorCode::internal, "no media here"}; }
};
class NoBlobs final : public BlobStore {
  Result<std::unique_ptr<BlobWriter>> create(std::uint64_t) override { return none(); }
  Result<std::string> path_of(const Sha256&) override { return none(); }
  Result<void> remove(const Sha256&) override { return none(); }
  Result<std::vector<Entry>> list(std::optional<Sha256>, std::uint32_t) override { return none(); }
  static Error none() { return {ErrorCode::internal, "no media here"}; }
};
class NoFetcher final : public UrlFetcher {
  Task<Result<Fetched>> fetch(std::string, BlobWriter&, SizeLimit) override { co_return Error{ErrorCode::internal, "no media here"}; }
};

class OutboxTest : public ::testing::Test {
 protected:
  OutboxTest() {
    Channel channel;
    channel.id = ChannelId::make(clock.now());
    channel.tenant = tenant;
    channel.phone_number_id = "1001";
    channel.waba_id = "2001";
    access.channels.push_back(channel);
    EXPECT_TRUE(test::run(io, channels.load()));
    conversation = add_conversation(clock.now());
  }

  ConversationId add_conversation(std::optional<Timestamp> last_inbound) {
    Conversation added;
    added.id = ConversationId::make(clock.now());
    added.tenant = tenant;
    added.channel = access.channels.front().id;
    added.identity.wa_id = WaId{"447700900123"};
    added.last_inbound_at = last_inbound;
    messages.conversations[added.id] = added;
    return added.id;
  }

  SendRequest text(std::string body) { return {tenant, conversation, TextContent{std::move(body), false}}; }

  // Sends while virtual time runs on, so that pacing and retries come due.
  Result<SendReceipt> send(SendRequest request) {
    std::optional<Result<SendReceipt>> answer;
    boost::asio::co_spawn(io, outbox.submit_and_wait(std::move(request)), [&](std::exception_ptr failure, Result<SendReceipt> result) {
      if (!failure) answer = std::move(result);
    });
    for (int i = 0; i < 100'000 && !answer; ++i) {
      io.restart();
      io.poll();
      if (!answer && clock.sleepers() > 0) clock.advance(10ms);
    }
    return answer ? std::move(*answer) : Result<SendReceipt>(Error{ErrorCode::internal, "never answered"});
  }

  const Message& only_message() { return messages.messages.begin()->second; }

  boost::asio::io_context io{1};
  VirtualClock clock{from_unix_millis(1'795'000'000'000)};
  TenantId tenant = TenantId::make(clock.now());
  test::MemoryAccessStore access;
  test::MemoryMessageStore messages;
  test::ScriptedUpstream upstream;
  NoMediaRows rows;
  NoBlobs blobs;
  NoFetcher fetcher;
  SecretBox secrets = *SecretBox::create(std::string(32, 'k'));
  MediaService media{rows, blobs, fetcher, secrets, clock};
  Channels channels{access, access, clock, "https://graph.facebook.com", "v23.0"};
  Conversations conversations{messages};
  Outbox outbox{messages, channels, conversations, media, upstream, clock, {}};
  ConversationId conversation;
};

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
