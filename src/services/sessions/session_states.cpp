#include "services/sessions/session_states.h"

#include <algorithm>

#include "base/json.h"
#include "base/log.h"
#include "services/sessions/session_status.h"

namespace wherry {

namespace {

json::value time_value(const std::optional<Timestamp>& at) { return at ? json::value(to_unix_millis(*at)) : json::value(nullptr); }

JournalEvent event_of(const LinkedSession& session, std::string kind, json::object body, Timestamp now) {
  JournalEvent event;
  event.tenant = session.tenant;
  event.kind = std::move(kind);
  event.channel = session.channel;
  event.at = event.recorded_at = now;
  body["sessionId"] = session.channel.text();
  event.body = json::serialize(body);
  return event;
}

json::object status_body(const LinkedSession& session, const SessionState& before) {
  const auto& state = session.state;
  json::object body;
  body["status"] = to_string(status_of(state.state));
  body["previous"] = to_string(status_of(before.state));
  body["state"] = to_string(state.state);
  body["reason"] = to_string(state.reason);
  body["detail"] = state.detail;
  if (state.code != 0) body["code"] = state.code;
  if (state.until) body["until"] = time_value(state.until);
  if (state.next_retry) body["nextRetry"] = time_value(state.next_retry);
  if (const auto& number = session.linked_to) {
    body["waJid"] = number->jid.text();
    if (number->lid) body["waLid"] = number->lid->text();
    if (const auto digits = number->jid.number()) body["phoneNumber"] = digits->digits;
  }
  return body;
}

}  // namespace

Task<void> SessionStates::record(ChannelId channel, linked::StateChange change) {
  const auto state = to_session_state(std::move(change));
  const auto now = parts_.clock.now();
  const auto known = parts_.table.find(channel);
  if (!known) co_return;
  if (state.state != linked::State::qr && state.state != linked::State::code) parts_.table.forget_codes(channel);
  parts_.table.set_state(channel, state, now);
  if (known->state == state) co_return;
  log::info("session_state",
            {{"session", channel.text()}, {"state", to_string(state.state)}, {"reason", to_string(state.reason)}, {"code", state.code}});
  auto session = *known;
  session.state = state;
  co_await save(std::move(session), known->state);
}

Task<void> SessionStates::save(LinkedSession session, SessionState before) {
  const auto channel = session.channel;
  const auto untold = parts_.table.unsaved();
  const bool moved =
      status_of(session.state.state) != status_of(before.state) || std::find(untold.begin(), untold.end(), channel) != untold.end();
  auto told = event_of(session, moved ? "session.status" : "session.state", status_body(session, before), parts_.clock.now());
  auto stored = co_await parts_.store.set_state(channel, session.state, std::move(told));
  const bool gone = !stored && stored.error().code == ErrorCode::not_found;
  parts_.table.set_unsaved(channel, !stored && !gone);
  if (!stored && !gone) log::warn("session_state_not_stored", {{"session", channel.text()}, {"error", to_string(stored.error().code)}});
}

Task<void> SessionStates::save_again() {
  for (const auto channel : parts_.table.unsaved()) {
    auto session = parts_.table.find(channel);
    if (!session) continue;
    auto before = session->state;
    co_await save(std::move(*session), std::move(before));
  }
}

Task<Result<void>> SessionStates::linked_to(ChannelId channel, linked::Pairing number) {
  const auto digits = number.jid.number();
  CO_TRY_VOID(co_await parts_.store.set_linked_to(channel, number, parts_.clock.now()));
  parts_.table.update(channel, [&](LinkedSession& session) { session.linked_to = std::move(number); });
  if (!digits) co_return Result<void>();
  ChannelChange change;
  change.display_number = digits->digits;
  CO_TRY_VOID(co_await parts_.channels.change(channel, std::move(change)));
  co_return Result<void>();
}

void SessionStates::unlinked(ChannelId channel) {
  parts_.table.update(channel, [](LinkedSession& session) {
    session.linked_to.reset();
    session.key_format.clear();
  });
  parts_.table.forget_codes(channel);
}

Task<void> SessionStates::show_qr(ChannelId channel, linked::QrCode code) {
  const auto session = parts_.table.find(channel);
  if (!session) co_return;
  json::object body{{"code", code.code}, {"expiresAt", to_unix_millis(code.expires_at)}};
  parts_.table.set_qr(channel, std::move(code));
  auto told = event_of(*session, "auth.qr", std::move(body), parts_.clock.now());
  auto stored = co_await parts_.store.tell(std::move(told));
  if (!stored) log::warn("qr_not_told", {{"session", channel.text()}, {"error", to_string(stored.error().code)}});
}

void SessionStates::show_pairing_code(ChannelId channel, linked::PairingCode code) {
  parts_.table.set_pairing_code(channel, std::move(code));
}

Task<void> SessionStates::restricted(ChannelId channel, std::optional<Timestamp> until) {
  const auto session = parts_.table.find(channel);
  if (!session) co_return;
  parts_.table.update(channel, [&](LinkedSession& known) { known.restricted_until = until; });
  log::warn("session_restricted", {{"session", channel.text()}});
  json::object body{{"until", time_value(until)}};
  auto told = event_of(*session, "session.restricted", std::move(body), parts_.clock.now());
  auto stored = co_await parts_.store.set_restricted(channel, until, std::move(told));
  if (!stored) log::warn("session_restriction_not_stored", {{"session", channel.text()}, {"error", to_string(stored.error().code)}});
}

}  // namespace wherry
