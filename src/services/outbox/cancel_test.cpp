#include "tests/support/outbox_world.h"

namespace wherry {
namespace {

using namespace std::chrono_literals;
using test::refused;

class OutboxCancel : public test::OutboxWorld {
 protected:
  OutboxCancel() { EXPECT_TRUE(test::run(io, outbox.resume())); }
  Result<Message> cancel(MessageId id) { return test::run(io, outbox.cancel(tenant, id)); }
  MessageState state_of(MessageId id) { return messages.messages.at(id).state; }
};

TEST_F(OutboxCancel, AScheduledMessageIsNeverSent) {
  auto request = text("later");
  request.send_at = clock.now() + 1h;
  const auto id = submit(request).id;

  const auto cancelled = cancel(id);
  pass_time(2h, 500ms);

  ASSERT_TRUE(cancelled) << cancelled.error().message;
  EXPECT_EQ(cancelled->state, MessageState::cancelled);
  EXPECT_EQ(state_of(id), MessageState::cancelled);
  EXPECT_TRUE(upstream.sent.empty());
  EXPECT_EQ(outbox.counters().scheduled, 0);
  EXPECT_EQ(outbox.counters().cancelled, 1U);
}

TEST_F(OutboxCancel, AMessageInLineIsPassedOver) {
  upstream.script = {refused(130429), refused(130429)};
  submit(text("first"));
  pass_time(100ms);
  const auto second = submit(text("second")).id;
  submit(text("third"));

  ASSERT_TRUE(cancel(second));
  pass_time(1min, 100ms);

  const auto texts = sent_texts();
  EXPECT_EQ(texts[2], "first");
  EXPECT_EQ(texts[3], "third");
  EXPECT_EQ(texts.size(), 4U);
  EXPECT_EQ(outbox.counters().waiting, 0);
}

TEST_F(OutboxCancel, AMessageThatWaitsForItsNextTryLetsTheNextOneGoAtOnce) {
  for (int i = 0; i < 3; ++i) upstream.script.push_back(refused(131056));
  const auto first = submit(text("first")).id;
  pass_time(10s, 100ms);  // the third try is 16 s away
  submit(text("second"));

  ASSERT_TRUE(cancel(first));
  upstream.script.clear();
  pass_time(2s);

  EXPECT_EQ(sent_texts().back(), "second");
  EXPECT_EQ(outbox.counters().waiting, 0);
}

TEST_F(OutboxCancel, WhoeverWaitsForItHearsSo) {
  set_rate(20);
  upstream.script = {refused(130429), refused(130429)};
  std::optional<Result<SendReceipt>> answer;
  boost::asio::co_spawn(io, outbox.submit_and_wait(text("hello")),
                        [&](std::exception_ptr, Result<SendReceipt> result) { answer = std::move(result); });
  pass_time(200ms);
  ASSERT_EQ(only_message().state, MessageState::accepted);

  ASSERT_TRUE(cancel(only_message().id));
  pass_time(10ms);

  ASSERT_TRUE(answer && !*answer);
  EXPECT_EQ(answer->error().code, ErrorCode::conflict);
  EXPECT_EQ(answer->error().message, "The message was cancelled before it was sent");
}

TEST_F(OutboxCancel, ComesTooLateOnceItIsBeingSentAndNamesTheState) {
  std::optional<MessageId> id;
  upstream.on_send = [&](const Message& message) { id = message.id; };
  messages.fail_at = messages.writes + 2;  // its outcome is not stored: it stays `sending`
  messages.fail_count = 100;
  ASSERT_FALSE(send(text("hello")));
  messages.fail_at = 0;
  ASSERT_TRUE(id);

  const auto while_sending = cancel(*id);
  messages.messages.at(*id).state = MessageState::delivered;
  const auto when_delivered = cancel(*id);

  EXPECT_EQ(while_sending.error().code, ErrorCode::conflict);
  EXPECT_EQ(while_sending.error().message, "The message is sending; only an accepted one can be cancelled");
  EXPECT_EQ(when_delivered.error().message, "The message is delivered; only an accepted one can be cancelled");
}

TEST_F(OutboxCancel, OnlyItsTenantCanAndAStrangersIdIsNotFound) {
  auto request = text("later");
  request.send_at = clock.now() + 1h;
  const auto id = submit(request).id;

  EXPECT_EQ(test::run(io, outbox.cancel(TenantId::make(clock.now()), id)).error().code, ErrorCode::permission_denied);
  EXPECT_EQ(cancel(MessageId::make(clock.now())).error().code, ErrorCode::not_found);
  EXPECT_EQ(state_of(id), MessageState::accepted);
}

TEST_F(OutboxCancel, OfTwoAtOnceOneWins) {
  auto request = text("later");
  request.send_at = clock.now() + 1h;
  const auto id = submit(request).id;

  EXPECT_TRUE(cancel(id));
  EXPECT_EQ(cancel(id).error().code, ErrorCode::conflict);
  EXPECT_EQ(outbox.counters().cancelled, 1U);
}

}  // namespace
}  // namespace wherry
