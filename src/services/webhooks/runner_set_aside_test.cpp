// Conversations that are held up: they keep their order and lose nothing, and nobody else waits for them.
#include <random>

#include "services/webhooks/runner.h"
#include "tests/support/runner_world.h"

namespace wherry::webhooks {
namespace {

using namespace std::chrono_literals;
using test::test_now;
using State = DeliveryOutcome::State;

class SetAsideTest : public test::RunnerWorld {
 protected:
  /// The endpoint refuses what `refuses` says; what it takes is in `taken`.
  void start_with(std::function<bool(std::uint64_t)> refuses, WebhookFormat format = WebhookFormat::standard) {
    refuses_ = std::move(refuses);
    endpoint_.answer = [this](const WebhookCall& call) {
      const auto sequence = std::stoull(call.body);
      ++calls_;
      if (refuses_(sequence)) return WebhookAnswer{500, {}, retry_after_};
      taken.push_back(sequence);
      return WebhookAnswer{200, {}, {}};
    };
    start(format);
  }
  bool is_annas(std::uint64_t sequence) const { return journal_.items[sequence - 1].event.conversation == anna_; }
  std::vector<std::uint64_t> taken_of(ConversationId conversation) const {
    std::vector<std::uint64_t> own;
    for (const auto sequence : taken) {
      if (journal_.items[sequence - 1].event.conversation == conversation) own.push_back(sequence);
    }
    return own;
  }
  std::vector<std::uint64_t> journaled_of(ConversationId conversation) const {
    std::vector<std::uint64_t> own;
    for (const auto& item : journal_.items) {
      if (item.event.conversation == conversation) own.push_back(item.event.sequence);
    }
    return own;
  }

