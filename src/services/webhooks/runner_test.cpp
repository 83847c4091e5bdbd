#include "services/webhooks/runner.h"

#include "services/webhooks/schedule.h"
#include "tests/support/runner_world.h"

namespace wherry::webhooks {
namespace {

using namespace std::chrono_literals;
using test::test_now;
using State = DeliveryOutcome::State;

using RunnerTest = test::RunnerWorld;

TEST_F(RunnerTest, DeliversWhatIsThereAndWhatComesAndMovesTheCursor) {
  journal(anna_);
  journal(anna_);
  start();
  EXPECT_EQ(bodies(), (std::vector<std::string>{"1", "2"}));

  journal(ben_);
  notify();

  EXPECT_EQ(bodies().back(), "3");
  EXPECT_EQ(store_.cursors.back(), 3u);
  EXPECT_EQ(store_.outcomes.size(), 3u);
  EXPECT_EQ(counters_.acked, 3u);
}

TEST_F(RunnerTest, OneConversationIsInOrderAndDoesNotHoldUpAnother) {
  endpoint_.hold = true;
  journal(anna_);
  journal(anna_);
  journal(ben_);
  start();
  EXPECT_EQ(bodies(), (std::vector<std::string>{"1", "3"})) << "the second of anna waits for the first";

  endpoint_.release_all();
  settle();

  EXPECT_EQ(bodies(), (std::vector<std::string>{"1", "3", "2"}));
  endpoint_.release_all();
  settle();
  EXPECT_EQ(store_.cursors.back(), 3u);
}

TEST_F(RunnerTest, AFailureHoldsItsConversationUntilTheRetryAndNothingElse) {
  endpoint_.answer = [&](const WebhookCall& call) { return WebhookAnswer{call.body == "1" && bodies().size() < 3 ? 500 : 200, {}, {}}; };
  journal(anna_);
  journal(anna_);
  journal(ben_);
  start();
  EXPECT_EQ(bodies(), (std::vector<std::string>{"1", "3"}));
  EXPECT_EQ(store_.cursors.back(), 3u) << "what waits is on disk";
  EXPECT_EQ(store_.stored().set_aside.size(), 2u);
  ASSERT_FALSE(store_.outcomes.empty());
  EXPECT_EQ(store_.outcomes.front().state, State::set_aside);
  EXPECT_EQ(store_.outcomes.front().error, "HTTP 500");

  pass(7s);

  EXPECT_EQ(bodies(), (std::vector<std::string>{"1", "3", "1", "2"}));
  EXPECT_EQ(store_.outcomes[2].attempt, 2u);
  EXPECT_TRUE(store_.stored().set_aside.empty());
}

TEST_F(RunnerTest, ARestartKeepsTheScheduleAndRepeatsNothingThatWasAcknowledged) {
  for (int i = 0; i < 3; ++i) journal(i == 0 ? anna_ : ben_);
  store_.state.set_aside = {{anna_.raw, 1, 4, clock_.now() + 90s}};
  store_.state.settled_beyond = {2};
  start();
  EXPECT_EQ(bodies(), std::vector<std::string>{"3"});

  pass(89s);
  EXPECT_EQ(bodies().size(), 1u);
  pass(2s);

  EXPECT_EQ(bodies(), (std::vector<std::string>{"3", "1"}));
  EXPECT_EQ(store_.outcomes.back().attempt, 5u) << "tries are counted on";
  EXPECT_EQ(store_.cursors.back(), 3u);
}

TEST_F(RunnerTest, PipesTriesThreeTimesInTenSecondsThenGivesTheMessageToTheQueue) {
  answer(503);
  journal(anna_);
  journal(anna_);
  start(WebhookFormat::pipes);
  pass(2s);
  EXPECT_EQ(bodies().size(), 2u);
  pass(8s);

  EXPECT_EQ(bodies(), (std::vector<std::string>{"1", "1", "1", "2"})) << "dead: the next of the conversation goes";
  const auto& last = store_.outcomes[2];
  EXPECT_EQ(last.state, State::dead);
  EXPECT_TRUE(last.to_offline_queue);
  EXPECT_EQ(store_.cursors.back(), 2u);
}

TEST_F(RunnerTest, APipesAppIsTriedFourTimesInSixMinutesAndTheSocketHasTheMessageAnyway) {
  answer(503);
  journal(anna_);
  start(WebhookFormat::pipes_app);
  pass(9s);
  EXPECT_EQ(bodies().size(), 1u);
  pass(1s);
  EXPECT_EQ(bodies().size(), 2u);
  pass(60s);
  EXPECT_EQ(bodies().size(), 3u);
  pass(5min - 1s);
  EXPECT_EQ(bodies().size(), 3u);
  pass(1s);

  EXPECT_EQ(bodies().size(), 4u);
  EXPECT_EQ(store_.outcomes.back().state, State::dead);
  EXPECT_FALSE(store_.outcomes.back().to_offline_queue);
}

TEST_F(RunnerTest, AnEndpointThatIsDownIsProbedByOneCallAtATimeAndReadsNoFurther) {
  answer(0);
  limits_.window = 20;
  for (int i = 0; i < 1000; ++i) journal(ConversationId::make(test_now));
  start();
  const auto first = bodies().size();
  EXPECT_LE(first, limits_.concurrency);
  EXPECT_EQ(counters_.circuits_open, 1);

  pass(10min);

  EXPECT_GT(bodies().size(), first);
  EXPECT_LE(bodies().size(), first + 20) << "probes only";
  EXPECT_LE(journal_.reads, 200);

  answer(200);
  pass(6min);
  EXPECT_EQ(counters_.circuits_open, 0);
  pass(10min);
  EXPECT_EQ(store_.cursors.back(), 1000u) << "everything arrived after all";
  EXPECT_EQ(counters_.dead, 0u);
}

TEST_F(RunnerTest, GoneTurnsTheEndpointOffAtOnce) {
  answer(410);
  journal(anna_);
  start();

  EXPECT_EQ(store_.disabled, "the endpoint answered 410 Gone");
  journal(ben_);
  notify();
  EXPECT_EQ(bodies().size(), 1u);
}

TEST_F(RunnerTest, FiveDaysOfFailureTurnTheEndpointOff) {
  answer(500);
  journal(anna_);
  subscription_.failing_since = test_now - 119h;
  start();
  EXPECT_EQ(store_.disabled, "");

  pass(4h, 30s);

  EXPECT_EQ(store_.disabled, "the endpoint has failed for 5 days");
}

TEST_F(RunnerTest, RetryAfterIsKeptToWithinAnHour) {
  endpoint_.answer = [](const WebhookCall&) { return WebhookAnswer{429, {}, milliseconds(24h)}; };
  journal(anna_);
  start();
  pass(59min, 10s);
  EXPECT_EQ(bodies().size(), 1u);
  pass(2min, 10s);

  EXPECT_EQ(bodies().size(), 2u);
}

TEST_F(RunnerTest, AStoreOutageRepeatsNoCall) {
  journal(anna_);
  endpoint_.hold = true;
  start();
  store_.outage = true;
  endpoint_.release_all();
  settle();
  pass(5s);
  EXPECT_EQ(bodies().size(), 1u);
  EXPECT_TRUE(store_.outcomes.empty());

  store_.outage = false;
  pass(2s);

  EXPECT_EQ(bodies().size(), 1u);
  EXPECT_EQ(store_.outcomes.size(), 1u);
  EXPECT_EQ(store_.cursors.back(), 1u);
}

TEST_F(RunnerTest, AMessageWaitsForItsFileButNotForEver) {
  auto& item = journal(anna_, "message.received");
  item.inbound.emplace();
  item.inbound->file = InboundView::File::pending;
  auto& other = journal(ben_, "message.received");
  other.inbound.emplace();
  other.inbound->file = InboundView::File::pending;
  start();
  pass(5s);
  EXPECT_TRUE(bodies().empty());

  journal_.items[0].inbound->file = InboundView::File::available;
  pass(2s);
  EXPECT_EQ(bodies(), std::vector<std::string>{"1"});
  pass(60s);

  EXPECT_EQ(bodies(), (std::vector<std::string>{"1", "2"}));
}

TEST_F(RunnerTest, WhatIsForOthersOrCannotBeToldMovesTheCursorToo) {
  subscription_.kinds = {"message.sent", "unsayable"};
  journal(anna_, "message.status");
  journal(anna_, "unsayable");
  journal(anna_, "message.status");
  start();

  EXPECT_TRUE(bodies().empty());
  EXPECT_EQ(store_.cursors.back(), 3u);
  ASSERT_EQ(store_.outcomes.size(), 1u);
  EXPECT_EQ(store_.outcomes[0].state, State::dead) << "it is counted, not dropped";
}

TEST_F(RunnerTest, AReplayIsSentAgainAndLeavesTheCursorAlone) {
  for (int i = 0; i < 5; ++i) journal(anna_);
  store_.state.cursor = 5;
  store_.state.pending = {{2, 1, clock_.now()}, {3, 10, clock_.now() + 1s}};
  start();
  pass(2s);

  EXPECT_EQ(bodies(), (std::vector<std::string>{"2", "3"}));
  EXPECT_EQ(store_.outcomes[1].attempt, 11u);
  for (const auto cursor : store_.cursors) EXPECT_EQ(cursor, 5u);
}

TEST(Schedule, APolicyOfItsOwnIsKeptToTheSecond) {
  Subscription own;
  own.format = WebhookFormat::sessions;
  EXPECT_EQ(most_attempts(own), 15u);
  EXPECT_EQ(wait_before_retry(own, 3, 60s, 1), 8s);

  own.retry = RetryPolicy{RetryPolicy::Growth::linear, 5s, 4};
  EXPECT_EQ(most_attempts(own), 4u);
  EXPECT_EQ(wait_before_retry(own, 3, 60s, 1), 15s);
  own.retry->growth = RetryPolicy::Growth::constant;
  EXPECT_EQ(wait_before_retry(own, 3, 60s, 1), 5s);
  own.retry->growth = RetryPolicy::Growth::exponential;
  EXPECT_EQ(wait_before_retry(own, 3, 60s, 1), 20s);
  own.retry->delay = 1h;
  EXPECT_EQ(wait_before_retry(own, 30, 60s, 1), 24h);
  EXPECT_TRUE(check_retry(*own.retry));
  own.retry->attempts = 31;
  EXPECT_FALSE(check_retry(*own.retry));
  EXPECT_FALSE(check_retry({RetryPolicy::Growth::linear, 0s, 3}));
}

TEST(Schedule, FollowsTheContractAndTheSpecification) {
  EXPECT_EQ(most_attempts(WebhookFormat::pipes), 3u);
  EXPECT_EQ(most_attempts(WebhookFormat::standard), 10u);
  EXPECT_EQ(retry_delay(WebhookFormat::pipes, 1), 2s);
  EXPECT_EQ(retry_delay(WebhookFormat::pipes, 2), 8s);
  EXPECT_EQ(most_attempts(WebhookFormat::pepipost), 3u);
  EXPECT_EQ(retry_delay(WebhookFormat::pepipost, 1), 5s);
  EXPECT_EQ(retry_delay(WebhookFormat::pepipost, 2), 30s);
  EXPECT_EQ(wait_before_retry(WebhookFormat::pepipost, 1, 60s, 1), 5s);
  EXPECT_EQ(retry_delay(WebhookFormat::graph, 1), 5s);
  EXPECT_EQ(retry_delay(WebhookFormat::standard, 9), 24h);
  EXPECT_EQ(retry_delay(WebhookFormat::standard, 14), 24h);
  EXPECT_EQ(wait_before_retry(WebhookFormat::standard, 1, std::nullopt, 0.5), 5500ms);
  EXPECT_EQ(wait_before_retry(WebhookFormat::standard, 1, 60s, 0), 60s);
  EXPECT_EQ(wait_before_retry(WebhookFormat::standard, 1, 100h, 0), 1h);
  EXPECT_EQ(wait_before_retry(WebhookFormat::standard, 1, -1s, 0), 5s);
  EXPECT_EQ(wait_before_retry(WebhookFormat::pipes, 1, 60s, 1), 2s);
  EXPECT_EQ(probe_delay(0, 0), 5s);
  EXPECT_EQ(probe_delay(3, 0), 40s);
  EXPECT_EQ(probe_delay(50, 0), 1min);
}

}  // namespace
}  // namespace wherry::webhooks
