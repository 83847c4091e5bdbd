#include "simulator/webhooks/dispatcher.h"

#include <gtest/gtest.h>

#include "simulator/webhooks/signature.h"
#include "simulator/webhooks/verify.h"
#include "tests/support/fake_receiver.h"
#include "tests/support/run.h"

namespace wherry::sim {
namespace {

using test::FakeReceiver;

constexpr Timestamp start{milliseconds(1'795'000'000'000)};

struct Dispatch : testing::Test {
  boost::asio::io_context io{1};
  SimClock clock{start};
  Scheduler scheduler{clock, 10'000};
  FakeReceiver receiver;
  TaskGroup tasks;
  Dispatcher dispatcher{clock, scheduler, receiver, tasks, 7};

  void SetUp() override {
    dispatcher.start({io.get_executor()});
    scheduler.start({io.get_executor()}, tasks);
    dispatcher.set_route([](const Update&) {
      Target target;
      target.app_id = "1";
      target.url = "http://127.0.0.1/hook";
      target.secret = "s3cret";
      return std::vector<Target>{target};
    });
    settle();
  }
  void TearDown() override { test::run(io, tasks.stop()); }

  void settle() {
    io.restart();
    io.poll();
  }
  void pass(milliseconds time) {
    clock.advance(time);
    settle();
  }
  void emit(int n, Update::Kind kind = Update::Kind::status) {
    Update update;
    update.kind = kind;
    update.waba_id = "10";
    update.phone_number_id = "20";
    update.item = "{\"id\":\"w" + std::to_string(n) + "\"}";
    update.at = clock.now();
    dispatcher.emit(std::make_shared<Update>(update));
    settle();
  }
  void set(Chaos chaos) { dispatcher.set_chaos(chaos); }
  bool valid(const FakeReceiver::Seen& one) const { return one.signature == sign_sha256("s3cret", one.body); }

  std::multiset<std::string> ids() const { return receiver.ids(); }
};

TEST_F(Dispatch, AnUpdateIsSignedBothWaysAndDeliveredOnce) {
  emit(1);
  ASSERT_EQ(receiver.seen.size(), 1u);
  EXPECT_TRUE(valid(receiver.seen[0]));
  EXPECT_EQ(receiver.seen[0].legacy, sign_sha1("s3cret", receiver.seen[0].body));
  EXPECT_EQ(receiver.seen[0].agent, "facebookexternalua");
  EXPECT_EQ(dispatcher.counters().delivered.load(), 1u);
  EXPECT_EQ(dispatcher.outstanding(), 0u);
}

TEST_F(Dispatch, AFailureIsRepeatedWithTheSameBytesOnTheSchedule) {
  receiver.answer = [](const FakeReceiver::Seen&, std::size_t n) { return n < 5 ? 500 : 200; };
  emit(1);
  EXPECT_EQ(receiver.seen.size(), 2u);  // the first repetition comes at once
  pass(seconds(4));
  EXPECT_EQ(receiver.seen.size(), 2u);
  pass(seconds(1));
  EXPECT_EQ(receiver.seen.size(), 3u);
  pass(seconds(15));
  EXPECT_EQ(receiver.seen.size(), 4u);
  pass(seconds(45));
  EXPECT_EQ(receiver.seen.size(), 5u);
  pass(std::chrono::hours(2));
  ASSERT_EQ(receiver.seen.size(), 5u);
  for (const auto& one : receiver.seen) {
    EXPECT_EQ(one.body, receiver.seen[0].body);
    EXPECT_EQ(one.signature, receiver.seen[0].signature);
  }
  EXPECT_EQ(dispatcher.counters().failed.load(), 4u);
  EXPECT_EQ(dispatcher.counters().retried.load(), 4u);
  EXPECT_EQ(dispatcher.counters().delivered.load(), 1u);
}

TEST_F(Dispatch, Only200CountsUnlessEvery2xxIsAccepted) {
  receiver.answer = [](const FakeReceiver::Seen&, std::size_t) { return 204; };
  emit(1);
  EXPECT_EQ(dispatcher.counters().delivered.load(), 0u);
  auto settings = dispatcher.settings();
  settings.accept_2xx = true;
  dispatcher.set_settings(settings);
  pass(seconds(5));
  EXPECT_EQ(dispatcher.counters().delivered.load(), 1u);
}

TEST_F(Dispatch, AfterSevenDaysItGivesUp) {
  receiver.answer = [](const FakeReceiver::Seen&, std::size_t) { return 0; };
  std::uint64_t given_up = 0;
  dispatcher.set_on_expired([&](const Delivery& delivery) { given_up = delivery.id; });
  emit(1);
  for (int hour = 0; hour < 24 * 7 + 4; ++hour) pass(std::chrono::hours(1));
  EXPECT_EQ(given_up, 1u);
  EXPECT_EQ(dispatcher.counters().expired.load(), 1u);
  EXPECT_EQ(dispatcher.outstanding(), 0u);
  EXPECT_GT(receiver.seen.size(), 100u);
}

TEST_F(Dispatch, AllBatchingModesDeliverTheSameUpdates) {
  std::map<WebhookSettings::Mode, std::multiset<std::string>> got;
  std::map<WebhookSettings::Mode, std::size_t> posts;
  for (const auto mode : {WebhookSettings::Mode::single, WebhookSettings::Mode::window, WebhookSettings::Mode::mixed}) {
    receiver.seen.clear();
    auto settings = dispatcher.settings();
    settings.mode = mode;
    settings.max_updates = 8;
    dispatcher.set_settings(settings);
    for (int n = 0; n < 20; ++n) emit(n, n % 3 == 0 ? Update::Kind::message : Update::Kind::status);
    pass(seconds(1));
    got[mode] = ids();
    posts[mode] = receiver.seen.size();
    for (const auto& one : receiver.seen) EXPECT_TRUE(valid(one));
  }
  EXPECT_EQ(got[WebhookSettings::Mode::single].size(), 20u);
  EXPECT_EQ(got[WebhookSettings::Mode::single], got[WebhookSettings::Mode::window]);
  EXPECT_EQ(got[WebhookSettings::Mode::single], got[WebhookSettings::Mode::mixed]);
  EXPECT_EQ(posts[WebhookSettings::Mode::single], 20u);
  EXPECT_EQ(posts[WebhookSettings::Mode::window], 3u);
  EXPECT_EQ(posts[WebhookSettings::Mode::mixed], 3u);
}

TEST_F(Dispatch, DuplicatesAndDelayedCopiesAreIdenticalAndCounted) {
  Chaos chaos;
  chaos.duplicate = 1;
  chaos.delayed_copy = 1;
  set(chaos);
  emit(1);
  EXPECT_EQ(receiver.seen.size(), 2u);
  pass(seconds(3));
  ASSERT_EQ(receiver.seen.size(), 3u);
  EXPECT_EQ(receiver.seen[0].body, receiver.seen[2].body);
  EXPECT_EQ(dispatcher.faults().of(Fault::duplicate), 1u);
  EXPECT_EQ(dispatcher.faults().of(Fault::delayed_copy), 1u);
}

TEST_F(Dispatch, EverySpoiledAttemptIsFollowedByARightOne) {
  const std::pair<double Chaos::*, Fault> cases[] = {{&Chaos::wrong_signature, Fault::wrong_signature},
                                                     {&Chaos::old_secret, Fault::old_secret},
                                                     {&Chaos::empty_body, Fault::empty_body},
                                                     {&Chaos::oversize, Fault::oversize},
                                                     {&Chaos::reset, Fault::reset}};
  for (const auto& [member, fault] : cases) {
    receiver.seen.clear();
    Chaos chaos;
    chaos.*member = 1;
    set(chaos);
    emit(5);
    ASSERT_EQ(receiver.seen.size(), 2u) << to_string(fault);
    EXPECT_TRUE(valid(receiver.seen[1]));
    EXPECT_EQ(dispatcher.faults().of(fault), 1u);
    const auto& first = receiver.seen[0];
    if (fault == Fault::wrong_signature || fault == Fault::old_secret) {
      EXPECT_FALSE(valid(first));
      EXPECT_EQ(first.body, receiver.seen[1].body);
    }
    if (fault == Fault::empty_body) EXPECT_TRUE(first.body.empty());
    if (fault == Fault::oversize) EXPECT_GT(first.body.size(), 3u << 20);
    if (fault == Fault::reset) EXPECT_FALSE(first.complete);
  }
}

TEST_F(Dispatch, ASlowBodyArrivesWholeAndCounts) {
  Chaos chaos;
  chaos.slow_send = 1;
  chaos.slow_send_for = milliseconds(50);
  set(chaos);
  const auto began = std::chrono::steady_clock::now();
  emit(1);
  for (int tries = 0; tries < 200 && receiver.seen.empty(); ++tries) {
    io.restart();
    io.run_for(milliseconds(5));
  }
  ASSERT_EQ(receiver.seen.size(), 1u);
  EXPECT_GE(std::chrono::steady_clock::now() - began, milliseconds(40));
  EXPECT_TRUE(valid(receiver.seen[0]));
  EXPECT_EQ(dispatcher.counters().delivered.load(), 1u);
  EXPECT_EQ(dispatcher.faults().of(Fault::slow_send), 1u);
}

TEST_F(Dispatch, RetryAlthough200SendsExactlyOneMore) {
  Chaos chaos;
  chaos.retry_although_200 = 1;
  set(chaos);
  emit(1);
  pass(std::chrono::hours(1));
  EXPECT_EQ(receiver.seen.size(), 2u);
  EXPECT_EQ(dispatcher.faults().of(Fault::retry_although_200), 1u);
}

TEST_F(Dispatch, AHeldDeliveryIsOvertakenByTheNextOnes) {
  Chaos chaos;
  chaos.reorder = 1;
  set(chaos);
  emit(1);
  set(Chaos{});
  EXPECT_TRUE(receiver.seen.empty());
  for (int n = 2; n <= 4; ++n) emit(n);
  ASSERT_EQ(receiver.seen.size(), 4u);
  EXPECT_NE(receiver.seen[3].body.find("\"w1\""), std::string::npos);
}

TEST_F(Dispatch, AHeldDeliveryGoesAloneWhenNothingFollows) {
  Chaos chaos;
  chaos.reorder = 1;
  set(chaos);
  emit(1);
  pass(seconds(2));
  EXPECT_EQ(receiver.seen.size(), 1u);
}

TEST_F(Dispatch, TooManyWaitingDeliveriesAreDroppedAndCounted) {
  receiver.answer = [](const FakeReceiver::Seen&, std::size_t) { return 503; };
  auto settings = dispatcher.settings();
  settings.queue_limit = 3;
  dispatcher.set_settings(settings);
  for (int n = 0; n < 5; ++n) emit(n);
  EXPECT_EQ(dispatcher.counters().dropped.load(), 2u);
  EXPECT_EQ(dispatcher.outstanding(), 3u);
}

TEST_F(Dispatch, TheLogKeepsEveryAttemptWithItsBytes) {
  receiver.answer = [](const FakeReceiver::Seen&, std::size_t n) { return n == 1 ? 500 : 200; };
  emit(1);
  const auto log = dispatcher.log().latest(10);
  ASSERT_EQ(log.size(), 2u);
  EXPECT_EQ(log[1].status, 500);
  EXPECT_FALSE(log[1].success);
  EXPECT_EQ(log[0].attempt, 2u);
  EXPECT_TRUE(log[0].success);
  EXPECT_EQ(*log[0].body, receiver.seen[0].body);
}

TEST_F(Dispatch, ResetForgetsWhatWaits) {
  receiver.answer = [](const FakeReceiver::Seen&, std::size_t) { return 503; };
  emit(1);
  dispatcher.reset();
  receiver.seen.clear();
  pass(std::chrono::hours(3));
  EXPECT_TRUE(receiver.seen.empty());
  EXPECT_EQ(dispatcher.outstanding(), 0u);
  EXPECT_EQ(dispatcher.counters().failed.load(), 0u);
}

TEST_F(Dispatch, VerificationNeedsTheBareChallenge) {
  receiver.body = "4711";
  EXPECT_TRUE(test::run(io, verify_callback(receiver, "http://a.example/hook?x=1", "a b", "4711")));
  EXPECT_EQ(receiver.seen[0].url, "http://a.example/hook?x=1&hub.mode=subscribe&hub.challenge=4711&hub.verify_token=a%20b");
  EXPECT_FALSE(test::run(io, verify_callback(receiver, "http://a.example/hook", "t", "4712")));
  receiver.answer = [](const FakeReceiver::Seen&, std::size_t) { return 403; };
  EXPECT_FALSE(test::run(io, verify_callback(receiver, "http://a.example/hook", "t", "4711")));
}

}  // namespace
}  // namespace wherry::sim
