#include "api/sessions/guard.h"

#include "api/sessions/errors.h"
#include "base/log.h"
#include "net/watched_body.h"

namespace wherry::api::sessions {

namespace {

std::string presented_key(const http::Request& request) {
  constexpr std::string_view scheme = "Bearer ";
  if (request.headers.count("Authorization") > 1 || request.headers.count("X-Api-Key") > 1) return {};
  const auto given = request.headers.find("Authorization");
  if (!given) return std::string(request.headers.find("X-Api-Key").value_or(""));
  if (!http::equal_ignoring_case(given->substr(0, scheme.size()), scheme)) return {};
  return std::string(given->substr(scheme.size()));
}

Task<Result<Admission>> admit(const SessionsServices& services, const http::Request& request) {
  auto key = presented_key(request);
  auto admission = co_await services.access.admit(std::move(key), "sessions");
  if (admission || admission.error().code != ErrorCode::unauthenticated) co_return admission;
  co_return Error{ErrorCode::unauthenticated, {}};
}

Task<Result<http::Response>> run(const SessionsServices& services, http::Request& request, const Admission& admission, Endpoint endpoint) {
  if (!admission.allowed) {
    Error refused{ErrorCode::rate_limited, "too many requests with this API key"};
    if (admission.rate) refused.retry_after = admission.rate->reset - services.clock.now();
    co_return refused;
  }
  CO_TRY_VOID(require(admission.principal, endpoint.scope));
  co_return co_await endpoint.operation(services, request, admission.principal);
}

http::Response render(const http::Request& request, Result<http::Response> result, int invalid_status) {
  if (result) return std::move(*result);
  const auto& error = result.error();
  auto response = error_response(error, {}, invalid_status);
  if (response.status >= 500) {
    log::warn("sessions.request.failed",
              {{"request_id", request.id}, {"path", request.path}, {"code", to_string(error.code)}, {"detail", error.detail}});
  }
  return response;
}

Task<Result<http::Response>> nowhere(const SessionsServices&, http::Request& request, Principal) {
  if (request.allowed_methods.empty()) co_return Error{ErrorCode::not_found, "no such path"};
  co_return http::json_response(405, R"({"error":{"code":"method_not_allowed","message":"not with this method"}})");
}

}  // namespace

Task<http::Response> guarded(const SessionsServices& services, http::Request& request, Endpoint endpoint) {
  auto& inner = *request.body;
  http::WatchedBody body(inner);
  request.body = &body;
  auto admission = co_await admit(services, request);
  http::Response response;
  if (admission) {
    auto result = co_await run(services, request, *admission, endpoint);
    response = render(request, std::move(result), endpoint.invalid_status);
    // Who asked first and was not told to go on, sends nothing.
    const bool still_asking = !body.touched() && request.headers.find("Expect");
    if (admission->allowed && !still_asking) co_await body.skip();
  } else {
    response = render(request, std::move(admission).error(), endpoint.invalid_status);
  }
  request.body = &inner;
  response.close = response.close || body.leaves_much();
  co_return response;
}

Task<http::Response> other_path(const SessionsServices& services, http::Request& request) {
  const Endpoint anybody{nowhere, Scope::read};
  auto response = co_await guarded(services, request, anybody);
  if (response.status == 403) response = error_response(Error{ErrorCode::not_found, "no such path"});
  co_return response;
}

Result<Session> session_of(const SessionsServices& services, const http::Request& request, const Principal& caller) {
  const auto id = ChannelId::parse(request.param("session"));
  if (!id) return Error{ErrorCode::not_found, "no such session"};
  return services.sessions.find(caller.tenant, *id);
}

}  // namespace wherry::api::sessions
