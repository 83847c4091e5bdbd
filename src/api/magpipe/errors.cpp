#include "api/magpipe/errors.h"

#include <algorithm>
#include <chrono>

#include "base/json.h"

namespace wherry::api::magpipe {

WireError wire_error(ErrorCode code) {
  switch (code) {
    case ErrorCode::invalid_argument: return {400, "invalid_request", "Invalid request"};
    case ErrorCode::unauthenticated: return {401, "unauthorized", "Unauthorized"};
    case ErrorCode::permission_denied: return {403, "forbidden", "Forbidden"};
    case ErrorCode::not_found: return {404, "not_found", "Not found"};
    case ErrorCode::already_exists: return {409, "conflict", "Already exists"};
    case ErrorCode::conflict: return {409, "conflict", "Conflict"};
    case ErrorCode::idempotency_conflict: return {409, "conflict", "Conflict"};
    case ErrorCode::idempotency_reused: return {422, "conflict", "Conflict"};
    case ErrorCode::gone: return {410, "gone", "Gone"};
    case ErrorCode::too_large: return {413, "too_large", "Request body too large"};
    case ErrorCode::unsupported_media: return {400, "invalid_request", "Unsupported media"};
    case ErrorCode::url_blocked: return {400, "invalid_request", "URL not allowed"};
    case ErrorCode::fetch_failed: return {400, "invalid_request", "Could not fetch the URL"};
    case ErrorCode::window_closed: return {502, "upstream_error", "Failed to send WhatsApp message"};
    case ErrorCode::rate_limited: return {429, "rate_limited", "Rate limit exceeded"};
    case ErrorCode::upload_failed: return {502, "upstream_error", "Failed to send WhatsApp message"};
    case ErrorCode::rejected: return {502, "upstream_error", "Failed to send WhatsApp message"};
    case ErrorCode::upstream_unavailable: return {502, "upstream_error", "WhatsApp could not be reached"};
    case ErrorCode::outcome_unknown: return {502, "upstream_error", "WhatsApp did not confirm"};
    case ErrorCode::timeout: return {503, "server_error", "Service unavailable"};
    case ErrorCode::cancelled: return {503, "server_error", "Service unavailable"};
    case ErrorCode::unavailable: return {503, "server_error", "Service unavailable"};
    case ErrorCode::internal: return {500, "server_error", "Internal server error"};
  }
  return {500, "server_error", "Internal server error"};
}

http::Response error_response(int status, std::string_view text) {
  return http::json_response(status, json::serialize(json::object{{"error", text}}));
}

http::Response coded_error(int status, std::string_view code, std::string_view text) {
  return http::json_response(status, json::serialize(json::object{{"error", {{"code", code}, {"message", text}}}}));
}

http::Response error_response(const Error& error, Shape shape) {
  const auto wire = wire_error(error.code);
  // A caller who may not is told what is missing; nothing else of ours is their business.
  const bool own_text = error.code == ErrorCode::permission_denied && !error.message.empty();
  const auto text = own_text ? std::string_view(error.message) : wire.text;
  auto response = shape == Shape::flat ? error_response(wire.status, text) : coded_error(wire.status, wire.code, text);
  if (error.retry_after) {
    const auto whole = std::chrono::ceil<std::chrono::seconds>(*error.retry_after).count();
    response.headers.set("Retry-After", std::to_string(std::max<std::int64_t>(1, whole)));
  }
  return response;
}

}  // namespace wherry::api::magpipe
