#include "tests/support/session_world.h"

namespace wherry {
namespace {

using linked::Reason;
using linked::State;

class SessionTending : public test::SessionWorld {
 protected:
  /// A gateway that starts on what is stored.
  void start_gateway() {
    again.emplace(Sessions::Parts{store, channels, transport, fresh, fresh_states, clock, {}});
    ASSERT_TRUE(run(again->load()));
    again->start_tending(io.get_executor());
    settle();
  }
  void settle() {
    io.restart();
    io.poll();
  }
  void pass(milliseconds time) {
    for (auto left = time; left > milliseconds(0); left -= milliseconds(50)) {
      clock.advance(milliseconds(50));
      settle();
    }
  }
  void TearDown() override {
    if (again) run(again->stop_tending());
  }
  ChannelId left_as(State state, Reason reason = Reason::none) {
    const auto id = working();
    hear(id, state, reason);
    transport.calls.clear();
    return id;
  }

  SessionTable fresh;
  SessionStates fresh_states{{store, channels, fresh, clock}};
  std::optional<Sessions> again;
};

TEST_F(SessionTending, WhatIsWantedIsTakenUpOneAfterTheOther) {
  for (int i = 0; i < 3; ++i) (void)left_as(State::working);
  transport.calls.clear();

  start_gateway();

  EXPECT_EQ(transport.calls.size(), 1U) << "not all at once";
  pass(seconds(2));
  EXPECT_EQ(transport.calls.size(), 3U);
  for (const auto& call : transport.calls) EXPECT_TRUE(call.starts_with("start ")) << call;
  EXPECT_EQ(transport.started.back().key_format, "f1");
  pass(seconds(60));
  EXPECT_EQ(transport.calls.size(), 3U) << "once each";
}

TEST_F(SessionTending, WhatWasStoppedStaysSo) {
  const auto id = working();
  ASSERT_TRUE(run(sessions.stop(tenant, id)));
  transport.calls.clear();

  start_gateway();
  pass(seconds(60));

  EXPECT_TRUE(transport.calls.empty());
}

TEST_F(SessionTending, ANumberThatIsInUseElsewhereOrBannedOrUnlinkedIsNeverTakenUpByItself) {
  const auto replaced = left_as(State::replaced, Reason::replaced);
  (void)left_as(State::banned, Reason::temporary_ban);
  (void)left_as(State::logged_out, Reason::unlinked);
  (void)left_as(State::passkey_required);

  start_gateway();
  pass(seconds(120));

  EXPECT_TRUE(transport.calls.empty());
  EXPECT_EQ(fresh.find(replaced)->state.state, State::replaced) << "and it still says why";
}

TEST_F(SessionTending, WhatFailedOrWasTooOldIsTriedAgainByAGatewayThatStarts) {
  (void)left_as(State::failed, Reason::internal);
  (void)left_as(State::outdated, Reason::outdated);

  start_gateway();
  pass(seconds(5));

  EXPECT_EQ(transport.calls.size(), 2U);
}

TEST_F(SessionTending, AnothersIsLeftAloneUntilItsLeaseIsOver) {
  const auto id = left_as(State::working);
  store.owners[id] = {"gw-2", clock.now() + seconds(30)};

  start_gateway();
  pass(seconds(20));
  EXPECT_TRUE(transport.calls.empty());
  EXPECT_EQ(store.sessions[id].state.state, State::working) << "what the other one notes is not overwritten";
  pass(seconds(40));

  EXPECT_EQ(transport.calls, (std::vector<std::string>{"start " + id.text()}));
}

TEST_F(SessionTending, LeasesAreKept) {
  const auto id = left_as(State::working);
  start_gateway();

  pass(seconds(300));

  EXPECT_GT(store.owners[id].second, clock.now());
  run(again->stop_tending());
  EXPECT_TRUE(store.owners.empty()) << "and given back at the end";
}

TEST_F(SessionTending, ASessionWhoseLeaseWasTakenIsStoppedHere) {
  const auto id = left_as(State::working);
  start_gateway();
  transport.calls.clear();
  store.owners[id] = {"gw-2", clock.now() + std::chrono::hours(1)};

  pass(seconds(21));

  EXPECT_EQ(transport.calls, (std::vector<std::string>{"stop " + id.text()}));
  EXPECT_EQ(fresh.find(id)->state.reason, Reason::replaced);
}

TEST_F(SessionTending, WithoutATransportItSaysSoAndComesUpWhenThereIsOne) {
  const auto id = left_as(State::working);
  transport.start_errors.push_back({ErrorCode::unavailable, "set it up like this"});

  start_gateway();
  EXPECT_EQ(fresh.find(id)->state.state, State::failed);
  EXPECT_EQ(fresh.find(id)->state.detail, "set it up like this");
  pass(seconds(25));

  EXPECT_TRUE(fresh.runs(id));
  EXPECT_EQ(fresh.find(id)->state.state, State::starting);
}

TEST_F(SessionTending, AChannelWhoseSessionWasNotWrittenIsOneThatNeverStarted) {
  const auto made = run(channels.add_linked(tenant, "half"));

  start_gateway();

  ASSERT_TRUE(made);
  EXPECT_TRUE(store.sessions.contains((*made)->id));
  EXPECT_EQ(again->find(tenant, (*made)->id)->status(), SessionStatus::stopped);
}

}  // namespace
}  // namespace wherry
