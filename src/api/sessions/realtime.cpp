#include "api/sessions/realtime.h"

#include <boost/asio/this_coro.hpp>

#include "api/sessions/envelope.h"
#include "api/sessions/errors.h"
#include "api/sessions/fields.h"
#include "base/task_group.h"
#include "net/websocket.h"

namespace wherry::api::sessions {

namespace {

constexpr std::uint32_t page_size = 50;
constexpr std::size_t most_sessions = 1000, most_events = 32;
constexpr milliseconds look_again = seconds(15);

struct Following {
  std::shared_ptr<const SessionsServices> services;  // shared with the routes, which may go first
  Listening what;
  std::uint64_t cursor = 0;
  std::shared_ptr<http::WebSocket> socket;           // shared with the connection
};

bool is_for(const Following& following, const JournalItem& item) {
  const auto& event = item.event;
  const auto& what = following.what;
  if (!event.channel || is_idle_status(event)) return false;
  if (event.kind == "auth.qr" && !what.manages) return false;  // who sees it can link a phone
  if (!what.sessions.empty() && !what.sessions.contains(*event.channel)) return false;
  if (!what.events.empty() && !what.events.contains(event_name(event.kind))) return false;
  // Numbers of the Cloud API are no sessions.
  return following.services->sessions.find(what.tenant, *event.channel).has_value();
}

// False when the connection has come to its end.
Task<bool> tell(Following& following, const std::vector<JournalItem>& items) {
  for (const auto& item : items) {
    following.cursor = item.event.sequence;
    if (!is_for(following, item)) continue;
    const auto told = envelope(item);
    if (!told) continue;
    auto text = json::serialize(*told);
    auto written = co_await following.socket->write(std::move(text));
    if (!written) co_return false;
  }
  co_return true;
}

Task<void> follow(Following following) {
  const auto& services = *following.services;
  const auto tenant = following.what.tenant;
  while (following.socket->is_open()) {
    const auto seen = services.feed.generation(tenant);
    auto items = co_await services.journal.read(tenant, following.cursor, page_size);
    if (services.feed.closed()) co_return following.socket->close(http::CloseCode::going_away);
    if (!items) co_return following.socket->close(http::CloseCode::internal_error);
    const bool more = !items->empty();
    const bool open = co_await tell(following, *items);
    if (!open) co_return;
    if (!more) co_await services.feed.wait(tenant, seen, look_again);
  }
}

// What the client says is read only so that its pings and its goodbye are heard.
Task<void> serve(Following following) {
  auto executor = co_await boost::asio::this_coro::executor;
  const auto socket = following.socket;
  const auto services = following.services;
  auto end = [socket] { socket->close(http::CloseCode::policy_violation, "the API key is no longer valid"); };
  const OpenStreams::Entry entry(services->streams, following.what.key, std::move(end));
  TaskGroup telling;
  telling.spawn(executor, follow(std::move(following)), "session_events");
  while (true) {
    auto piece = co_await socket->read();
    if (!piece) break;
  }
  co_await telling.stop();
}

http::WebSocketOptions stream_options() {
  http::WebSocketOptions options;
  options.message_limit = 4096;
  return options;
}

// The key may have been revoked since the ticket was made.
Task<Result<void>> check_key(const SessionsServices& services, KeyId id) {
  const Error refused{ErrorCode::unauthenticated, "the API key of this ticket is no longer valid"};
  auto key = co_await services.access.find_key(id);
  if (!key && key.error().code != ErrorCode::not_found) co_return key.error();
  const bool good = key && key->active_at(services.clock.now()) && key->scopes.allow(Scope::read);
  if (!good) co_return refused;
  co_return Result<void>();
}

Task<Result<std::uint64_t>> first_place(const SessionsServices& services, const http::Request& request, TenantId tenant) {
  const auto since = http::query_value(request.query, "since");
  if (!since || since->empty()) co_return co_await services.journal.last(tenant);
  const auto sequence = sequence_of(*since);
  if (!sequence) co_return Error{ErrorCode::invalid_argument, "since is no event id"};
  co_return *sequence;
}

// The refusal of an upgrade, in the door's envelope.
http::Response in_our_words(http::Response refused) {
  const auto* body = std::get_if<std::string>(&refused.body);
  const auto said = body == nullptr ? std::nullopt : std::optional(json::parse(*body));
  const auto* object = said && *said ? (*said)->if_object() : nullptr;
  const auto text = object == nullptr ? std::nullopt : json::find_string(*object, "error");
  const json::object error{{"code", "validation_error"}, {"message", text.value_or("this address speaks WebSocket only")}};
  refused.body = json::serialize(json::object{{"error", error}});
  return refused;
}

}  // namespace

Task<Result<http::Response>> issue_ticket(const SessionsServices& services, http::Request& request, Principal caller) {
  CO_TRY(const auto body, co_await read_object(request));
  Fields fields(body);
  Listening what{caller.tenant, caller.key, {}, {}, caller.scopes.allow(Scope::manage)};
  for (const auto& text : fields.texts("sessions", most_sessions).value_or(std::vector<std::string>())) {
    const auto id = ChannelId::parse(text);
    if (id && services.sessions.find(caller.tenant, *id)) what.sessions.insert(*id);
    else fields.refuse("sessions names a session that is none of yours");
  }
  for (auto& event : fields.texts("events", most_events).value_or(std::vector<std::string>())) what.events.insert(std::move(event));
  if (what.events.contains("*")) what.events.clear();
  CO_TRY_VOID(fields.result());
  const auto ticket = services.tickets->issue(std::move(what), services.clock.now());
  co_return object_response(200, {{"ticket", ticket.text}, {"expiresAt", to_unix_millis(ticket.expires_at)}});
}

Task<http::Response> open_stream(std::shared_ptr<const SessionsServices> services, http::Request& request) {
  auto refused = http::refuse_upgrade(request);
  if (refused) co_return in_our_words(std::move(*refused));
  const auto ticket = http::query_value(request.query, "ticket").value_or("");
  auto what = services->tickets->take(ticket, services->clock.now());
  if (!what) co_return error_response(Error{ErrorCode::unauthenticated, "a ticket is needed that was not used yet"});
  auto good = co_await check_key(*services, what->key);
  if (!good) co_return error_response(good.error());
  auto cursor = co_await first_place(*services, request, what->tenant);
  if (!cursor) co_return error_response(cursor.error());
  http::Upgrade upgrade;
  upgrade.options = stream_options();
  upgrade.session = [services = std::move(services), what = std::move(*what), cursor = *cursor](std::shared_ptr<http::WebSocket> socket) {
    return serve({services, what, cursor, std::move(socket)});
  };
  co_return http::upgrade_response(std::move(upgrade));
}

}  // namespace wherry::api::sessions
