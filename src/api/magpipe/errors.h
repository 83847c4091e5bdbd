#pragma once

#include <string_view>

#include "base/error.h"
#include "net/message.h"

namespace wherry::api::magpipe {

/// How a failure that no endpoint names looks to a Magpipe client.
struct WireError {
  int status;
  std::string_view code;  ///< in the endpoints whose errors have codes
  std::string_view text;
};

/// Every neutral code has a place here.
WireError wire_error(ErrorCode code);

/// The two shapes of errors, by endpoint.
enum class Shape {
  flat,   ///< {"error":"<text>"}
  coded,  ///< {"error":{"code":"<code>","message":"<text>"}}
};

http::Response error_response(int status, std::string_view text);
http::Response coded_error(int status, std::string_view code, std::string_view text);
http::Response error_response(const Error& error, Shape shape);

}  // namespace wherry::api::magpipe
