#pragma once

#include <string_view>

#include "base/error.h"
#include "base/json.h"
#include "net/message.h"

namespace wherry::api::sessions {

/// How a failure looks to a client of the door.
struct WireError {
  int status;
  std::string_view code;
  std::string_view text;  ///< where the error itself has none
};

/// Every neutral code has a place here.
WireError wire_error(ErrorCode code);

inline constexpr int bad_request = 400;
inline constexpr int unprocessable = 422;

/// {"error":{"code","message","details"}}; when to come back is said as `retryAfterSeconds`, in `details` as well as beside it, and as
/// Retry-After. `invalid_status` is what input that is wrong gets here: 400 or 422.
http::Response error_response(const Error& error, json::object details = {}, int invalid_status = bad_request);

/// What is not there, or needs a connected session: 501.
http::Response not_implemented(std::string_view text);

}  // namespace wherry::api::sessions