  std::vector<std::uint64_t> taken;
  std::function<bool(std::uint64_t)> refuses_;
  std::optional<milliseconds> retry_after_;
  int calls_ = 0;
};

TEST_F(SetAsideTest, APoisonedConversationHoldsUpNobodyForHoursHoweverMuchWaitsBehindIt) {
  for (int i = 0; i < 10'000; ++i) {
    journal(anna_);
    if (i % 100 == 0) journal(ben_);
  }
  start_with([this](std::uint64_t sequence) { return is_annas(sequence); });
  EXPECT_EQ(taken_of(ben_).size(), 100u);

  for (int hour = 0; hour < 6; ++hour) {
    const auto fresh = journal(ben_).event.sequence;
    notify();
    EXPECT_EQ(taken.back(), fresh) << "at once, in hour " << hour;
    pass(1h, 30s);
  }
  EXPECT_EQ(counters_.set_aside, 10'000);
  EXPECT_EQ(counters_.circuits_open, 0);
  EXPECT_LT(calls_, 130) << "the poisoned event is tried on its schedule, and the next one not at all";
  EXPECT_EQ(store_.cursors.back(), journal_.items.size()) << "so that a restart has little to read";

  refuses_ = [](std::uint64_t) { return false; };
  pass(6h, 30s);
  EXPECT_EQ(taken_of(anna_), journaled_of(anna_)) << "everything, in order";
  EXPECT_EQ(counters_.set_aside, 0);
  EXPECT_TRUE(store_.stored().set_aside.empty());
  EXPECT_EQ(counters_.dead, 0u);
}

TEST_F(SetAsideTest, ItSurvivesARestartAtEveryPoint) {
  for (int i = 0; i < 400; ++i) journal(i % 4 == 0 ? ben_ : anna_);
  bool poisoned = true;
  start_with([&](std::uint64_t sequence) { return poisoned && is_annas(sequence); });
  restart();
  journal(anna_);
  journal(ben_);
  notify();
  pass(6min);
  restart();
  EXPECT_TRUE(taken_of(anna_).empty());
  EXPECT_EQ(taken_of(ben_), journaled_of(ben_)) << "none of them again";

  poisoned = false;
  pass(40min, 10s);
  EXPECT_EQ(taken_of(anna_), journaled_of(anna_));
}

TEST_F(SetAsideTest, ABusyConversationLeavesRoomForOthers) {
  limits_.window = 100;
  limits_.lane = 10;
  endpoint_.hold = true;
  for (int i = 0; i < 1000; ++i) journal(anna_);
  journal(ben_);
  start();
  EXPECT_EQ(bodies(), (std::vector<std::string>{"1", "1001"}));

  endpoint_.hold = false;
  endpoint_.release_all();
  settle();
  EXPECT_EQ(bodies().size(), 1001u);
  for (std::size_t i = 2; i < bodies().size(); ++i) EXPECT_EQ(bodies()[i], std::to_string(i));
  EXPECT_TRUE(store_.stored().set_aside.empty());
}

TEST_F(SetAsideTest, WhatFailedInAnOutageGoesAtOnceWhenTheEndpointIsBack) {
  bool down = true;
  for (int i = 0; i < 50; ++i) journal(ConversationId::make(test_now));
  retry_after_ = 1h;
  start_with([&](std::uint64_t) { return down; });
  pass(20min, 10s);
  EXPECT_EQ(counters_.circuits_open, 1);
  down = false;

  pass(7min);

  EXPECT_EQ(taken.size(), 50u) << "though their next try would have been half an hour away";
  EXPECT_EQ(counters_.circuits_open, 0);
}

TEST_F(SetAsideTest, ATryBeforeItsTimeCostsNone) {
  bool down = true;
  for (int i = 0; i < 40; ++i) journal(i == 0 ? anna_ : ConversationId::make(test_now));
  retry_after_ = 1h;
  start_with([&](std::uint64_t sequence) { return down || is_annas(sequence); });
  pass(20min, 5s);
  down = false;
  pass(6min);
  ASSERT_EQ(taken.size(), 39u);

  const auto tries = std::count(endpoint_.bodies.begin(), endpoint_.bodies.end(), "1");
  const auto counted =
      std::count_if(store_.outcomes.begin(), store_.outcomes.end(), [](const DeliveryOutcome& one) { return one.sequence == 1; });
  EXPECT_GE(tries, 2) << "again when the endpoint was back";
  EXPECT_EQ(counted, 1);
}

TEST_F(SetAsideTest, ReplaysThatFailHoldUpNothingNew) {
  for (int i = 0; i < 600; ++i) journal(anna_);
  store_.state.cursor = 600;
  for (std::uint64_t i = 1; i <= 600; ++i) store_.state.pending.push_back({i, 1, clock_.now()});
  start_with([](std::uint64_t sequence) { return sequence <= 600; });
  journal(anna_);
  notify();
  journal(ben_);
  notify();

  EXPECT_EQ(taken, (std::vector<std::uint64_t>{601, 602}));
}

TEST_F(SetAsideTest, AnEventThatRetentionTookIsPassedOver) {
  bool poisoned = true;
  for (int i = 0; i < 3; ++i) journal(anna_);
  start_with([&](std::uint64_t sequence) { return poisoned && sequence == 1; });
  journal_.items[1].event.sequence = 999;  // what is found in its place is another
  poisoned = false;
  pass(10s);

  EXPECT_EQ(taken, (std::vector<std::uint64_t>{1, 3}));
}

// Chance decides what fails, when the store is down and when the process dies. At the end every conversation must have come whole, and
// in order but for repetitions.
TEST_F(SetAsideTest, WhateverHappensEachConversationComesWholeAndInOrder) {
  for (unsigned seed = 1; seed <= 8; ++seed) {
    std::mt19937 chance(seed);
    const auto one_in = [&](unsigned n) { return chance() % n == 0; };
    stop();
    feed_.emplace(clock_);
    journal_.items.clear();
    store_.clear();
    taken.clear();
    limits_.window = 24;
    limits_.lane = 4;
    limits_.page = 8;
    limits_.set_aside = 60;
    std::vector<ConversationId> all;
    for (int i = 0; i < 6; ++i) all.push_back(ConversationId::make(test_now));
    bool calm = false;
    std::optional<ConversationId> poisoned;
    start_with([&](std::uint64_t sequence) { return !calm && (one_in(4) || journal_.items[sequence - 1].event.conversation == poisoned); });
    for (int step = 0; step < 300; ++step) {
      for (auto burst = one_in(3) ? chance() % 12 : 0; burst > 0; --burst) journal(all[chance() % all.size()]);
      endpoint_.hold = one_in(3);
      if (one_in(20)) poisoned = one_in(3) ? std::nullopt : std::optional(all[chance() % all.size()]);
      store_.outage = one_in(15);
      if (one_in(25)) {
        store_.outage = false;
        restart();
      }
      if (!endpoint_.hold) endpoint_.release_all();
      notify();
      pass(one_in(10) ? 10min : 1s, 1s);
    }
    calm = true;
    endpoint_.hold = false;
    endpoint_.release_all();
    store_.outage = false;
    pass(30h, 30s);

    for (const auto& conversation : all) {
      std::vector<std::uint64_t> firsts;
      for (const auto sequence : taken_of(conversation)) {
        if (std::find(firsts.begin(), firsts.end(), sequence) == firsts.end()) firsts.push_back(sequence);
      }
      std::vector<std::uint64_t> expected;
      for (const auto sequence : journaled_of(conversation)) {
        const bool dead = std::any_of(store_.outcomes.begin(), store_.outcomes.end(),
                                      [&](const auto& one) { return one.sequence == sequence && one.state == State::dead; });
        if (!dead) expected.push_back(sequence);
      }
      EXPECT_EQ(firsts, expected) << "seed " << seed;
    }
    EXPECT_EQ(store_.cursors.back(), journal_.items.size());
    EXPECT_TRUE(store_.stored().set_aside.empty()) << "seed " << seed;
  }
}

}  // namespace
}  // namespace wherry::webhooks
