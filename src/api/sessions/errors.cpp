#include "api/sessions/errors.h"

#include <algorithm>

namespace wherry::api::sessions {

namespace {

http::Response envelope(int status, std::string_view code, std::string_view text, json::object details,
                        std::optional<std::int64_t> retry_after) {
  json::object error{{"code", code}, {"message", text}};
  if (retry_after) details["retryAfterSeconds"] = *retry_after;
  if (!details.empty()) error["details"] = std::move(details);
  if (retry_after) error["retryAfterSeconds"] = *retry_after;
  auto response = http::json_response(status, json::serialize(json::object{{"error", std::move(error)}}));
  if (retry_after) response.headers.set("Retry-After", std::to_string(*retry_after));
  return response;
}

}  // namespace

WireError wire_error(ErrorCode code) {
  switch (code) {
    case ErrorCode::invalid_argument: return {bad_request, "validation_error", "the request is not valid"};
    case ErrorCode::unauthenticated: return {401, "unauthorized", "a valid API key is needed"};
    case ErrorCode::permission_denied: return {403, "forbidden", "the API key may not do this"};
    case ErrorCode::not_found: return {404, "not_found", "not found"};
    case ErrorCode::already_exists: return {409, "conflict", "it exists already"};
    case ErrorCode::conflict: return {409, "conflict", "not possible as things stand"};
    case ErrorCode::idempotency_conflict: return {409, "conflict", "the first request with this Idempotency-Key is still running"};
    case ErrorCode::idempotency_reused: return {409, "conflict", "this Idempotency-Key was used for another request"};
    case ErrorCode::gone: return {404, "not_found", "it is gone"};
    case ErrorCode::too_large: return {413, "validation_error", "the request is too large"};
    case ErrorCode::unsupported_media: return {bad_request, "validation_error", "the media cannot be sent"};
    case ErrorCode::url_blocked: return {bad_request, "validation_error", "the URL is not allowed"};
    case ErrorCode::fetch_failed: return {502, "upstream_error", "it could not be fetched"};
    case ErrorCode::window_closed: return {409, "conflict", "the customer service window is closed"};
    case ErrorCode::rate_limited: return {429, "rate_limited", "too many messages"};
    case ErrorCode::upload_failed: return {502, "upstream_error", "WhatsApp did not take the media"};
    case ErrorCode::rejected: return {502, "upstream_error", "WhatsApp refused"};
    case ErrorCode::upstream_unavailable: return {502, "upstream_error", "WhatsApp was not reached; nothing was done"};
    case ErrorCode::outcome_unknown: return {502, "upstream_error", "WhatsApp did not confirm"};
    case ErrorCode::timeout: return {503, "unavailable", "no answer in time"};
    case ErrorCode::cancelled: return {503, "unavailable", "the gateway is stopping"};
    case ErrorCode::unavailable: return {503, "unavailable", "the gateway is not available"};
    case ErrorCode::internal: return {500, "internal", "internal error"};
  }
  return {500, "internal", "internal error"};
}

http::Response error_response(const Error& error, json::object details, int invalid_status) {
  auto wire = wire_error(error.code);
  if (wire.status == bad_request) wire.status = invalid_status;
  const bool has_text = !error.message.empty() && error.code != ErrorCode::internal;
  std::optional<std::int64_t> retry_after;
  if (error.retry_after) retry_after = std::max<std::int64_t>(1, std::chrono::ceil<std::chrono::seconds>(*error.retry_after).count());
  if (!retry_after && wire.status == 429) retry_after = 1;
  return envelope(wire.status, wire.code, has_text ? std::string_view(error.message) : wire.text, std::move(details), retry_after);
}

http::Response not_implemented(std::string_view text) { return envelope(501, "not_implemented", text, {}, std::nullopt); }

}  // namespace wherry::api::sessions
