#include "tests/support/session_world.h"

namespace wherry {
namespace {

using linked::State;

class SessionPairing : public test::SessionWorld {
 protected:
  linked::QrCode qr_code(const std::string& text) { return {text, clock.now() + seconds(20), 5}; }
};

TEST_F(SessionPairing, TheFirstQuestionForAQrCodeBeginsAndTheNextGivesIt) {
  const auto id = create();
  EXPECT_EQ(run(sessions.request_qr(tenant, id)).error().code, ErrorCode::not_found);
  EXPECT_EQ(transport.calls, (std::vector<std::string>{"start " + id.text(), "pair " + id.text()}));
  EXPECT_TRUE(std::holds_alternative<linked::PairByQr>(transport.pairings.at(0)));
  EXPECT_TRUE(store.sessions[id].wanted);
  hear(id, State::qr);
  run(listener.qr(name(id), qr_code("2@one")));

  const auto code = run(sessions.request_qr(tenant, id));

  ASSERT_TRUE(code);
  EXPECT_EQ(code->code, "2@one");
  EXPECT_EQ(code->expires_at, clock.now() + seconds(20));
  EXPECT_EQ(transport.calls.size(), 2U);
  EXPECT_EQ(status(id), "scan_qr_code");
}

TEST_F(SessionPairing, AnExpiredCodeIsNotGiven) {
  const auto id = create();
  hear(id, State::qr);
  run(listener.qr(name(id), qr_code("2@one")));
  clock.advance(seconds(20));

  EXPECT_EQ(run(sessions.request_qr(tenant, id)).error().code, ErrorCode::not_found);
}

TEST_F(SessionPairing, ACodeIsForgottenWhenTheStateMovesOn) {
  const auto id = create();
  hear(id, State::qr);
  run(listener.qr(name(id), qr_code("2@one")));

  hear(id, State::pairing);

  EXPECT_FALSE(table.qr(id, clock.now()));
}

TEST_F(SessionPairing, EveryQrCodeIsToldAndAPairingCodeIsNot) {
  const auto id = create();
  run(listener.qr(name(id), qr_code("2@one")));
  run(listener.pairing_code(name(id), {"ABCD1234", clock.now() + seconds(60)}));

  ASSERT_EQ(store.told.size(), 1U);
  EXPECT_EQ(store.told[0].kind, "auth.qr");
  EXPECT_EQ(store.told[0].channel, id);
  EXPECT_EQ(store.told[0].tenant, tenant);
  const auto body = last_told("auth.qr");
  EXPECT_EQ(body.at("code"), "2@one");
  EXPECT_EQ(body.at("expiresAt"), to_unix_millis(clock.now() + seconds(20)));
  EXPECT_EQ(body.at("sessionId"), json::value(id.text()));
}

TEST_F(SessionPairing, ALinkedNumberGetsNoCode) {
  const auto id = working();

  EXPECT_EQ(run(sessions.request_qr(tenant, id)).error().code, ErrorCode::already_exists);
  EXPECT_EQ(run(sessions.request_pairing_code(tenant, id, WaId{"4915112345678"})).error().code, ErrorCode::already_exists);
  EXPECT_TRUE(transport.calls.empty());
}

TEST_F(SessionPairing, APairingCodeIsWaitedForAndGiven) {
  const auto id = create();
  transport.on_pair = [this](linked::SessionId session) -> Task<void> {
    co_await listener.state_changed(session, state(State::code));
    linked::PairingCode code{"ABCD1234", clock.now() + seconds(60)};
    co_await listener.pairing_code(session, std::move(code));
  };

  const auto code = run(sessions.request_pairing_code(tenant, id, WaId{"4915112345678"}));

  ASSERT_TRUE(code);
  EXPECT_EQ(code->code, "ABCD1234");
  EXPECT_EQ(std::get<linked::PairByCode>(transport.pairings.at(0)).phone.digits, "4915112345678");
  EXPECT_EQ(run(sessions.request_qr(tenant, id)).error().code, ErrorCode::conflict) << "it is being linked the other way";
}

TEST_F(SessionPairing, APairingCodeTakesThePlaceOfLinkingThatGoesOn) {
  const auto id = create();
  ASSERT_TRUE(run(sessions.start(tenant, id)));
  hear(id, State::qr);
  run(listener.qr(name(id), qr_code("2@one")));
  transport.pair_errors.push_back({ErrorCode::conflict, "pairing goes on"});
  transport.calls.clear();
  transport.on_pair = [this](linked::SessionId session) -> Task<void> {
    linked::PairingCode code{"ABCD1234", clock.now() + seconds(60)};
    co_await listener.pairing_code(session, std::move(code));
  };

  const auto code = run(sessions.request_pairing_code(tenant, id, WaId{"4915112345678"}));

  ASSERT_TRUE(code) << code.error().message;
  EXPECT_EQ(code->code, "ABCD1234");
  EXPECT_EQ(transport.calls,
            (std::vector<std::string>{"pair " + id.text(), "stop " + id.text(), "start " + id.text(), "pair " + id.text()}));
  EXPECT_TRUE(std::holds_alternative<linked::PairByCode>(transport.pairings.back()));
  EXPECT_TRUE(store.sessions[id].wanted);
}

TEST_F(SessionPairing, APairingCodeThatDoesNotComeIsNotWaitedForForEver) {
  const auto id = create();
  std::optional<Result<linked::PairingCode>> answer;
  auto ask = [](Sessions& sessions, TenantId tenant, ChannelId id, std::optional<Result<linked::PairingCode>>& into) -> Task<void> {
    WaId phone{"4915112345678"};
    into = co_await sessions.request_pairing_code(tenant, id, std::move(phone));
  };
  TaskGroup group;
  group.spawn(io.get_executor(), ask(sessions, tenant, id, answer), "ask");
  for (int i = 0; i < 300 && !answer; ++i) {
    io.restart();
    io.poll();
    clock.advance(milliseconds(100));
  }

  ASSERT_TRUE(answer);
  EXPECT_EQ(answer->error().code, ErrorCode::timeout);
}

TEST_F(SessionPairing, TheNumberIsKnownOnceItIsLinked) {
  const auto id = working();

  const auto session = sessions.me(tenant, id);

  ASSERT_TRUE(session);
  EXPECT_EQ(session->link.linked_to->jid.text(), "4915112345678@s.whatsapp.net");
  EXPECT_EQ(session->channel->display_number, "4915112345678");
  EXPECT_TRUE(store.sessions[id].linked_to);
  EXPECT_EQ(status(id), "working");
}

}  // namespace
}  // namespace wherry
