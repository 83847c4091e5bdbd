// Messages with a time to live, and messages that are refused after they were taken.
#include "services/outbox/expiry.h"

#include "tests/support/outbox_world.h"

namespace wherry {
namespace {

using namespace std::chrono_literals;
using test::refused;

constexpr int token_expired = 190;
constexpr std::string_view expired_title = "the message was not sent within its time to live";

class OutboxExpiry : public test::OutboxWorld {
 protected:
  OutboxExpiry() { EXPECT_TRUE(test::run(io, outbox.resume())); }
  SendRequest living(milliseconds time, std::string body = "hello") {
    auto request = text(std::move(body));
    request.time_to_live = time;
    request.window_check = WindowCheck::upstream;
    return request;
  }
  // Not yet in line, so that several can be taken before the first is tried; they are due one after the other.
  Message soon(SendRequest request) {
    request.send_at = clock.now() + 1s + milliseconds(taken_++);
    return submit(std::move(request));
  }
  const Message& stored(const Message& one) { return messages.messages.at(one.id); }
  void refuse_the_number(std::size_t times) { upstream.script.assign(times, refused(token_expired)); }
  void pass_with_sweeps(milliseconds duration) {
    for (const auto end = clock.now() + duration; clock.now() < end;) {
      pass_time(1min, 1s);
      EXPECT_TRUE(test::run(io, outbox.sweep()));
    }
  }
  int taken_ = 0;
};

TEST_F(OutboxExpiry, AMessageThatCouldNotBeSentInItsTimeFailsAndIsNeverSent) {
  refuse_the_number(1000);
  const auto short_lived = soon(living(1h));
  const auto waiting = soon(living(1h, "behind it"));
  pass_with_sweeps(59min);
  EXPECT_EQ(stored(waiting).state, MessageState::accepted);
  pass_with_sweeps(2min);
  upstream.script.clear();
  pass_with_sweeps(30min);

  for (const auto* one : {&short_lived, &waiting}) {
    EXPECT_EQ(stored(*one).state, MessageState::failed);
    EXPECT_EQ(stored(*one).error->title, expired_title);
  }
  for (const auto& text : sent_texts()) EXPECT_EQ(text, "hello") << "the second was never tried";
  EXPECT_EQ(outbox.counters().waiting, 0);
}

TEST_F(OutboxExpiry, ALongLifeIsLongerThanADay) {
  refuse_the_number(1000);
  const auto patient = submit(living(72h));
  for (int hour = 0; hour < 30; ++hour) pass_time(1h, 10s);
  EXPECT_EQ(stored(patient).state, MessageState::accepted);
  upstream.script.clear();
  pass_time(1h, 10s);

  EXPECT_EQ(stored(patient).state, MessageState::sent);
}

TEST_F(OutboxExpiry, AMessageThatExpiredBeforeItsTurnIsNotSent) {
  upstream.on_send = [&](const Message&) { clock.advance(10s); };
  soon(text("first"));
  const auto late = soon(living(5s, "late"));
  pass_time(30s);

  EXPECT_EQ(sent_texts(), std::vector<std::string>{"first"});
  ASSERT_EQ(stored(late).state, MessageState::failed);
  EXPECT_EQ(stored(late).error->title, expired_title);
}

TEST_F(OutboxExpiry, ARetryThatWouldComeTooLateIsNotWaitedFor) {
  upstream.script = {refused(130429), refused(130429), refused(130429), refused(130429)};
  const auto late = submit(living(4s));
  pass_time(30s);

  EXPECT_EQ(stored(late).state, MessageState::failed);
  EXPECT_EQ(stored(late).error->title, expired_title);
  EXPECT_EQ(stored(late).error->details, "scripted refusal") << "what kept it back";
}

TEST_F(OutboxExpiry, AScheduledOneLivesFromWhenItIsDue) {
  auto request = living(1h);
  request.send_at = clock.now() + 2h;
  const auto later = submit(std::move(request));
  EXPECT_EQ(stored(later).expires_at, clock.now() + 3h);
  pass_with_sweeps(2h + 2min);

  EXPECT_EQ(stored(later).state, MessageState::sent);
}

TEST_F(OutboxExpiry, ARestartDoesNotProlongIt) {
  const auto id = left_behind(MessageState::accepted);
  messages.messages.at(id).expires_at = messages.messages.at(id).give_up_at = clock.now() - 1s;
  pass_with_sweeps(2min);

  EXPECT_TRUE(upstream.sent.empty());
  EXPECT_EQ(messages.messages.at(id).state, MessageState::failed);
}

TEST_F(OutboxExpiry, AStoreOutageLeavesItForTheNextSweep) {
  const auto id = left_behind(MessageState::accepted, clock.now() + 1h);
  messages.messages.at(id).expires_at = clock.now();
  messages.fail_at = messages.writes + 1;
  EXPECT_FALSE(test::run(io, outbox.sweep()));
  EXPECT_EQ(messages.messages.at(id).state, MessageState::accepted);

  EXPECT_TRUE(test::run(io, outbox.sweep()));
  EXPECT_EQ(messages.messages.at(id).state, MessageState::failed);
}

TEST_F(OutboxExpiry, AMessageThatIsRefusedLateIsKeptAsFailedAndNeverSent) {
  for (auto& [id, one] : messages.conversations) one.last_inbound_at.reset();
  UpstreamError why;
  why.code = 131047;
  const auto taken = test::run(io, outbox.submit_refused(text("too late"), why));
  pass_time(1min, 1s);

  ASSERT_TRUE(taken);
  EXPECT_EQ(stored(*taken).state, MessageState::failed);
  EXPECT_EQ(stored(*taken).error, why);
  EXPECT_TRUE(upstream.sent.empty());
  EXPECT_EQ(outbox.counters().waiting, 0);
  EXPECT_EQ(outbox.counters().failed, 1u);
}

}  // namespace
}  // namespace wherry
