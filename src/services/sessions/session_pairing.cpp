#include "services/sessions/sessions.h"

namespace wherry {

namespace {

constexpr milliseconds look_again = milliseconds(100);

Error linked_already() { return {ErrorCode::already_exists, "the session is linked to a number already"}; }

}  // namespace

// A session that does not run is started first, and is wanted from then on.
Task<Result<void>> Sessions::begin_pairing(Session session, linked::PairBy method) {
  const auto id = session.channel->id;
  if (session.is_linked()) co_return linked_already();
  if (!parts_.table.runs(id)) {
    CO_TRY_VOID(co_await run(session));
    CO_TRY_VOID(co_await parts_.store.set_wanted(id, true, parts_.clock.now()));
    parts_.table.update(id, [](LinkedSession& known) { known.wanted = true; });
  }
  linked::SessionId name{id.text()};
  co_return co_await parts_.transport.pair(std::move(name), std::move(method));
}

Task<Result<linked::QrCode>> Sessions::request_qr(TenantId tenant, ChannelId id) {
  CO_TRY(auto session, find(tenant, id));
  if (session.is_linked()) co_return linked_already();
  if (auto code = parts_.table.qr(id, parts_.clock.now())) co_return std::move(*code);
  const bool by_code = session.link.state.state == linked::State::code;
  if (by_code) co_return Error{ErrorCode::conflict, "the session is being linked with a pairing code"};
  linked::PairBy by_qr = linked::PairByQr{};
  auto begun = co_await begin_pairing(std::move(session), std::move(by_qr));
  const bool goes_on = begun || begun.error().code == ErrorCode::conflict;
  if (!goes_on) co_return begun.error();
  co_return Error{ErrorCode::not_found, "there is no QR code yet: linking has begun, ask again in a moment"};
}

Task<Result<linked::PairingCode>> Sessions::request_pairing_code(TenantId tenant, ChannelId id, WaId phone) {
  CO_TRY(auto session, find(tenant, id));
  parts_.table.forget_codes(id);
  const linked::PairBy by_code = linked::PairByCode{std::move(phone)};
  const bool ran = parts_.table.runs(id);
  auto begun = co_await begin_pairing(session, by_code);
  // Linking by QR has begun as soon as a session is started, or another number was mistyped: the newest wish counts.
  const bool other_way = ran && !begun && begun.error().code == ErrorCode::conflict;
  if (other_way) {
    linked::SessionId name{id.text()};
    CO_TRY_VOID(co_await parts_.transport.stop(std::move(name)));
    parts_.table.set_runs(id, false);
    parts_.table.forget_codes(id);
    begun = co_await begin_pairing(std::move(session), by_code);
  }
  if (!begun) co_return begun.error();
  const auto deadline = parts_.clock.now() + parts_.options.code_wait;
  while (true) {
    const auto now = parts_.clock.now();
    if (auto code = parts_.table.pairing_code(id, now)) co_return std::move(*code);
    if (now >= deadline) co_return Error{ErrorCode::timeout, "no pairing code came in time: try again"};
    co_await parts_.clock.sleep_for(look_again);
  }
}

}  // namespace wherry
