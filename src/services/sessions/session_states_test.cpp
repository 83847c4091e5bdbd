#include "services/sessions/session_states.h"

#include "tests/support/session_world.h"

namespace wherry {
namespace {

using linked::Reason;
using linked::State;

class SessionStatesTest : public test::SessionWorld {};

TEST_F(SessionStatesTest, EachStateIsOneOfFiveForApplications) {
  using S = SessionStatus;
  const std::vector<std::pair<State, S>> expected{
      {State::stopped, S::stopped},         {State::starting, S::starting},       {State::unpaired, S::scan_qr_code},
      {State::qr, S::scan_qr_code},         {State::code, S::scan_qr_code},       {State::pairing, S::starting},
      {State::passkey_required, S::failed}, {State::syncing, S::starting},        {State::working, S::working},
      {State::disconnected, S::starting},   {State::logged_out, S::scan_qr_code}, {State::replaced, S::failed},
      {State::banned, S::failed},           {State::outdated, S::failed},         {State::failed, S::failed}};
  for (const auto& [from, to] : expected) EXPECT_EQ(status_of(from), to) << to_string(from);
}

TEST_F(SessionStatesTest, AChangeIsStoredAndToldWithWhatWasBefore) {
  const auto id = working();
  linked::StateChange lost = state(State::disconnected, Reason::lost);
  lost.code = 408;
  lost.next_retry = clock.now() + seconds(4);

  run(listener.state_changed(name(id), lost));

  EXPECT_EQ(store.sessions[id].state.state, State::disconnected);
  ASSERT_EQ(store.told.size(), 1U);
  const auto body = last_told("session.status");
  EXPECT_EQ(body.at("status"), "starting");
  EXPECT_EQ(body.at("previous"), "working");
  EXPECT_EQ(body.at("state"), "disconnected");
  EXPECT_EQ(body.at("reason"), "lost");
  EXPECT_EQ(body.at("code"), 408);
  EXPECT_EQ(body.at("nextRetry"), to_unix_millis(*lost.next_retry));
  EXPECT_EQ(body.at("waJid"), "4915112345678@s.whatsapp.net");
  EXPECT_EQ(body.at("waLid"), "88@lid");
  EXPECT_EQ(body.at("phoneNumber"), "4915112345678");
}

TEST_F(SessionStatesTest, TheSameStateTwiceIsToldOnce) {
  const auto id = working();

  hear(id, State::syncing);
  hear(id, State::syncing);

  EXPECT_EQ(store.told.size(), 1U);
}

TEST_F(SessionStatesTest, AChangeWithinAStatusIsNoNewsForApplications) {
  const auto id = working();
  hear(id, State::disconnected, Reason::lost);
  hear(id, State::starting);
  hear(id, State::syncing);
  hear(id, State::working);

  std::vector<std::string> kinds;
  for (const auto& event : store.told) kinds.push_back(event.kind);
  EXPECT_EQ(kinds, (std::vector<std::string>{"session.status", "session.state", "session.state", "session.status"}));
}

TEST_F(SessionStatesTest, AStatusThatWasNotToldIsToldWithTheNextState) {
  const auto id = working();
  store.outage = true;
  hear(id, State::disconnected, Reason::lost);
  store.outage = false;

  hear(id, State::starting);

  ASSERT_EQ(store.told.size(), 1U);
  EXPECT_EQ(store.told[0].kind, "session.status");
}

TEST_F(SessionStatesTest, WorkingNotesTheTime) {
  const auto id = working();

  EXPECT_EQ(table.find(id)->last_connected_at, clock.now());
}

TEST_F(SessionStatesTest, APasskeyAndABanAreSaidInWordsWithTheirEnd) {
  const auto id = working();
  hear(id, State::passkey_required);
  EXPECT_NE(state_of(id).detail.find("passkey"), std::string::npos);
  linked::StateChange ban = state(State::banned, Reason::temporary_ban);
  ban.until = clock.now() + std::chrono::hours(24);

  run(listener.state_changed(name(id), ban));

  EXPECT_EQ(last_told("session.state").at("until"), to_unix_millis(*ban.until));
  EXPECT_EQ(state_of(id).until, ban.until);
  EXPECT_FALSE(store.keys.empty()) << "a ban for a time leaves the keys";
  EXPECT_TRUE(sessions.me(tenant, id));
}

TEST_F(SessionStatesTest, WhenTheKeysAreWipedTheNumberIsGoneAndTheReasonStays) {
  const auto id = working();

  ASSERT_TRUE(run(listener.wipe_keys(name(id), Reason::unlinked)));
  hear(id, State::logged_out, Reason::unlinked);

  EXPECT_TRUE(store.keys.empty());
  EXPECT_EQ(sessions.me(tenant, id).error().code, ErrorCode::not_found);
  EXPECT_EQ(status(id), "scan_qr_code");
  EXPECT_EQ(last_told("session.status").at("reason"), "unlinked");
  EXPECT_NE(state_of(id).detail.find("unlinked"), std::string::npos);
}

TEST_F(SessionStatesTest, AStateThatCouldNotBeStoredHoldsAndIsStoredLater) {
  const auto id = working();
  store.outage = true;
  hear(id, State::replaced, Reason::replaced);
  EXPECT_EQ(status(id), "failed");
  EXPECT_EQ(store.sessions[id].state.state, State::working);
  store.outage = false;

  run(states.save_again());

  EXPECT_EQ(store.sessions[id].state.state, State::replaced);
  EXPECT_EQ(last_told("session.status").at("state"), "replaced");
  store.told.clear();
  run(states.save_again());
  EXPECT_TRUE(store.told.empty());
}

TEST_F(SessionStatesTest, ARestrictionIsNotedAndTold) {
  const auto id = working();

  run(listener.restricted(name(id), clock.now() + seconds(60)));

  EXPECT_EQ(table.find(id)->restricted_until, clock.now() + seconds(60));
  EXPECT_EQ(last_told("session.restricted").at("until"), to_unix_millis(clock.now() + seconds(60)));
}

TEST_F(SessionStatesTest, WhatIsToldOfAStrangerChangesNothing) {
  hear(ChannelId::make(clock.now()), State::working);
  run(listener.state_changed({"nonsense"}, state(State::working)));

  EXPECT_TRUE(store.told.empty());
}

}  // namespace
}  // namespace wherry
