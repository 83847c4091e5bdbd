// Messages for later: scheduled ones, and ones that wait long for their next try.
#include "tests/support/outbox_world.h"

namespace wherry {
namespace {

using namespace std::chrono_literals;
using test::refused;

class OutboxSchedule : public test::OutboxWorld {
 protected:
  OutboxSchedule() { EXPECT_TRUE(test::run(io, outbox.resume())); }
  SendRequest later(milliseconds by, std::string body = "later") {
    auto request = text(std::move(body));
    request.send_at = clock.now() + by;
    return request;
  }
  // The customer goes on writing, so that the window stays open.
  void keep_window_open() {
    for (auto& [id, one] : messages.conversations) {
      one.last_inbound_at = clock.now();
      conversations.refresh(one);
    }
  }
  void restart() {
    test::run(io, outbox.stop(0ms));
    next.emplace(messages, channels, conversations, media, upstream, clock, OutboxOptions{});
    ASSERT_TRUE(test::run(io, next->resume()));
  }
  std::optional<Outbox> next;
};

TEST_F(OutboxSchedule, AMessageForLaterStaysOnDiskUntilThen) {
  const auto accepted = submit(later(1h));
  EXPECT_EQ(accepted.state, MessageState::accepted);
  EXPECT_EQ(accepted.place, 0);
  EXPECT_EQ(outbox.counters().scheduled, 1);

  pass_time(59min, 500ms);
  EXPECT_TRUE(upstream.sent.empty());
  pass_time(62s, 100ms);

  EXPECT_EQ(sent_texts(), std::vector<std::string>{"later"});
  EXPECT_EQ(messages.due_events, std::vector<MessageId>{accepted.id});
  EXPECT_EQ(messages.messages.at(accepted.id).state, MessageState::sent);
  EXPECT_EQ(outbox.counters().scheduled, 0);
  EXPECT_EQ(outbox.counters().waiting, 0);
}

TEST_F(OutboxSchedule, ItDoesNotHoldUpItsConversationBeforeItIsDue) {
  submit(later(10s));

  EXPECT_TRUE(send(text("now")));
  pass_time(12s);

  EXPECT_EQ(sent_texts(), (std::vector<std::string>{"now", "later"}));
}

TEST_F(OutboxSchedule, OnceDueItGoesAfterWhatIsInLineAlready) {
  upstream.script = {refused(130429), refused(130429), refused(130429), refused(130429)};  // about 15 s
  submit(later(4s));
  submit(text("first"));
  pass_time(6s);
  submit(text("third"));
  pass_time(1min, 100ms);

  const auto texts = sent_texts();
  ASSERT_EQ(texts.size(), 7U);
  EXPECT_EQ(texts[4], "first");
  EXPECT_EQ(texts[5], "later");
  EXPECT_EQ(texts[6], "third");
}

TEST_F(OutboxSchedule, ARestartForgetsNothingAndSendsOnce) {
  submit(later(1h));
  restart();
  EXPECT_EQ(next->counters().scheduled, 1);
  pass_time(59min, 500ms);
  EXPECT_TRUE(upstream.sent.empty());

  pass_time(62s, 100ms);

  EXPECT_EQ(upstream.sent.size(), 1U);
}

TEST_F(OutboxSchedule, WhatFellDueWhileTheServerWasDownIsSentAtTheStart) {
  submit(later(1h));
  test::run(io, outbox.stop(0ms));
  clock.advance(3h);
  restart();

  pass_time(2s);

  EXPECT_EQ(upstream.sent.size(), 1U);
}

TEST_F(OutboxSchedule, AClockThatJumpsAheadSendsAtOnceAndOneThatGoesBackSendsNothingTwice) {
  submit(later(2h, "first"));
  submit(later(4h, "second"));
  clock.advance(3h);
  pass_time(2s);
  EXPECT_EQ(sent_texts(), std::vector<std::string>{"first"});

  clock.advance(-3h);
  pass_time(1h, 500ms);
  EXPECT_EQ(upstream.sent.size(), 1U) << "the second is for 4 h, and it is 1 h";
  EXPECT_TRUE(send(text("now"))) << "what is for now is sent whatever the clock says";
  pass_time(3h + 2s, 500ms);

  EXPECT_EQ(sent_texts(), (std::vector<std::string>{"first", "now", "second"}));
  EXPECT_EQ(messages.due_events.size(), 2U);
}

TEST_F(OutboxSchedule, ManyThatFallDueTogetherAreReadInPages) {
  set_rate(0);
  for (int i = 0; i < 1200; ++i) {
    conversation = add_conversation(clock.now());
    submit(later(1h));
  }
  pass_time(61min, 500ms);

  EXPECT_EQ(upstream.sent.size(), 1200U);
  EXPECT_LE(messages.largest_page, 500U);
}

TEST_F(OutboxSchedule, ItsWindowIsLookedAtWhenItIsDue) {
  const auto closed_then = submit(later(25h, "closed then"));
  pass_time(25h + 2s, 1s);
  EXPECT_EQ(messages.messages.at(closed_then.id).state, MessageState::failed);
  EXPECT_TRUE(upstream.sent.empty());

  const auto open_then = submit(later(1h, "open then"));
  keep_window_open();
  pass_time(1h + 2s, 1s);
  EXPECT_EQ(messages.messages.at(open_then.id).state, MessageState::sent);
}

TEST_F(OutboxSchedule, IsAtMostThirtyDaysAheadAndNobodyWaitsForIt) {
  EXPECT_EQ(test::run(io, outbox.submit(later(24h * 30 + 1ms))).error().code, ErrorCode::invalid_argument);
  EXPECT_TRUE(test::run(io, outbox.submit(later(24h * 30))));
  EXPECT_EQ(test::run(io, outbox.submit_and_wait(later(1h))).error().code, ErrorCode::invalid_argument);
  EXPECT_EQ(outbox.counters().waiting, 0);

  submit(later(-5s, "a time that is past is now"));
  pass_time(1s);
  EXPECT_EQ(upstream.sent.size(), 1U);
}

TEST_F(OutboxSchedule, ALaneThatWaitsLongForATryIsPutAsideAndKeepsItsOrder) {
  for (int i = 0; i < 5; ++i) upstream.script.push_back(refused(131056));  // 1, 4, 16, 64 s and 64 s between them
  submit(text("first"));
  pass_time(40s, 100ms);
  ASSERT_EQ(upstream.sent.size(), 4U);

  submit(text("second"));
  pass_time(20s, 100ms);
  EXPECT_EQ(upstream.sent.size(), 4U) << "the second does not overtake";
  pass_time(10min, 100ms);

  const auto texts = sent_texts();
  ASSERT_EQ(texts.size(), 7U);
  EXPECT_EQ(texts[5], "first");
  EXPECT_EQ(texts[6], "second");
}

TEST_F(OutboxSchedule, WhoeverWaitsBehindSuchALaneIsAnsweredAndOrderIsKept) {
  for (int i = 0; i < 5; ++i) upstream.script.push_back(refused(131056));
  submit(text("first"));
  pass_time(40s, 100ms);

  const auto receipt = send(text("second"));

  ASSERT_FALSE(receipt);
  EXPECT_EQ(receipt.error().code, ErrorCode::outcome_unknown);
  pass_time(10min, 100ms);
  EXPECT_EQ(sent_texts()[5], "first");
}

}  // namespace
}  // namespace wherry
