#pragma once

#include <gtest/gtest.h>

#include <boost/asio/co_spawn.hpp>

#include "services/outbox/outbox.h"
#include "tests/support/memory_access_store.h"
#include "tests/support/memory_message_store.h"
#include "tests/support/run.h"
#include "tests/support/scripted_upstream.h"

namespace wherry::test {

// A media service is needed to build an outbox; these tests send text, so none of its ports is ever called.
class NoMediaRows final : public MediaRows {
  Task<Result<void>> add_media(Media) override { co_return none(); }
  Task<Result<std::optional<Media>>> find_media(MediaId) override { co_return std::optional<Media>(); }
  Task<Result<void>> expire_media(MediaId, Timestamp) override { co_return none(); }
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

/// An outbox on faked ports, on a clock that stands still unless send() waits.
class OutboxWorld : public ::testing::Test {
 protected:
  static constexpr milliseconds tick{10};
  OutboxWorld() {
    Channel channel;
    channel.id = ChannelId::make(clock.now());
    channel.tenant = tenant;
    channel.phone_number_id = "1001";
    channel.waba_id = "2001";
    access.channels.push_back(channel);
    EXPECT_TRUE(run(io, channels.load()));
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
      if (!answer && clock.sleepers() > 0) clock.advance(tick);
    }
    return answer ? std::move(*answer) : Result<SendReceipt>(Error{ErrorCode::internal, "never answered"});
  }

  void pass_time(milliseconds duration, milliseconds step = tick) {
    for (const auto end = clock.now() + duration; clock.now() < end;) {
      clock.advance(step);
      io.restart();
      io.poll();
    }
  }

  /// A message that an earlier run left behind.
  MessageId left_behind(MessageState state, std::optional<Timestamp> next_attempt_at = std::nullopt, std::string body = "left behind") {
    Message message;
    message.id = MessageId::make(clock.now());
    message.tenant = tenant;
    message.channel = access.channels.front().id;
    message.conversation = conversation;
    message.content = TextContent{std::move(body), false};
    message.state = state;
    message.next_attempt_at = next_attempt_at;
    message.place = ++places;
    message.created_at = message.updated_at = clock.now();
    messages.messages[message.id] = message;
    return message.id;
  }

  /// What was sent, in order.
  std::vector<std::string> sent_texts() const {
    std::vector<std::string> texts;
    for (const auto& one : upstream.sent) texts.push_back(std::get<TextContent>(one.content).body);
    return texts;
  }

  Message submit(SendRequest request) {
    auto accepted = test::run(io, outbox.submit(std::move(request)));
    EXPECT_TRUE(accepted) << accepted.error().message;
    return accepted ? std::move(*accepted) : Message();
  }

  void set_rate(std::uint32_t messages_per_second) {
    access.channels.front().messages_per_second = messages_per_second;
    EXPECT_TRUE(run(io, channels.load()));
  }

  const Message& only_message() { return messages.messages.begin()->second; }

  std::int64_t places = 0;
  boost::asio::io_context io{1};
  VirtualClock clock{from_unix_millis(1'795'000'000'000)};
  TenantId tenant = TenantId::make(clock.now());
  MemoryAccessStore access;
  MemoryMessageStore messages;
  ScriptedUpstream upstream;
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

}  // namespace wherry::test
