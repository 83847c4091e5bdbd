#include "services/sessions/sessions.h"

#include "tests/support/session_world.h"

namespace wherry {
namespace {

using linked::Reason;
using linked::State;

class SessionsTest : public test::SessionWorld {};

TEST_F(SessionsTest, ANewSessionIsAStoppedChannelOfItsOwnKind) {
  const auto id = create();

  const auto session = sessions.find(tenant, id);

  ASSERT_TRUE(session);
  EXPECT_EQ(session->status(), SessionStatus::stopped);
  EXPECT_FALSE(session->is_linked());
  EXPECT_EQ(session->channel->kind, ChannelKind::linked);
  EXPECT_EQ(session->channel->name, "Support");
  EXPECT_EQ(channels.find_by_phone_number_id("linked:" + id.text()), session->channel);
  EXPECT_TRUE(transport.calls.empty());
  EXPECT_EQ(sessions.list(tenant).size(), 1U);
}

TEST_F(SessionsTest, AnothersSessionIsNotThere) {
  const auto id = working();

  EXPECT_EQ(sessions.find(stranger, id).error().code, ErrorCode::not_found);
  EXPECT_TRUE(sessions.list(stranger).empty());
  EXPECT_EQ(run(sessions.start(stranger, id)).error().code, ErrorCode::not_found);
  EXPECT_EQ(run(sessions.stop(stranger, id)).error().code, ErrorCode::not_found);
  EXPECT_EQ(run(sessions.restart(stranger, id)).error().code, ErrorCode::not_found);
  EXPECT_EQ(run(sessions.logout(stranger, id)).error().code, ErrorCode::not_found);
  EXPECT_EQ(run(sessions.remove(stranger, id)).error().code, ErrorCode::not_found);
  EXPECT_EQ(run(sessions.change(stranger, id, {})).error().code, ErrorCode::not_found);
  EXPECT_EQ(run(sessions.request_qr(stranger, id)).error().code, ErrorCode::not_found);
  EXPECT_EQ(run(sessions.request_pairing_code(stranger, id, WaId{"4915112345678"})).error().code, ErrorCode::not_found);
  EXPECT_EQ(sessions.me(stranger, id).error().code, ErrorCode::not_found);
  EXPECT_TRUE(transport.calls.empty());
}

TEST_F(SessionsTest, ChangesAreKeptAndNonsenseIsRefused) {
  const auto id = create();
  SessionChange change;
  change.label = "Sales";
  change.auto_read = true;
  change.rate_per_min = 5;

  ASSERT_TRUE(run(sessions.change(tenant, id, change)));
  SessionChange nonsense;
  nonsense.rate_per_hour = 0;

  EXPECT_EQ(run(sessions.change(tenant, id, nonsense)).error().code, ErrorCode::invalid_argument);
  const auto now = *sessions.find(tenant, id);
  EXPECT_EQ(now.channel->name, "Sales");
  EXPECT_EQ(now.channel->rate_per_min, 5U);
  EXPECT_FALSE(now.channel->rate_per_hour);
  EXPECT_TRUE(store.sessions[id].settings.auto_read);
  EXPECT_TRUE(now.link.settings.presence_typing);
}

TEST_F(SessionsTest, StartingAnUnlinkedOneBeginsToShowCodes) {
  const auto id = create();

  ASSERT_TRUE(run(sessions.start(tenant, id)));

  EXPECT_EQ(transport.calls, (std::vector<std::string>{"start " + id.text(), "pair " + id.text()}));
  EXPECT_EQ(status(id), "starting");
  EXPECT_TRUE(store.sessions[id].wanted);
  EXPECT_EQ(last_told("session.status").at("status"), "starting");
}

TEST_F(SessionsTest, StartingALinkedOneGivesItsKeysFormatAndAsksForNoCode) {
  const auto id = working();
  ASSERT_TRUE(run(sessions.stop(tenant, id)));
  transport.calls.clear();

  ASSERT_TRUE(run(sessions.start(tenant, id)));
  ASSERT_TRUE(run(sessions.start(tenant, id)));

  EXPECT_EQ(transport.started.back().key_format, "f1");
  EXPECT_EQ(transport.calls, (std::vector<std::string>{"start " + id.text(), "start " + id.text()}));
}

TEST_F(SessionsTest, WithoutATransportNothingStartsAndTheErrorSaysWhy) {
  const auto id = create();
  transport.start_errors.push_back({ErrorCode::unavailable, "set it up like this"});

  const auto started = run(sessions.start(tenant, id));

  EXPECT_EQ(started.error().code, ErrorCode::unavailable);
  EXPECT_EQ(started.error().message, "set it up like this");
  EXPECT_EQ(status(id), "stopped");
  EXPECT_FALSE(store.sessions[id].wanted);
}

TEST_F(SessionsTest, AnotherProcesssSessionIsNotStarted) {
  const auto id = create();
  store.owners[id] = {"gw-2", clock.now() + seconds(30)};

  EXPECT_EQ(run(sessions.start(tenant, id)).error().code, ErrorCode::conflict);

  EXPECT_TRUE(transport.calls.empty());
}

TEST_F(SessionsTest, AStoppedOneKeepsItsLinkAndIsNotWantedAnyMore) {
  const auto id = working();

  ASSERT_TRUE(run(sessions.stop(tenant, id)));

  EXPECT_EQ(transport.calls, (std::vector<std::string>{"stop " + id.text()}));
  EXPECT_EQ(status(id), "stopped");
  EXPECT_TRUE(sessions.me(tenant, id));
  EXPECT_FALSE(store.sessions[id].wanted);
  EXPECT_TRUE(store.owners.empty()) << "the lease is given back";
  ASSERT_TRUE(run(sessions.stop(tenant, id)));
  EXPECT_EQ(transport.calls.size(), 1U) << "twice does nothing";
}

TEST_F(SessionsTest, OneThatGaveUpIsStoppedAndStartedAnew) {
  const auto id = working();
  hear(id, State::replaced, Reason::replaced);
  EXPECT_EQ(status(id), "failed");

  ASSERT_TRUE(run(sessions.start(tenant, id)));

  EXPECT_EQ(transport.calls, (std::vector<std::string>{"stop " + id.text(), "start " + id.text()}));
  EXPECT_EQ(status(id), "starting");
}

TEST_F(SessionsTest, LoggingOutTakesTheKeysAlsoWhenWhatsAppCannotBeTold) {
  const auto id = working();
  transport.logout_errors.push_back({ErrorCode::timeout, "no answer"});

  const auto session = run(sessions.logout(tenant, id));

  ASSERT_TRUE(session);
  EXPECT_FALSE(session->is_linked());
  EXPECT_TRUE(store.keys.empty());
  EXPECT_EQ(sessions.me(tenant, id).error().code, ErrorCode::not_found);
  ASSERT_TRUE(run(sessions.logout(tenant, id))) << "twice does nothing";
}

TEST_F(SessionsTest, LoggingOutWhileItRunsIsTheTransports) {
  const auto id = working();
  transport.on_logout = [this](linked::SessionId session) -> Task<void> {
    auto wiped = co_await listener.wipe_keys(session, Reason::requested);
    EXPECT_TRUE(wiped);
    co_await listener.state_changed(session, state(State::logged_out, Reason::requested));
  };

  ASSERT_TRUE(run(sessions.logout(tenant, id)));

  EXPECT_EQ(transport.calls, (std::vector<std::string>{"logout " + id.text()}));
  EXPECT_EQ(status(id), "scan_qr_code");
  EXPECT_TRUE(store.keys.empty());
}

TEST_F(SessionsTest, RemovingOneLeavesNothingOfIt) {
  const auto id = working();

  ASSERT_TRUE(run(sessions.remove(tenant, id)));

  EXPECT_EQ(transport.calls.front(), "logout " + id.text());
  EXPECT_EQ(sessions.find(tenant, id).error().code, ErrorCode::not_found);
  EXPECT_EQ(channels.find(id), nullptr);
  EXPECT_TRUE(store.sessions.empty());
  EXPECT_TRUE(store.keys.empty());
  EXPECT_EQ(run(listener.get_keys(name(id), "creds", {"me"})).error().code, ErrorCode::not_found);
}

TEST_F(SessionsTest, ALinkedNumberIsNotRemovedAsIfItWereAChannelOfTheCloudApi) {
  const auto id = create();

  EXPECT_EQ(run(channels.remove(id)).error().code, ErrorCode::conflict);
  ChannelChange change;
  change.access_token = Secret("token");
  EXPECT_EQ(run(channels.change(id, change)).error().code, ErrorCode::invalid_argument);
}

TEST_F(SessionsTest, ThereAreNoMoreThanThereMayBe) {
  SessionsOptions options;
  options.most = 1;
  Sessions few({store, channels, transport, table, states, clock, options});
  ASSERT_TRUE(run(few.create({tenant, "", {}, {}, {}})));

  EXPECT_EQ(run(few.create({tenant, "", {}, {}, {}})).error().code, ErrorCode::conflict);
}

TEST_F(SessionsTest, ASessionThatCouldNotBeStoredLeavesNoChannel) {
  store.outage = true;

  EXPECT_EQ(run(sessions.create({tenant, "", {}, {}, {}})).error().code, ErrorCode::unavailable);

  EXPECT_TRUE(channels.of(tenant).empty());
}

}  // namespace
}  // namespace wherry
