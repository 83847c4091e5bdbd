#pragma once

#include <chrono>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

namespace wherry {

/// The neutral failure codes. Every front door maps each one to its own wire codes in an exhaustive switch.
enum class ErrorCode {
  invalid_argument,      ///< the caller's input is wrong
  unauthenticated,       ///< no credential, or one we do not know
  permission_denied,     ///< the object belongs to somebody else, or the key lacks the scope
  not_found,             ///< no such object
  already_exists,        ///< a unique name or number is taken
  conflict,              ///< the state moved on
  idempotency_conflict,  ///< the first request with this idempotency key is still being worked on
  idempotency_reused,    ///< the idempotency key was used for a different request
  gone,                  ///< it existed, its lifetime is over
  too_large,             ///< bytes over a limit
  unsupported_media,     ///< the type is malformed, empty or not what it claims
  url_blocked,           ///< the egress guard refused the address
  fetch_failed,          ///< the remote side of a URL did not give the file
  window_closed,         ///< the customer service window is over
  rate_limited,          ///< the caller is over its own limit
  upload_failed,         ///< WhatsApp did not take the media
  rejected,              ///< WhatsApp refused the message; it was not sent
  upstream_unavailable,  ///< WhatsApp was not reached or is throttling; it was not sent
  outcome_unknown,       ///< the request may have reached WhatsApp; nobody knows
  timeout,               ///< no answer in time and nothing was changed
  cancelled,             ///< the server is stopping
  unavailable,           ///< our own store is full, read-only or too busy
  internal,              ///< a bug
};

/// Every code, for tests that must visit each one.
inline constexpr ErrorCode all_error_codes[] = {
    ErrorCode::invalid_argument,
    ErrorCode::unauthenticated,
    ErrorCode::permission_denied,
    ErrorCode::not_found,
    ErrorCode::already_exists,
    ErrorCode::conflict,
    ErrorCode::idempotency_conflict,
    ErrorCode::idempotency_reused,
    ErrorCode::gone,
    ErrorCode::too_large,
    ErrorCode::unsupported_media,
    ErrorCode::url_blocked,
    ErrorCode::fetch_failed,
    ErrorCode::window_closed,
    ErrorCode::rate_limited,
    ErrorCode::upload_failed,
    ErrorCode::rejected,
    ErrorCode::upstream_unavailable,
    ErrorCode::outcome_unknown,
    ErrorCode::timeout,
    ErrorCode::cancelled,
    ErrorCode::unavailable,
    ErrorCode::internal,
};

std::string_view to_string(ErrorCode code);

/// What the other side said when it refused us, word for word.
struct PeerAnswer {
  int status = 0;    ///< HTTP
  std::string body;  ///< its first `longest` bytes
  static constexpr std::size_t longest = 4096;
};

/// An expected failure.
struct Error {
  ErrorCode code = ErrorCode::internal;
  std::string message;  ///< safe to show to the caller
  std::string detail;   ///< for the log only; never leaves the process
  std::optional<std::chrono::milliseconds> retry_after;
  /// For a door whose contract passes it on; null when nobody answered. Shared by the copies of this error; never logged.
  std::shared_ptr<const PeerAnswer> peer_answer;

  Error() = default;
  Error(ErrorCode c, std::string text, std::string log_detail = {}) : code(c), message(std::move(text)), detail(std::move(log_detail)) {}

  bool operator==(const Error&) const = default;
};

}  // namespace wherry
