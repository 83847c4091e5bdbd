#include "services/idempotency/idempotency.h"

#include <gtest/gtest.h>

#include <boost/asio/io_context.hpp>

#include "tests/support/memory_message_store.h"
#include "tests/support/run.h"

namespace wherry {
namespace {

using namespace std::chrono_literals;

struct IdempotencyTest : testing::Test {
  IdempotencyClaim claim(std::string key = "k", std::string body = "hello") {
    return {tenant, "POST /v1/messages/send", std::move(key), sha256(body)};
  }
  Result<Idempotency::Begun> begin(IdempotencyClaim which) { return test::run(io, service.begin(std::move(which))); }
  ErrorCode refusal(IdempotencyClaim which) {
    auto begun = begin(std::move(which));
    EXPECT_FALSE(begun);
    return begun ? ErrorCode::internal : begun.error().code;
  }
  static bool is_new(const Result<Idempotency::Begun>& begun) { return begun && std::holds_alternative<Idempotency::Hold>(*begun); }
  MessageId accept(const IdempotencyClaim& which, MessageState state) {
    Message message;
    message.id = MessageId::make(clock.now());
    message.tenant = which.tenant;
    message.state = state;
    message.created_at = clock.now();
    EXPECT_TRUE(test::run(io, messages.accept(message, which)));
    return message.id;
  }

  boost::asio::io_context io{1};
  VirtualClock clock{from_unix_millis(1'795'000'000'000)};
  TenantId tenant = TenantId::make(clock.now());
  test::MemoryMessageStore messages;
  test::MemoryIdempotencyStore keys{messages};
  Idempotency service{keys, messages, clock};
};

TEST_F(IdempotencyTest, AKeyIsHeldUntilItsRequestEnds) {
  {
    auto first = begin(claim());
    ASSERT_TRUE(is_new(first));
    EXPECT_EQ(refusal(claim()), ErrorCode::idempotency_conflict);
    EXPECT_EQ(refusal(claim("k", "something else")), ErrorCode::idempotency_reused);
  }
  EXPECT_TRUE(is_new(begin(claim()))) << "nothing was accepted under the key";
}

TEST_F(IdempotencyTest, AConflictSaysWhenToAskAgain) {
  auto first = begin(claim());
  auto second = begin(claim());

  ASSERT_FALSE(second);
  EXPECT_EQ(second.error().retry_after, milliseconds(1000));
}

TEST_F(IdempotencyTest, KeysOfAnotherTenantOrRouteAreOtherKeys) {
  auto ours = begin(claim());
  auto of_them = claim("k", "their body");
  of_them.tenant = TenantId::make(clock.now());
  auto elsewhere = claim("k", "another body");
  elsewhere.route = "POST /admin/v1/messages";

  EXPECT_TRUE(is_new(begin(of_them)));
  EXPECT_TRUE(is_new(begin(elsewhere)));
}

TEST_F(IdempotencyTest, AFinishedRequestIsAnsweredAsBefore) {
  {
    auto first = begin(claim());
    accept(claim(), MessageState::failed);
    test::run(io, service.finish(std::get<Idempotency::Hold>(*first), {500, "no"}));
  }
  auto again = begin(claim());

  ASSERT_TRUE(again);
  ASSERT_TRUE(std::holds_alternative<IdempotentAnswer>(*again));
  EXPECT_EQ(std::get<IdempotentAnswer>(*again).status, 500);
  EXPECT_EQ(std::get<IdempotentAnswer>(*again).body, "no");
  EXPECT_EQ(refusal(claim("k", "something else")), ErrorCode::idempotency_reused);
}

TEST_F(IdempotencyTest, WithoutAMessageThereIsNothingToRemember) {
  {
    auto first = begin(claim());
    test::run(io, service.finish(std::get<Idempotency::Hold>(*first), {403, "window"}));
  }
  EXPECT_TRUE(is_new(begin(claim("k", "another body"))));
}

TEST_F(IdempotencyTest, ALostAnswerIsInFlightWhileItsMessageIs) {
  const auto message = accept(claim(), MessageState::accepted);
  EXPECT_EQ(refusal(claim()), ErrorCode::idempotency_conflict);
  messages.messages.at(message).state = MessageState::sending;
  EXPECT_EQ(refusal(claim()), ErrorCode::idempotency_conflict);
}

TEST_F(IdempotencyTest, ALostAnswerIsToldByItsMessage) {
  const auto message = accept(claim(), MessageState::uncertain);
  for (const auto state : {MessageState::uncertain, MessageState::sent, MessageState::failed}) {
    messages.messages.at(message).state = state;
    auto again = begin(claim());
    ASSERT_TRUE(again && std::holds_alternative<Message>(*again));
    EXPECT_EQ(std::get<Message>(*again).state, state);
  }
}

TEST_F(IdempotencyTest, AKeyIsNewAgainAfter24Hours) {
  accept(claim(), MessageState::sent);
  clock.advance(24h - 1ms);
  EXPECT_FALSE(is_new(begin(claim())));
  EXPECT_EQ(test::run(io, service.sweep()).value(), 0u);

  clock.advance(1ms);

  EXPECT_TRUE(is_new(begin(claim("k", "another body"))));
  EXPECT_EQ(test::run(io, service.sweep()).value(), 1u);
}

}  // namespace
}  // namespace wherry
