#include "api/pipes/guard.h"

#include "api/pipes/errors.h"
#include "base/log.h"
#include "net/watched_body.h"

namespace wherry::api::pipes {

namespace {

std::optional<std::string> bearer_key(const http::Request& request) {
  if (request.headers.count("Authorization") != 1) return std::nullopt;
  constexpr std::string_view scheme = "bearer ";
  auto value = *request.headers.find("Authorization");
  if (value.size() <= scheme.size() || !http::equal_ignoring_case(value.substr(0, scheme.size()), scheme)) return std::nullopt;
  const auto key = value.find_first_not_of(' ', scheme.size());
  if (key == std::string_view::npos) return std::nullopt;
  return std::string(value.substr(key));
}

std::int64_t whole_seconds_up(milliseconds duration) { return std::chrono::ceil<seconds>(duration).count(); }

void add_rate_headers(http::Response& response, const Admission& admission, Timestamp now) {
  if (!admission.rate) return;
  const auto& rate = *admission.rate;
  response.headers.set("X-RateLimit-Limit", std::to_string(rate.limit));
  response.headers.set("X-RateLimit-Remaining", std::to_string(rate.remaining));
  response.headers.set("X-RateLimit-Reset", std::to_string(whole_seconds_up(rate.reset.time_since_epoch())));
  if (!admission.allowed) {
    response.headers.set("Retry-After", std::to_string(std::max<std::int64_t>(1, whole_seconds_up(rate.reset - now))));
  }
}

http::Response render(const http::Request& request, Result<http::Response> result) {
  if (result) return std::move(*result);
  const auto& error = result.error();
  auto response = error_response(error);
  if (error.retry_after)
    response.headers.set("Retry-After", std::to_string(std::max<std::int64_t>(1, whole_seconds_up(*error.retry_after))));
  if (response.status >= 500) {
    log::warn("pipes.request.failed",
              {{"request_id", request.id}, {"path", request.path}, {"code", to_string(error.code)}, {"detail", error.detail}});
  }
  return response;
}

Task<Result<http::Response>> run(const PipesServices& services, http::Request& request, const Admission& admission,
                                 std::optional<Scope> scope, Operation operation) {
  if (!admission.allowed) co_return Error{ErrorCode::rate_limited, "Rate limit exceeded"};
  if (scope) {
    CO_TRY_VOID(require(admission.principal, *scope));
  }
  co_return co_await operation(services, request, admission.principal);
}

// The style a key claims by how it begins, if the operation takes it.
std::string style_of(std::string_view key, Keys keys) {
  const bool app = key.starts_with(find_key_style("pipes_app")->start);
  return keys == Keys::app || (keys == Keys::both && app) ? "pipes_app" : "pipes";
}

Task<Result<Admission>> admit(const PipesServices& services, const http::Request& request, Keys keys) {
  auto key = bearer_key(request);
  if (!key) co_return Error{ErrorCode::unauthenticated, "Invalid or missing API key"};
  auto style = style_of(*key, keys);
  co_return co_await services.access.admit(std::move(*key), std::move(style));
}

Task<http::Response> answer(const PipesServices& services, http::Request& request, Keys keys, std::optional<Scope> scope,
                            Operation operation) {
  auto& inner = *request.body;
  http::WatchedBody body(inner);
  request.body = &body;
  auto admission = co_await admit(services, request, keys);
  http::Response response;
  if (admission) {
    auto result = co_await run(services, request, *admission, scope, operation);
    response = render(request, std::move(result));
    add_rate_headers(response, *admission, services.clock.now());
    // Who asked first and was not told to go on, sends nothing.
    const bool still_asking = !body.touched() && request.headers.find("Expect");
    if (admission->allowed && !still_asking) co_await body.skip();
  } else {
    response = render(request, std::move(admission).error());
  }
  request.body = &inner;
  response.close = response.close || body.leaves_much();
  co_return response;
}

}  // namespace

Task<http::Response> guarded(const PipesServices& services, http::Request& request, Keys keys, Scope scope, Operation operation) {
  co_return co_await answer(services, request, keys, scope, operation);
}

Task<http::Response> guarded_path(const PipesServices& services, http::Request& request) {
  // Whether a path exists is no secret: without a key the answer is the same, it only counts for nobody.
  auto response = co_await answer(services, request, Keys::both, std::nullopt, unknown_path);
  if (response.status != 401) co_return response;
  const Principal nobody;
  auto result = co_await unknown_path(services, request, nobody);
  auto anonymous = render(request, std::move(result));
  anonymous.close = response.close;
  co_return anonymous;
}

Task<Result<http::Response>> unknown_path(const PipesServices&, http::Request& request, Principal) {
  if (request.allowed_methods.empty()) co_return Error{ErrorCode::not_found, "Not found"};
  co_return http::json_response(405, R"({"error":"Method not allowed","code":"METHOD_NOT_ALLOWED"})");
}

}  // namespace wherry::api::pipes
