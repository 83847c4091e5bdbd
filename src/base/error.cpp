#include "base/error.h"

namespace wherry {

std::string_view to_string(ErrorCode code) {
  switch (code) {
    case ErrorCode::invalid_argument: return "invalid_argument";
    case ErrorCode::unauthenticated: return "unauthenticated";
    case ErrorCode::permission_denied: return "permission_denied";
    case ErrorCode::not_found: return "not_found";
    case ErrorCode::already_exists: return "already_exists";
    case ErrorCode::conflict: return "conflict";
    case ErrorCode::idempotency_conflict: return "idempotency_conflict";
    case ErrorCode::idempotency_reused: return "idempotency_reused";
    case ErrorCode::gone: return "gone";
    case ErrorCode::too_large: return "too_large";
    case ErrorCode::unsupported_media: return "unsupported_media";
    case ErrorCode::url_blocked: return "url_blocked";
    case ErrorCode::fetch_failed: return "fetch_failed";
    case ErrorCode::window_closed: return "window_closed";
    case ErrorCode::rate_limited: return "rate_limited";
    case ErrorCode::upload_failed: return "upload_failed";
    case ErrorCode::rejected: return "rejected";
    case ErrorCode::upstream_unavailable: return "upstream_unavailable";
    case ErrorCode::outcome_unknown: return "outcome_unknown";
    case ErrorCode::timeout: return "timeout";
    case ErrorCode::cancelled: return "cancelled";
    case ErrorCode::unavailable: return "unavailable";
    case ErrorCode::internal: return "internal";
  }
  return "internal";
}

}  // namespace wherry
