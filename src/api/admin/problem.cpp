#include "api/admin/problem.h"

#include "base/clock.h"
#include "base/json.h"

namespace wherry::api::admin {

int status_of(ErrorCode code) {
  switch (code) {
    case ErrorCode::invalid_argument: return 400;
    case ErrorCode::unauthenticated: return 401;
    case ErrorCode::permission_denied: return 403;
    case ErrorCode::not_found: return 404;
    case ErrorCode::already_exists: return 409;
    case ErrorCode::conflict: return 409;
    case ErrorCode::idempotency_conflict: return 409;
    case ErrorCode::idempotency_reused: return 422;
    case ErrorCode::gone: return 410;
    case ErrorCode::too_large: return 413;
    case ErrorCode::unsupported_media: return 415;
    case ErrorCode::url_blocked: return 400;
    case ErrorCode::fetch_failed: return 502;
    case ErrorCode::window_closed: return 409;
    case ErrorCode::rate_limited: return 429;
    case ErrorCode::upload_failed: return 502;
    case ErrorCode::rejected: return 502;
    case ErrorCode::upstream_unavailable: return 503;
    case ErrorCode::outcome_unknown: return 502;
    case ErrorCode::timeout: return 504;
    case ErrorCode::cancelled: return 503;
    case ErrorCode::unavailable: return 503;
    case ErrorCode::internal: return 500;
  }
  return 500;
}

bool is_retryable(ErrorCode code) {
  switch (code) {
    case ErrorCode::rate_limited:
    case ErrorCode::idempotency_conflict:
    case ErrorCode::upstream_unavailable:
    case ErrorCode::fetch_failed:
    case ErrorCode::timeout:
    case ErrorCode::cancelled:
    case ErrorCode::unavailable: return true;
    case ErrorCode::invalid_argument:
    case ErrorCode::unauthenticated:
    case ErrorCode::permission_denied:
    case ErrorCode::not_found:
    case ErrorCode::already_exists:
    case ErrorCode::conflict:
    case ErrorCode::idempotency_reused:
    case ErrorCode::gone:
    case ErrorCode::too_large:
    case ErrorCode::unsupported_media:
    case ErrorCode::url_blocked:
    case ErrorCode::window_closed:
    case ErrorCode::upload_failed:
    case ErrorCode::rejected:
    case ErrorCode::outcome_unknown:
    case ErrorCode::internal: return false;
  }
  return false;
}

http::Response problem(const Error& error, std::string_view instance) {
  const int status = status_of(error.code);
  const auto code = to_string(error.code);
  json::object body;
  body["type"] = "about:blank";
  body["title"] = code;
  body["status"] = status;
  body["detail"] = error.message;
  body["instance"] = instance;
  body["code"] = code;
  body["retryable"] = is_retryable(error.code);
  http::Response response;
  response.status = status;
  response.headers.add("Content-Type", "application/problem+json");
  if (error.retry_after) {
    response.headers.add("Retry-After", std::to_string(std::chrono::ceil<seconds>(*error.retry_after).count()));
  }
  response.body = json::serialize(body);
  return response;
}

}  // namespace wherry::api::admin
