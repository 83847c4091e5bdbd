#include "api/pepipost/guard.h"

#include "api/pepipost/errors.h"
#include "base/json.h"
#include "base/log.h"
#include "net/watched_body.h"

namespace wherry::api::pepipost {

namespace {

constexpr std::uint64_t largest_body = 1u << 20;

Refusal unknown_client(int status, std::string text) { return {Code::unknown_client, std::move(text), status}; }

Answer<std::string> presented_key(const http::Request& request) {
  constexpr std::string_view scheme = "Bearer ";
  if (request.headers.count("Authorization") != 1) return unknown_client(401, "Authorization is required.");
  const auto value = *request.headers.find("Authorization");
  if (!http::equal_ignoring_case(value.substr(0, scheme.size()), scheme)) {
    return unknown_client(403, "Authorization must be Bearer and the API key.");
  }
  return std::string(value.substr(scheme.size()));
}

Task<Answer<Admission>> admit(const PepipostServices& services, const http::Request& request) {
  CO_TRY(auto key, presented_key(request));
  auto admission = co_await services.access.admit(std::move(key), "pepipost");
  if (admission) co_return std::move(*admission);
  if (admission.error().code == ErrorCode::unauthenticated) co_return unknown_client(401, "API key is not valid.");
  co_return refusal_of(admission.error());
}

Task<Answer<http::Response>> run(const PepipostServices& services, http::Request& request, const Admission& admission, Scope scope,
                                 Operation operation) {
  if (!admission.allowed) co_return Refusal{Code::technical, "too many requests", 429};
  auto permitted = require(admission.principal, scope);
  if (!permitted) co_return refusal_of(permitted.error());
  co_return co_await operation(services, request, admission.principal);
}

std::int64_t whole_seconds_up(milliseconds duration) { return std::max<std::int64_t>(1, std::chrono::ceil<seconds>(duration).count()); }

http::Response render(const http::Request& request, Answer<http::Response> answer) {
  if (answer) return std::move(*answer);
  const auto& refusal = answer.error();
  if (refusal.code == Code::technical) {
    log::warn("pepipost.request.failed", {{"request_id", request.id}, {"path", request.path}, {"detail", refusal.detail}});
  }
  return failure_response(refusal);
}

}  // namespace

Task<http::Response> guarded(const PepipostServices& services, http::Request& request, Scope scope, Operation operation) {
  auto& inner = *request.body;
  http::WatchedBody body(inner);
  request.body = &body;
  auto admission = co_await admit(services, request);
  http::Response response;
  if (admission) {
    auto answer = co_await run(services, request, *admission, scope, operation);
    response = render(request, std::move(answer));
    if (!admission->allowed) {
      const auto wait = admission->rate ? admission->rate->reset - services.clock.now() : milliseconds(0);
      response.headers.set("Retry-After", std::to_string(whole_seconds_up(wait)));
    }
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

Task<http::Response> unknown_path(http::Request& request) {
  const bool known = !request.allowed_methods.empty();
  co_return failure_response({Code::invalid, known ? "method is not allowed." : "path is not known.", known ? 405 : 404});
}

Task<Answer<json::value>> read_json(http::Request& request) {
  constexpr int bad_request = 400;
  auto text = co_await http::read_all(*request.body, largest_body);
  if (!text && text.error().code == ErrorCode::too_large) co_return invalid("the body is larger than 1 MB.");
  if (!text) co_return Refusal{Code::missing, "the body did not arrive.", bad_request, text.error().message};
  auto parsed = json::parse(*text);
  if (!parsed) co_return Refusal{Code::missing, "the body is not JSON.", bad_request};
  co_return std::move(*parsed);
}

http::Response success(json::object rest) {
  json::object body{{"status", "success"}};
  for (auto& member : rest) body.emplace(member.key(), std::move(member.value()));
  return http::json_response(200, json::serialize(body));
}

}  // namespace wherry::api::pepipost
