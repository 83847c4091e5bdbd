#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "net/body.h"
#include "net/headers.h"
#include "net/websocket.h"

namespace wherry::http {

enum class Method { get, head, post, put, patch, delete_, options, other };
std::string_view to_string(Method method);

/// A request as a handler sees it. Owned by the connection for as long as the handler runs.
struct Request {
  Method method = Method::get;
  std::string target;                       ///< as on the request line, e.g. /v1/media/x?y=1
  std::string path;                         ///< percent-decoded once; '/' and NUL never come from an escape
  std::string query;                        ///< raw, without '?'
  Headers headers;
  BodyReader* body = nullptr;               ///< never null inside a handler
  std::vector<std::pair<std::string, std::string>> params;  ///< the route's {names}, percent-decoded
  std::string id;                           ///< X-Request-Id: the caller's if it is 1-128 characters of [A-Za-z0-9._-], else ours
  std::string peer;                         ///< address of the other side
  std::string allowed_methods;  ///< for a Router fallback only: not empty when the path is known and only the method is wrong

  std::string_view param(std::string_view name) const;
};

/// The decoded value of a query parameter, the first if it is repeated. '+' is a space.
std::optional<std::string> query_value(std::string_view query, std::string_view name);
/// Percent-decodes; nullopt on a broken escape.
std::optional<std::string> percent_decode(std::string_view text);
std::string percent_encode(std::string_view text);

/// What a handler gives back: written in full, with Content-Length or chunked.
struct Response {
  int status = 200;
  Headers headers;
  std::variant<std::string, std::unique_ptr<BodySource>> body;
  /// Close the connection afterwards, e.g. because the rest of the request body is not worth reading.
  bool close = false;
  /// Answers 101 and goes on as a WebSocket; made by upgrade_response().
  std::unique_ptr<Upgrade> upgrade{};
  /// For simulated faults: answer nothing and close, or reset the TCP connection.
  enum class Fault { none, close_silently, reset } fault = Fault::none;
};

/// application/json with the given text.
Response json_response(int status, std::string body);
Response text_response(int status, std::string body);

}  // namespace wherry::http
