#include "api/magpipe/guard.h"

#include "base/log.h"
#include "net/watched_body.h"

namespace wherry::api::magpipe {

namespace {

void add_cors_headers(http::Response& response) {
  response.headers.set("Access-Control-Allow-Origin", "*");
  response.headers.set("Access-Control-Allow-Headers", "authorization, x-client-info, apikey, content-type");
  response.headers.set("Access-Control-Allow-Methods", "GET, POST, PUT, PATCH, DELETE, OPTIONS");
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

// "Bearer " goes if it is there; a bare key is taken too.
Task<Result<Admission>> admit(const MagpipeServices& services, const http::Request& request) {
  constexpr std::string_view scheme = "Bearer ";
  auto value = request.headers.find("Authorization").value_or("");
  if (request.headers.count("Authorization") > 1) value = {};
  if (value.starts_with(scheme)) value.remove_prefix(scheme.size());
  std::string key(value);
  co_return co_await services.access.admit(std::move(key), "magpipe");
}

Task<Result<http::Response>> run(const MagpipeServices& services, http::Request& request, const Admission& admission, Endpoint endpoint) {
  // Flat at every endpoint.
  if (!admission.allowed) co_return error_response(Error{ErrorCode::rate_limited, {}}, Shape::flat);
  CO_TRY_VOID(require(admission.principal, endpoint.scope));
  co_return co_await endpoint.operation(services, request, admission.principal);
}

http::Response render(const http::Request& request, Result<http::Response> result, Shape shape) {
  if (result) return std::move(*result);
  const auto& error = result.error();
  if (wire_error(error.code).status >= 500) {
    log::warn("magpipe.request.failed",
              {{"request_id", request.id}, {"path", request.path}, {"code", to_string(error.code)}, {"detail", error.detail}});
  }
  return error_response(error, shape);
}

Task<Result<http::Response>> wrong_method(const MagpipeServices&, http::Request&, Principal) {
  co_return error_response(405, "Method Not Allowed");
}

}  // namespace

Task<http::Response> guarded(const MagpipeServices& services, http::Request& request, Endpoint endpoint) {
  auto& inner = *request.body;
  http::WatchedBody body(inner);
  request.body = &body;
  auto admission = co_await admit(services, request);
  http::Response response;
  if (admission) {
    auto result = co_await run(services, request, *admission, endpoint);
    response = render(request, std::move(result), endpoint.shape);
    add_rate_headers(response, *admission, services.clock.now());
    // Who asked first and was not told to go on, sends nothing.
    const bool still_asking = !body.touched() && request.headers.find("Expect");
    if (admission->allowed && !still_asking) co_await body.skip();
  } else {
    response = render(request, std::move(admission).error(), endpoint.shape);
  }
  request.body = &inner;
  response.close = response.close || body.leaves_much();
  add_cors_headers(response);
  co_return response;
}

Task<http::Response> preflight(http::Request&) {
  auto response = http::text_response(200, "ok");
  add_cors_headers(response);
  co_return response;
}

Task<http::Response> other_path(const MagpipeServices& services, http::Request& request) {
  if (!request.allowed_methods.empty()) {
    const bool coded = request.path.ends_with("/list-messages") || request.path.ends_with("/get-message");
    const Endpoint wrong{wrong_method, Scope::read, coded ? Shape::coded : Shape::flat};
    co_return co_await guarded(services, request, wrong);
  }
  if (request.method == http::Method::options) co_return co_await preflight(request);
  auto response = error_response(404, "Not found");
  add_cors_headers(response);
  co_return response;
}

}  // namespace wherry::api::magpipe
