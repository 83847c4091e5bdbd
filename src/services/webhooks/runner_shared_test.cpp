// Events of different conversations in one call.
#include "services/webhooks/runner.h"
#include "tests/support/runner_world.h"

namespace wherry::webhooks {
namespace {

using namespace std::chrono_literals;
using test::test_now;
using State = DeliveryOutcome::State;
using Bodies = std::vector<std::string>;

class SharedCalls : public test::RunnerWorld {
 protected:
  SharedCalls() { format_.shares = {4, 1s}; }
  void begin() { start(WebhookFormat::pepipost); }
  // A status of a conversation that has had none.
  std::uint64_t status() { return status_of(ConversationId::make(test_now)); }
  std::uint64_t status_of(ConversationId conversation) {
    auto& item = journal(conversation, "message.status");
    item.event.body = R"({"status":"sent","moved":true})";
    return item.event.sequence;
  }
  std::vector<const DeliveryOutcome*> outcomes_of(std::uint64_t sequence) const {
    std::vector<const DeliveryOutcome*> found;
    for (const auto& one : store_.outcomes) {
      if (one.sequence == sequence) found.push_back(&one);
    }
    return found;
  }
};

TEST_F(SharedCalls, StatusesAreGatheredForASecondAndSettledEachByItself) {
  status();
  status();
  begin();
  pass(900ms, 100ms);
  EXPECT_TRUE(bodies().empty()) << "others may still come";
  status();
  notify();
  EXPECT_TRUE(bodies().empty());
  pass(100ms, 100ms);

  EXPECT_EQ(bodies(), Bodies{"1 2 3"});
  ASSERT_EQ(store_.outcomes.size(), 3u);
  for (const auto& one : store_.outcomes) EXPECT_EQ(one.state, State::acked);
  EXPECT_EQ(store_.cursors.back(), 3u);
  EXPECT_EQ(counters_.acked, 3u);
  EXPECT_EQ(counters_.running, 0);
}

TEST_F(SharedCalls, AFullCallGoesAtOnceAndTheRestWaits) {
  for (int i = 0; i < 9; ++i) status();
  begin();
  EXPECT_EQ(bodies(), (Bodies{"1 2 3 4", "5 6 7 8"}));
  pass(1s, 100ms);

  EXPECT_EQ(bodies().back(), "9");
  EXPECT_EQ(bodies().size(), 3u);
}

TEST_F(SharedCalls, AConversationHasOneEventInACallAndKeepsItsOrder) {
  status_of(anna_);
  status_of(anna_);
  status_of(ben_);
  begin();
  pass(1s, 100ms);

  EXPECT_EQ(bodies(), (Bodies{"1 3", "2"})) << "who has waited already waits no second time";
}

TEST_F(SharedCalls, ALongLineOfOneConversationGoesAsFastAsItIsAnswered) {
  for (int i = 0; i < 50; ++i) status_of(anna_);
  begin();
  pass(1s, 100ms);

  EXPECT_EQ(bodies().size(), 50u);
}

TEST_F(SharedCalls, WhatCannotShareGoesAloneAndAtOnce) {
  status();
  journal(ben_, "message.received");
  begin();

  EXPECT_EQ(bodies(), Bodies{"2"});
}

TEST_F(SharedCalls, AFormatThatDoesNotShareCallsForEach) {
  format_.shares = {};
  status();
  status();
  begin();

  EXPECT_EQ(bodies(), (Bodies{"1", "2"}));
}

TEST_F(SharedCalls, AFailedCallIsEachEventsFailureAndTheLastTryIsItsOwn) {
  status();
  status();
  endpoint_.answer = [](const WebhookCall& call) { return WebhookAnswer{call.body.find('1') != std::string::npos ? 500 : 200, {}, {}}; };
  begin();
  pass(1s, 100ms);
  pass(4900ms, 100ms);
  EXPECT_EQ(bodies(), Bodies{"1 2"});
  pass(100ms, 100ms);
  EXPECT_EQ(bodies(), (Bodies{"1 2", "1 2"}));
  pass(30s, 100ms);

  EXPECT_EQ(bodies(), (Bodies{"1 2", "1 2", "1", "2"}));
  ASSERT_EQ(outcomes_of(1).size(), 3u);
  EXPECT_EQ(outcomes_of(1).back()->state, State::dead);
  EXPECT_EQ(outcomes_of(1).back()->error, "HTTP 500") << "the reason that dead letters show";
  EXPECT_EQ(outcomes_of(2).back()->state, State::acked) << "its neighbour is not lost with it";
  EXPECT_EQ(counters_.dead, 1u);
}

TEST_F(SharedCalls, WhatFollowsAFailedStatusWaitsForItAndOtherConversationsDoNot) {
  answer(500);
  status_of(anna_);
  status_of(anna_);
  begin();
  pass(1s, 100ms);
  answer(200);
  status_of(ben_);
  notify();
  pass(1s, 100ms);
  EXPECT_EQ(bodies(), (Bodies{"1", "3"}));
  pass(4s, 100ms);

  EXPECT_EQ(bodies(), (Bodies{"1", "3", "1", "2"}));
}

TEST_F(SharedCalls, ManyThatFailedAreTriedAgainTogether) {
  format_.shares.most = 100;
  answer(500);
  for (int i = 0; i < 100; ++i) status();
  begin();
  EXPECT_EQ(bodies().size(), 1u);
  answer(200);
  pass(5s, 100ms);

  EXPECT_EQ(bodies().size(), 2u);
  EXPECT_EQ(counters_.acked, 100u);
}

TEST_F(SharedCalls, CallsAtOnceAreLimitedWhateverTheyCarry) {
  limits_.concurrency = 2;
  endpoint_.hold = true;
  for (int i = 0; i < 20; ++i) status();
  begin();
  EXPECT_EQ(endpoint_.most, 2);
  for (int i = 0; i < 5; ++i) {
    endpoint_.release_all();
    pass(1s, 100ms);
  }

  EXPECT_EQ(endpoint_.most, 2);
  EXPECT_EQ(counters_.acked, 20u);
}

TEST_F(SharedCalls, ARestartSendsWhatWasGatheredAndNotSent) {
  status();
  status();
  begin();
  restart();
  EXPECT_TRUE(bodies().empty());
  pass(1s, 100ms);

  EXPECT_EQ(bodies(), Bodies{"1 2"});
}

TEST_F(SharedCalls, AnEndpointThatIsGoneOrFailsForDaysGoesOnBeingTold) {
  answer(410);
  subscription_.failing_since = test_now - 200h;
  status();
  begin();
  pass(60s);
  EXPECT_EQ(bodies().size(), 3u);
  status();
  notify();
  pass(60s);

  EXPECT_EQ(bodies().size(), 6u);
  EXPECT_EQ(store_.disabled, "");
}

}  // namespace
}  // namespace wherry::webhooks
