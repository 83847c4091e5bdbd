// POST /v1/messages/send with an Idempotency-Key.
#include <gtest/gtest.h>

#include "tests/support/pipes_world.h"

namespace wherry::api::pipes {
namespace {

using namespace std::chrono_literals;
using test::refused;
using test::Reply;

struct IdempotentSend : testing::Test {
  test::PipesWorld world;
  ConversationId open = world.add_conversation(world.tenant, world.clock.now());

  std::string text(const std::string& body) { return R"({"conversationId":")" + open.text() + R"(","text":")" + body + "\"}"; }
  http::Headers keyed(std::string_view key) {
    auto headers = world.with_key("application/json");
    headers.add("Idempotency-Key", key);
    return headers;
  }
  Reply send(std::string_view key, std::string body, std::size_t piece = 4096) {
    return world.call(http::Method::post, "/v1/messages/send", keyed(key), std::move(body), piece);
  }
  // What a crash leaves: a message under its key, without an answer.
  Message& left_behind(const std::string& key, const std::string& body, MessageState state) {
    Message message;
    message.id = MessageId::make(world.clock.now());
    message.tenant = world.tenant;
    message.channel = world.access_store.channels.front().id;
    message.conversation = open;
    message.content = TextContent{"hello", false};
    message.state = state;
    message.created_at = world.clock.now();
    IdempotencyClaim claim{world.tenant, "POST /v1/messages/send", key, sha256(body)};
    EXPECT_TRUE(test::run(world.io, world.messages.accept(message, claim)));
    return world.messages.messages.at(message.id);
  }
};

TEST_F(IdempotentSend, ARepeatGetsTheSameAnswerAndNothingIsSentTwice) {
  const auto first = send("order-17", text("hello"));
  const auto again = send("\"order-17\"", text("hello"), 7);

  EXPECT_EQ(first.status, 200) << first.body;
  EXPECT_EQ(first.header("Idempotent-Replayed"), "");
  EXPECT_EQ(again.status, 200);
  EXPECT_EQ(again.body, first.body);
  EXPECT_EQ(again.header("Content-Type"), first.header("Content-Type"));
  EXPECT_EQ(again.header("Idempotent-Replayed"), "true");
  EXPECT_NE(again.header("X-RateLimit-Remaining"), "") << "a repeat is a request like any other";
  EXPECT_EQ(world.upstream.sent.size(), 1u);
}

TEST_F(IdempotentSend, WithoutAKeyEveryRequestIsItsOwn) {
  EXPECT_EQ(world.post_json("/v1/messages/send", text("hello")).status, 200);
  EXPECT_EQ(world.post_json("/v1/messages/send", text("hello")).status, 200);

  EXPECT_EQ(world.upstream.sent.size(), 2u);
  EXPECT_EQ(world.messages.writes, 4) << "a key costs nothing to those who send none";
}

TEST_F(IdempotentSend, AnotherBodyUnderTheSameKeyIsRefused) {
  send("k", text("hello"));

  const auto other = send("k", text("goodbye"));

  EXPECT_EQ(other.status, 422);
  EXPECT_EQ(other.body, R"({"error":"This Idempotency-Key was used for another request","code":"IDEMPOTENCY_KEY_REUSED"})");
  EXPECT_EQ(world.upstream.sent.size(), 1u);
}

TEST_F(IdempotentSend, AnotherTenantsKeysAreItsOwn) {
  send("k", text("hello"));
  open = world.add_conversation(world.other_tenant, world.clock.now());
  NewKey request;
  request.tenant = world.other_tenant;
  world.key = test::run(world.io, world.access.create_key(request)).value().key.reveal();

  const auto theirs = send("k", text("goodbye"));

  EXPECT_EQ(theirs.status, 200) << theirs.body;
  EXPECT_EQ(world.upstream.sent.size(), 2u);
}

TEST_F(IdempotentSend, OfAHundredAtOnceOneIsSent) {
  NewKey unlimited;
  unlimited.tenant = world.tenant;
  unlimited.limits = RateLimits();
  world.key = test::run(world.io, world.access.create_key(unlimited)).value().key.reveal();
  world.upstream.script = {refused(130429)};  // keeps the first one waiting
  std::vector<http::Request> requests(100);
  std::vector<std::unique_ptr<test::PiecedBody>> bodies;
  std::vector<int> statuses;
  std::vector<std::string> waits;
  for (auto& request : requests) {
    bodies.push_back(std::make_unique<test::PiecedBody>(text("hello"), 16));
    request.method = http::Method::post;
    request.target = request.path = "/v1/messages/send";
    request.headers = keyed("k");
    request.body = bodies.back().get();
    boost::asio::co_spawn(world.io, world.router.handle(request), [&](std::exception_ptr, http::Response response) {
      statuses.push_back(response.status);
      if (response.status == 409) waits.emplace_back(response.headers.find("Retry-After").value_or(""));
    });
  }

  for (int i = 0; i < 10'000 && statuses.size() < 100; ++i) {
    world.io.restart();
    world.io.poll();
    world.clock.advance(1ms);
  }

  EXPECT_EQ(std::count(statuses.begin(), statuses.end(), 200), 1);
  EXPECT_EQ(std::count(statuses.begin(), statuses.end(), 409), 99);
  EXPECT_EQ(std::count(waits.begin(), waits.end(), "1"), 99);
  EXPECT_EQ(world.upstream.sent.size(), 2u) << "the throttled try and its repeat";
  EXPECT_EQ(world.messages.messages.size(), 1u);
}

TEST_F(IdempotentSend, MalformedKeysAreInvalidRequests) {
  for (const std::string& key :
       {std::string(), std::string("\"\""), std::string(256, 'k'), std::string("a\tb"), std::string("caf\xc3\xa9")}) {
    const auto reply = send(key, text("hello"));
    EXPECT_EQ(reply.status, 400) << key;
    EXPECT_NE(reply.body.find("INVALID_REQUEST"), std::string::npos) << reply.body;
  }
  auto twice = keyed("a");
  twice.add("Idempotency-Key", "a");
  EXPECT_EQ(world.call(http::Method::post, "/v1/messages/send", twice, text("hello")).status, 400);
  EXPECT_TRUE(world.upstream.sent.empty());
}

TEST_F(IdempotentSend, AnInvalidRequestLeavesItsKeyFree) {
  EXPECT_EQ(send("k", R"({"text":"hello"})").status, 400);
  EXPECT_EQ(send("k", R"({"conversationId":"conv_x","text":"hello"})").status, 404);
  world.messages.conversations.at(open).last_inbound_at = world.clock.now() - 25h;
  world.conversations.refresh(world.messages.conversations.at(open));
  EXPECT_EQ(send("k", text("hello")).status, 403);
  world.messages.conversations.at(open).last_inbound_at = world.clock.now();
  world.conversations.refresh(world.messages.conversations.at(open));

  const auto valid = send("k", text("hello"));

  EXPECT_EQ(valid.status, 200) << valid.body;
  EXPECT_EQ(valid.header("Idempotent-Replayed"), "");
}

TEST_F(IdempotentSend, ARefusalByWhatsAppIsAnOutcomeAndIsRepeated) {
  world.upstream.script = {refused(131026)};
  const auto first = send("k", text("hello"));

  const auto again = send("k", text("hello"));

  EXPECT_EQ(first.status, 500);
  EXPECT_EQ(again.status, 500);
  EXPECT_EQ(again.body, first.body);
  EXPECT_EQ(again.header("Idempotent-Replayed"), "true");
  EXPECT_EQ(world.upstream.sent.size(), 1u);
}

TEST_F(IdempotentSend, AnUnknownOutcomeIsToldUntilAStatusSettlesIt) {
  world.upstream.script = {SendUnknown{"timeout"}};
  const auto first = send("k", text("hello"));
  const auto again = send("k", text("hello"));
  auto& message = world.messages.messages.begin()->second;
  message.state = MessageState::delivered;
  message.wamid = "wamid.echoed";

  const auto settled = send("k", text("hello"));

  EXPECT_EQ(first.status, 500);
  EXPECT_EQ(again.status, 500);
  EXPECT_EQ(again.body, first.body);
  EXPECT_EQ(again.header("Idempotent-Replayed"), "true");
  EXPECT_EQ(settled.status, 200);
  EXPECT_NE(settled.body.find("wamid.echoed"), std::string::npos) << settled.body;
  EXPECT_EQ(world.upstream.sent.size(), 1u);
}

TEST_F(IdempotentSend, AfterACrashAMessageThatMayHaveGoneOutIsNotSentAgain) {
  left_behind("k", text("hello"), MessageState::sending);
  EXPECT_EQ(send("k", text("hello")).status, 409);
  ASSERT_TRUE(test::run(world.io, world.outbox.resume()));

  const auto again = send("k", text("hello"));

  EXPECT_EQ(again.status, 500);
  EXPECT_NE(again.body.find("SEND_FAILED"), std::string::npos) << again.body;
  EXPECT_EQ(again.header("Idempotent-Replayed"), "true");
  EXPECT_TRUE(world.upstream.sent.empty());
}

TEST_F(IdempotentSend, AfterACrashTheMessageTellsTheAnswer) {
  left_behind("gone", text("hello"), MessageState::sent).wamid = "wamid.before";
  left_behind("failed", text("hello"), MessageState::failed);
  left_behind("waiting", text("hello"), MessageState::accepted);

  EXPECT_EQ(send("gone", text("hello")).body, R"({"success":true,"messageId":"wamid.before","conversationId":")" + open.text() + "\"}");
  EXPECT_EQ(send("failed", text("hello")).status, 500);
  EXPECT_EQ(send("waiting", text("hello")).status, 409);
  EXPECT_EQ(send("gone", text("other")).status, 422);
  EXPECT_TRUE(world.upstream.sent.empty());
}

