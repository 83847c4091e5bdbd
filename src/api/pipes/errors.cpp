#include "api/pipes/errors.h"

#include "base/json.h"

namespace wherry::api::pipes {

WireError wire_error(ErrorCode code) {
  switch (code) {
    case ErrorCode::invalid_argument: return {400, "INVALID_REQUEST", "Invalid request"};
    case ErrorCode::unauthenticated: return {401, "UNAUTHORIZED", "Invalid or missing API key"};
    case ErrorCode::permission_denied: return {403, "FORBIDDEN", "Access denied"};
    case ErrorCode::not_found: return {404, "NOT_FOUND", "Not found"};
    case ErrorCode::already_exists: return {400, "INVALID_REQUEST", "Already exists"};
    case ErrorCode::conflict: return {400, "INVALID_REQUEST", "Conflict with another request"};
    case ErrorCode::idempotency_conflict:
      return {409, "IDEMPOTENCY_CONFLICT", "A request with this Idempotency-Key is still being worked on"};
    case ErrorCode::idempotency_reused: return {422, "IDEMPOTENCY_KEY_REUSED", "This Idempotency-Key was used for another request"};
    case ErrorCode::gone: return {410, "MEDIA_EXPIRED", "Media has expired"};
    case ErrorCode::too_large: return {400, "INVALID_MEDIA", "The file is too large"};
    case ErrorCode::unsupported_media: return {400, "INVALID_MEDIA", "The media is not supported"};
    case ErrorCode::url_blocked: return {400, "INVALID_URL", "The URL is not allowed"};
    case ErrorCode::fetch_failed: return {400, "FETCH_FAILED", "Could not fetch the URL"};
    case ErrorCode::window_closed: return {403, "SERVICE_WINDOW_EXPIRED", window_expired_text};
    case ErrorCode::rate_limited: return {429, "RATE_LIMITED", "Rate limit exceeded"};
    case ErrorCode::upload_failed: return {500, "META_UPLOAD_FAILED", "Uploading the media to WhatsApp failed"};
    case ErrorCode::rejected: return {500, "SEND_FAILED", "WhatsApp refused the message"};
    case ErrorCode::upstream_unavailable: return {500, "SEND_FAILED", "WhatsApp could not be reached"};
    case ErrorCode::outcome_unknown: return {500, "SEND_FAILED", "It is not known whether WhatsApp took the message"};
    case ErrorCode::timeout: return {503, "SERVICE_UNAVAILABLE", "The service did not answer in time"};
    case ErrorCode::cancelled: return {503, "SERVICE_UNAVAILABLE", "The service is stopping"};
    case ErrorCode::unavailable: return {503, "SERVICE_UNAVAILABLE", "The service is not available"};
    case ErrorCode::internal: return {500, "INTERNAL_ERROR", "Internal error"};
  }
  return {500, "INTERNAL_ERROR", "Internal error"};
}

std::string_view wire_text(const Error& error) {
  // The window's text is part of the interface, and an internal failure's is nobody's business.
  const bool fixed = error.message.empty() || error.code == ErrorCode::window_closed || error.code == ErrorCode::internal;
  return fixed ? wire_error(error.code).message : std::string_view(error.message);
}

http::Response error_response(const Error& error) {
  const auto wire = wire_error(error.code);
  json::object body;
  body["error"] = wire_text(error);
  body["code"] = wire.code;
  auto response = http::json_response(wire.status, json::serialize(body));
  if (wire.status == 401) response.headers.set("WWW-Authenticate", "Bearer");
  return response;
}

}  // namespace wherry::api::pipes
