// The send path, from the request to WhatsApp's answer, with each call of the store and of WhatsApp failing once in turn.
#include <gtest/gtest.h>

#include "tests/support/pipes_world.h"

namespace wherry::api::pipes {
namespace {

using namespace std::chrono_literals;
using test::refused;

class SendSweep : public testing::Test {
 protected:
  static constexpr int requests = 5;

  // What a run is to go through; 0 is never.
  struct Faults {
    int store_call = 0;
    int upstream_call = 0;
    SendOutcome outcome = SendUnknown{"reset"};
    UncertainPolicy policy = UncertainPolicy::fail;
  };
  struct Run {
    test::PipesWorld world;
    std::map<MessageId, int> taken;     ///< by WhatsApp, or perhaps: how often
    std::map<int, std::string> success;  ///< the first 2xx of each request
    int upstream_calls = 0;
  };

  // Each request is repeated under its key until it has an answer that says what became of it.
  static void send_all(Run& run) {
    auto& world = run.world;
    const auto open = world.add_conversation(world.tenant, world.clock.now());
    for (int i = 0; i < requests; ++i) {
      const auto body = R"({"conversationId":")" + open.text() + R"(","text":"m)" + std::to_string(i) + "\"}";
      auto headers = world.with_key("application/json");
      headers.add("Idempotency-Key", "request-" + std::to_string(i));
      for (int tries = 0; tries < 3; ++tries) {
        const auto reply = world.call(http::Method::post, "/v1/messages/send", headers, body);
        if (reply.status != 200) continue;
        const auto first = run.success.try_emplace(i, reply.body).first;
        EXPECT_EQ(first->second, reply.body) << "a success stays what it was";
      }
    }
  }

  static void settle(Run& run) {
    auto& world = run.world;
    for (int round = 0; round < 3; ++round) {
      world.clock.advance(11min);
      const auto swept = test::run(world.io, world.outbox.sweep());
      EXPECT_TRUE(swept || swept.error().code == ErrorCode::unavailable);
      for (int i = 0; i < 200; ++i) {
        world.io.restart();
        world.io.poll();
        world.clock.advance(10ms);
      }
    }
  }

  static void start(Run& run, const Faults& faults) {
    auto& world = run.world;
    world.access_store.channels.front().uncertain_policy = faults.policy;
    test::run(world.io, world.channels.load()).value();
    world.messages.fail_call = faults.store_call;
    world.upstream.on_send = [&run, faults](const Message& message) {
      auto& script = run.world.upstream.script;
      if (++run.upstream_calls == faults.upstream_call) script.push_front(faults.outcome);
      const bool refusal = !script.empty() && std::holds_alternative<SendRefused>(script.front());
      if (!refusal) ++run.taken[message.id];
    };
  }

  static void check(Run& run, const Faults& faults) {
    const auto& world = run.world;
    const auto& counters = world.outbox.counters();
    std::map<MessageState, std::uint64_t> states;
    for (const auto& [id, message] : world.messages.messages) ++states[message.state];
    const auto queued = states[MessageState::accepted] + states[MessageState::sending];
    EXPECT_EQ(counters.accepted, states[MessageState::sent] + states[MessageState::failed] + states[MessageState::uncertain] + queued);
    EXPECT_EQ(counters.waiting, 0) << "nothing is left hanging";
    EXPECT_LE(world.messages.messages.size(), static_cast<std::size_t>(requests)) << "one message for each key";
    for (const auto& [id, times] : run.taken) EXPECT_LE(times, faults.policy == UncertainPolicy::resend ? 2 : 1);
    for (const auto& [request, body] : run.success) {
      const auto& stored = world.messages.messages;
      const bool on_disk = std::any_of(stored.begin(), stored.end(), [&](const auto& entry) {
        const auto& wamid = entry.second.wamid;
        return !wamid.empty() && entry.second.state == MessageState::sent && body.find('"' + wamid + '"') != std::string::npos;
      });
      EXPECT_TRUE(on_disk) << "request " << request << " was told " << body;
    }
  }

  static void go_through(Run& run, const Faults& faults) {
    start(run, faults);
    send_all(run);
    settle(run);
    check(run, faults);
  }
};

TEST_F(SendSweep, WithoutFaultsEverythingIsSentOnce) {
  Run run;

  go_through(run, {});

  EXPECT_EQ(run.success.size(), static_cast<std::size_t>(requests));
  EXPECT_EQ(run.taken.size(), static_cast<std::size_t>(requests));
}

TEST_F(SendSweep, WhicheverStoreCallFails) {
  int n = 1;
  for (bool reached = true; reached; ++n) {
    SCOPED_TRACE("store call " + std::to_string(n));
    Run run;
    Faults faults;
    faults.store_call = n;
    go_through(run, faults);
    reached = run.world.messages.calls >= n;
    ASSERT_LT(n, 500);
  }
  EXPECT_GT(n, 20) << "the sweep went through a whole run";
}

TEST_F(SendSweep, WhicheverCallOfWhatsAppFails) {
  for (const auto policy : {UncertainPolicy::fail, UncertainPolicy::resend}) {
    for (const auto& outcome : {SendOutcome(SendUnknown{"reset"}), refused(131000), refused(131026), refused(130429), refused(190)}) {
      for (int n = 1; n <= requests; ++n) {
        SCOPED_TRACE("call " + std::to_string(n) + " with outcome " + std::to_string(outcome.index()));
        Run run;
        go_through(run, {0, n, outcome, policy});
        EXPECT_GE(run.upstream_calls, n);
      }
    }
  }
}

TEST_F(SendSweep, WhicheverStoreCallFailsWhileAnOutcomeIsUnknown) {
  for (const auto policy : {UncertainPolicy::fail, UncertainPolicy::resend}) {
    int n = 1;
    for (bool reached = true; reached; ++n) {
      SCOPED_TRACE("store call " + std::to_string(n));
      Run run;
      Faults faults{n, 2, SendUnknown{"reset"}, policy};
      go_through(run, faults);
      reached = run.world.messages.calls >= n;
    }
  }
}

}  // namespace
}  // namespace wherry::api::pipes
