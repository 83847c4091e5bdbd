#pragma once

#include <gtest/gtest.h>

#include "services/webhooks/runner.h"
#include "tests/support/memory_access_store.h"
#include "tests/support/memory_webhooks.h"
#include "tests/support/run.h"
#include "tests/support/test_channel.h"

namespace wherry::test {

/// A runner on a journal, a store and an endpoint in memory, and a clock that a test moves.
class RunnerWorld : public testing::Test {
 protected:
  RunnerWorld() {
    subscription_.id = SubscriptionId::make(test_now);
    subscription_.tenant = TenantId::make(test_now);
    subscription_.url = "https://customer.example/hook";
  }
  ~RunnerWorld() override { stop(); }

  void start(WebhookFormat format = WebhookFormat::standard) {
    subscription_.format = format;
    runner_.emplace(webhooks::RunnerParts{store_, journal_, *feed_, endpoint_, format_, channels_, clock_, counters_, limits_},
                    subscription_);
    runner_->start(io_.get_executor());
    settle();
  }
  void stop() {
    if (!runner_) return;
    feed_->close();
    bool stopped = false;
    boost::asio::co_spawn(io_, runner_->stop(), [&](std::exception_ptr) { stopped = true; });
    settle();
    endpoint_.release_all();  // their answers come too late
    settle();
    EXPECT_TRUE(stopped);
    runner_.reset();
  }
  /// As after a crash: what was not recorded is forgotten.
  void restart() {
    stop();
    feed_.emplace(clock_);
    start(subscription_.format);
  }
  void settle() {
    io_.restart();
    io_.poll();
  }
  void pass(milliseconds time, milliseconds step = seconds(1)) {
    for (milliseconds passed{0}; passed < time; passed += step) {
      clock_.advance(step);
      settle();
    }
  }
  JournalItem& journal(ConversationId conversation, std::string kind = "message.sent") {
    return journal_.add(subscription_.tenant, conversation, std::move(kind), clock_.now());
  }
  void notify() {
    feed_->notify(subscription_.tenant);
    settle();
  }
  void answer(int status) {
    endpoint_.answer = [status](const WebhookCall&) { return WebhookAnswer{status, status == 0 ? "reset" : "", {}}; };
  }
  std::vector<std::string> bodies() const { return endpoint_.bodies; }

  boost::asio::io_context io_{1};
  VirtualClock clock_{test_now};
  MemoryAccessStore access_;
  Channels channels_{access_, access_, clock_, "https://graph.facebook.com", "v23.0"};
  std::optional<JournalFeed> feed_{std::in_place, clock_};
  MemoryJournal journal_;
  MemoryWebhookStore store_{journal_};
  ScriptedEndpoint endpoint_;
  NumberFormat format_;
  webhooks::WebhookCounters counters_;
  webhooks::RunnerLimits limits_;
  Subscription subscription_;
  ConversationId anna_ = ConversationId::make(test_now), ben_ = ConversationId::make(test_now);
  std::optional<webhooks::Runner> runner_;
};

}  // namespace wherry::test
