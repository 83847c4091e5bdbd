#include "services/sessions/sessions.h"

#include "base/log.h"

namespace wherry {

namespace {

Error no_such_session() { return {ErrorCode::not_found, "no such session"}; }

}  // namespace

Task<Result<void>> Sessions::load() {
  CO_TRY(auto stored, co_await parts_.store.list_sessions());
  for (auto& session : stored) {
    // Nothing runs yet. What will not be taken up again keeps the state that says why.
    const bool taken_up = session.wanted && resumes(session.state.state);
    if (taken_up) {
      session.state = SessionState();
      session.state.state = linked::State::starting;
    }
    if (!session.wanted) session.state = SessionState{};
    parts_.table.put(std::move(session));
  }
  // A channel whose session was not written is one that was never started.
  for (const auto& channel : parts_.channels.all()) {
    if (channel->kind != ChannelKind::linked || parts_.table.find(channel->id)) continue;
    LinkedSession session;
    session.channel = channel->id;
    session.tenant = channel->tenant;
    session.created_at = session.updated_at = channel->created_at;
    CO_TRY_VOID(co_await parts_.store.add_session(session));
    parts_.table.put(std::move(session));
  }
  co_return Result<void>();
}

std::optional<Session> Sessions::known(ChannelId id) const {
  auto channel = parts_.channels.find(id);
  auto link = parts_.table.find(id);
  if (!channel || !link) return std::nullopt;
  return Session{std::move(channel), std::move(*link)};
}

Result<Session> Sessions::find(TenantId tenant, ChannelId id) const {
  auto session = known(id);
  if (!session || session->channel->tenant != tenant) return no_such_session();
  return std::move(*session);
}

Result<Session> Sessions::me(TenantId tenant, ChannelId id) const {
  TRY(auto session, find(tenant, id));
  if (!session.is_linked()) return Error{ErrorCode::not_found, "the session is not linked to a number"};
  return session;
}

std::vector<Session> Sessions::list_all() const {
  std::vector<Session> sessions;
  for (const auto& link : parts_.table.all()) {
    if (auto session = known(link.channel)) sessions.push_back(std::move(*session));
  }
  return sessions;
}

std::vector<Session> Sessions::list(TenantId tenant) const {
  auto sessions = list_all();
  std::erase_if(sessions, [&](const Session& session) { return session.channel->tenant != tenant; });
  return sessions;
}

Task<Result<Session>> Sessions::create(NewSession wanted) {
  if (parts_.table.size() >= parts_.options.most) co_return Error{ErrorCode::conflict, "there are as many sessions as there may be"};
  CO_TRY(auto channel, co_await parts_.channels.add_linked(wanted.tenant, std::move(wanted.label)));
  LinkedSession session;
  session.channel = channel->id;
  session.tenant = channel->tenant;
  session.settings = wanted.settings;
  session.created_at = session.updated_at = channel->created_at;
  auto stored = co_await parts_.store.add_session(session);
  if (!stored) {
    (void)co_await parts_.channels.remove(channel->id, ChannelKind::linked);
    co_return stored.error();
  }
  parts_.table.put(std::move(session));
  if (!wanted.rate_per_min && !wanted.rate_per_hour) co_return find(wanted.tenant, channel->id);
  SessionChange rates;
  rates.rate_per_min = wanted.rate_per_min;
  rates.rate_per_hour = wanted.rate_per_hour;
  auto changed = co_await change(wanted.tenant, channel->id, std::move(rates));
  if (!changed) (void)co_await remove(wanted.tenant, channel->id);
  co_return changed;
}

Task<Result<Session>> Sessions::change(TenantId tenant, ChannelId id, SessionChange change) {
  CO_TRY(auto session, find(tenant, id));
  ChannelChange channel;
  channel.name = std::move(change.label);
  channel.rate_per_min = change.rate_per_min;
  channel.rate_per_hour = change.rate_per_hour;
  if (channel.name || channel.rate_per_min || channel.rate_per_hour) {
    CO_TRY_VOID(co_await parts_.channels.change(id, std::move(channel)));
  }
  auto settings = session.link.settings;
  if (change.auto_read) settings.auto_read = *change.auto_read;
  if (change.presence_typing) settings.presence_typing = *change.presence_typing;
  if (settings != session.link.settings) {
    const auto now = parts_.clock.now();
    CO_TRY_VOID(co_await parts_.store.set_settings(id, settings, now));
    parts_.table.update(id, [&](LinkedSession& known) {
      known.settings = settings;
      known.updated_at = now;
    });
  }
  co_return find(tenant, id);
}

Task<Result<void>> Sessions::own(ChannelId id) {
  const auto now = parts_.clock.now();
  co_return co_await parts_.store.acquire(id, parts_.options.owner, now, now + parts_.options.lease);
}

Task<Result<void>> Sessions::run(Session session) {
  CO_TRY_VOID(co_await own(session.channel->id));
  co_return co_await launch(std::move(session));
}

Task<Result<void>> Sessions::launch(Session session) {
  const auto id = session.channel->id;
  const auto seen = parts_.table.states_noted(id);
  linked::StartSession request;
  request.session = linked::SessionId{id.text()};
  request.settings.device_name = parts_.options.device_name;
  request.settings.auto_read = session.link.settings.auto_read;
  request.key_format = session.link.key_format;
  CO_TRY_VOID(co_await parts_.transport.start(std::move(request)));
  parts_.table.set_runs(id, true);
  // Whoever asked sees that it begins, unless the transport has told more already.
  if (parts_.table.states_noted(id) != seen || !linked::is_final(session.link.state.state)) co_return Result<void>();
  linked::StateChange starting;
  starting.state = linked::State::starting;
  starting.reason = linked::Reason::requested;
  co_await parts_.states.record(id, std::move(starting));
  co_return Result<void>();
}

Task<Result<Session>> Sessions::start(TenantId tenant, ChannelId id) {
  CO_TRY(auto session, find(tenant, id));
  // What has come to an end by itself is still known to the transport.
  const bool stuck = parts_.table.runs(id) && linked::is_final(session.link.state.state) && session.status() == SessionStatus::failed;
  if (stuck) {
    CO_TRY_VOID(co_await halt(id, linked::Reason::requested));
  }
  const bool ran = parts_.table.runs(id);
  CO_TRY(session, find(tenant, id));
  CO_TRY_VOID(co_await run(session));
  CO_TRY_VOID(co_await parts_.store.set_wanted(id, true, parts_.clock.now()));
  parts_.table.update(id, [](LinkedSession& known) { known.wanted = true; });
  if (!ran && !session.is_linked()) {
    linked::PairBy by_qr = linked::PairByQr{};
    linked::SessionId name{id.text()};
    auto begun = co_await parts_.transport.pair(std::move(name), std::move(by_qr));
    if (!begun) log::info("session_not_pairing", {{"session", id.text()}, {"error", to_string(begun.error().code)}});
  }
  co_return find(tenant, id);
}

Task<Result<void>> Sessions::halt(ChannelId id, linked::Reason reason) {
  if (parts_.table.runs(id)) {
    linked::SessionId name{id.text()};
    CO_TRY_VOID(co_await parts_.transport.stop(std::move(name)));
    parts_.table.set_runs(id, false);
  }
  linked::StateChange stopped;
  stopped.reason = reason;
  const auto session = parts_.table.find(id);
  if (session && session->state.state != linked::State::stopped) co_await parts_.states.record(id, std::move(stopped));
  co_return co_await parts_.store.release(id, parts_.options.owner);
}

Task<Result<Session>> Sessions::stop(TenantId tenant, ChannelId id) {
  CO_TRY_VOID(find(tenant, id));
  CO_TRY_VOID(co_await parts_.store.set_wanted(id, false, parts_.clock.now()));
  parts_.table.update(id, [](LinkedSession& known) { known.wanted = false; });
  CO_TRY_VOID(co_await halt(id, linked::Reason::requested));
  co_return find(tenant, id);
}

Task<Result<Session>> Sessions::restart(TenantId tenant, ChannelId id) {
  CO_TRY_VOID(find(tenant, id));
  CO_TRY_VOID(co_await halt(id, linked::Reason::requested));
  co_return co_await start(tenant, id);
}

Task<Result<void>> Sessions::unlink(Session session) {
  const auto id = session.channel->id;
  if (parts_.table.runs(id)) {
    linked::SessionId name{id.text()};
    auto told = co_await parts_.transport.logout(std::move(name));
    if (!told) log::warn("session_logout_failed", {{"session", id.text()}, {"error", to_string(told.error().code)}});
    else if (!*told) log::warn("session_logout_not_told", {{"session", id.text()}});
  }
  // Without the transport, or when it did not come to it.
  if (const auto now = parts_.table.find(id); now && now->linked_to) {
    if (parts_.table.runs(id)) {
      CO_TRY_VOID(co_await halt(id, linked::Reason::requested));
    }
    std::string anybody;
    CO_TRY_VOID(co_await parts_.store.wipe_keys(id, std::move(anybody), parts_.clock.now()));
    parts_.states.unlinked(id);
  }
  co_return Result<void>();
}

Task<Result<Session>> Sessions::logout(TenantId tenant, ChannelId id) {
  CO_TRY(auto session, find(tenant, id));
  if (!session.is_linked()) co_return session;
  CO_TRY_VOID(co_await unlink(session));
  linked::StateChange gone;
  gone.state = linked::State::logged_out;
  gone.reason = linked::Reason::requested;
  const auto now = parts_.table.find(id);
  const bool untold = now && now->state.state == session.link.state.state;
  if (untold) co_await parts_.states.record(id, std::move(gone));
  co_return find(tenant, id);
}

Task<Result<void>> Sessions::remove(TenantId tenant, ChannelId id) {
  CO_TRY(auto session, find(tenant, id));
  CO_TRY_VOID(co_await parts_.store.set_wanted(id, false, parts_.clock.now()));
  parts_.table.update(id, [](LinkedSession& known) { known.wanted = false; });
  if (session.is_linked()) {
    CO_TRY_VOID(co_await unlink(std::move(session)));
  }
  CO_TRY_VOID(co_await halt(id, linked::Reason::requested));
  CO_TRY_VOID(co_await parts_.store.remove_session(id));
  CO_TRY_VOID(co_await parts_.channels.remove(id, ChannelKind::linked));
  parts_.table.erase(id);
  co_return Result<void>();
}

}  // namespace wherry