TEST_F(IdempotentSend, AnAnswerThatCannotBeStoredIsToldByItsMessage) {
  world.messages.fail_at = 3;  // message, outcome, answer
  const auto first = send("k", text("hello"));

  const auto again = send("k", text("hello"));

  EXPECT_EQ(first.status, 200);
  EXPECT_EQ(again.body, first.body);
  EXPECT_EQ(world.upstream.sent.size(), 1u);
}

TEST_F(IdempotentSend, AStoreOutageLeavesTheKeyFree) {
  world.messages.fail_at = 1;
  EXPECT_EQ(send("k", text("hello")).status, 503);

  EXPECT_EQ(send("k", text("hello")).status, 200);
  EXPECT_EQ(world.upstream.sent.size(), 1u);
}

TEST_F(IdempotentSend, TheFileOfARepeatIsNotStored) {
  const auto body =
      R"({"conversationId":")" + open.text() + R"(","media":")" + std::string(4000, 'A') + R"(","mimeType":"application/zip"})";
  ASSERT_EQ(send("k", body).status, 200);
  ASSERT_EQ(world.rows.rows.size(), 1u);

  const auto again = send("k", body, 100);
  const auto other = send("k", R"({"conversationId":"x","media":")" + std::string(8000, 'B') + R"(","mimeType":"application/zip"})");

  EXPECT_EQ(again.header("Idempotent-Replayed"), "true");
  EXPECT_EQ(other.status, 422);
  EXPECT_EQ(world.rows.rows.size(), 1u);
  EXPECT_EQ(world.blobs.stored.size(), 1u);
  EXPECT_EQ(world.blobs.open_writers, 0);
  EXPECT_EQ(world.upstream.sent.size(), 1u);
}

TEST_F(IdempotentSend, AKeyIsForgottenAfter24Hours) {
  send("k", text("hello"));
  world.clock.advance(24h);
  world.messages.conversations.at(open).last_inbound_at = world.clock.now();
  world.conversations.refresh(world.messages.conversations.at(open));

  EXPECT_EQ(send("k", text("goodbye")).status, 200);
  EXPECT_EQ(world.upstream.sent.size(), 2u);
}

}  // namespace
}  // namespace wherry::api::pipes
