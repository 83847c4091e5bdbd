#include "api/sessions/errors.h"
#include "api/sessions/fields.h"
#include "api/sessions/guard.h"
#include "api/sessions/wire.h"

namespace wherry::api::sessions {

namespace {

constexpr std::int64_t most_per_window = 100'000;

http::Response answer(const SessionsServices& services, const Session& session, int status = 200) {
  return object_response(status, session_object(services, session));
}

std::optional<std::optional<std::uint32_t>> read_rate(Fields& fields, std::string_view name) {
  const auto* member = fields.raw().if_contains(name);
  if (member == nullptr) return std::nullopt;
  if (member->is_null()) return std::optional<std::uint32_t>();
  const auto rate = fields.whole(name, 1, most_per_window);
  return rate ? std::optional(std::optional(static_cast<std::uint32_t>(*rate))) : std::nullopt;
}

}  // namespace

Task<Result<http::Response>> list_sessions(const SessionsServices& services, http::Request&, Principal caller) {
  json::array data;
  for (const auto& session : services.sessions.list(caller.tenant)) data.emplace_back(session_object(services, session));
  co_return page_response(std::move(data));
}

Task<Result<http::Response>> create_session(const SessionsServices& services, http::Request& request, Principal caller) {
  CO_TRY(const auto body, co_await read_object(request));
  Fields fields(body);
  NewSession wanted;
  wanted.tenant = caller.tenant;
  wanted.label = fields.text("label");
  const bool start = fields.flag("start").value_or(false);
  wanted.settings.auto_read = fields.flag("autoRead").value_or(wanted.settings.auto_read);
  wanted.settings.presence_typing = fields.flag("presenceTyping").value_or(wanted.settings.presence_typing);
  CO_TRY_VOID(fields.result());
  CO_TRY(auto session, co_await services.sessions.create(std::move(wanted)));
  if (!start) co_return answer(services, session, 201);
  const auto id = session.channel->id;
  auto started = co_await services.sessions.start(caller.tenant, id);
  if (!started) {
    (void)co_await services.sessions.remove(caller.tenant, id);
    co_return started.error();
  }
  co_return answer(services, *started, 201);
}

Task<Result<http::Response>> get_session(const SessionsServices& services, http::Request& request, Principal caller) {
  CO_TRY(const auto session, session_of(services, request, caller));
  co_return answer(services, session);
}

Task<Result<http::Response>> change_session(const SessionsServices& services, http::Request& request, Principal caller) {
  CO_TRY(const auto session, session_of(services, request, caller));
  CO_TRY(const auto body, co_await read_object(request));
  Fields fields(body);
  SessionChange change;
  if (fields.has("label")) change.label = fields.text("label");
  change.auto_read = fields.flag("autoRead");
  change.presence_typing = fields.flag("presenceTyping");
  change.rate_per_min = read_rate(fields, "ratePerMin");
  change.rate_per_hour = read_rate(fields, "ratePerHour");
  CO_TRY_VOID(fields.result());
  CO_TRY(const auto changed, co_await services.sessions.change(caller.tenant, session.channel->id, std::move(change)));
  co_return answer(services, changed);
}

Task<Result<http::Response>> delete_session(const SessionsServices& services, http::Request& request, Principal caller) {
  CO_TRY(const auto session, session_of(services, request, caller));
  CO_TRY_VOID(co_await services.sessions.remove(caller.tenant, session.channel->id));
  co_return no_content();
}

Task<Result<http::Response>> act_on_session(const SessionsServices& services, http::Request& request, Principal caller) {
  const std::string target(request.param("session"));
  const auto colon = target.rfind(':');
  if (colon == std::string::npos) {
    co_return http::json_response(405, R"({"error":{"code":"method_not_allowed","message":"not with this method"}})");
  }
  const auto id = ChannelId::parse(std::string_view(target).substr(0, colon));
  if (!id) co_return Error{ErrorCode::not_found, "no such session"};
  CO_TRY(auto session, services.sessions.find(caller.tenant, *id));
  const auto action = target.substr(colon + 1);
  if (action == "start") {
    CO_TRY(session, co_await services.sessions.start(caller.tenant, *id));
  } else if (action == "stop") {
    CO_TRY(session, co_await services.sessions.stop(caller.tenant, *id));
  } else if (action == "restart") {
    CO_TRY(session, co_await services.sessions.restart(caller.tenant, *id));
  } else if (action == "logout") {
    CO_TRY(session, co_await services.sessions.logout(caller.tenant, *id));
  } else {
    co_return Error{ErrorCode::not_found, "no such action"};
  }
  co_return answer(services, session);
}

}  // namespace wherry::api::sessions
