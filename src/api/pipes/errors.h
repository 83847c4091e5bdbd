#pragma once

#include <string_view>

#include "base/error.h"
#include "net/message.h"

namespace wherry::api::pipes {

/// How a failure looks to a Pipes client.
struct WireError {
  int status;
  std::string_view code;
  std::string_view message;  ///< used when the failure brings no text of its own
};

/// Every neutral code has a place here.
WireError wire_error(ErrorCode code);

/// What the caller is told about a failure.
std::string_view wire_text(const Error& error);

/// {"error": …, "code": …}
http::Response error_response(const Error& error);

/// The text of an expired service window; the same over HTTP and the WebSocket.
inline constexpr std::string_view window_expired_text = "Service window expired \xe2\x80\x94 last inbound message is older than 24 hours.";

}  // namespace wherry::api::pipes
