#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/clock.h"
#include "net/headers.h"

namespace wherry::http {

enum class Framing { length, chunked, until_close, none };
enum class Persistence { implied, keep_alive, close };

/// What the server itself says in a reply head; the handler's own fields of these names are left out.
struct ResponseHead {
  int status = 200;
  Framing framing = Framing::length;
  std::uint64_t length = 0;
  Persistence persistence = Persistence::implied;
  std::string_view request_id;
  std::string_view date;
};

/// Appends status line, fields and the empty line. Control characters in the handler's values become spaces, and a field
/// whose name is no token is left out, so that no value can forge a line.
void append_response_head(std::string& out, const ResponseHead& head, const Headers& fields);

/// Sat, 21 Nov 2026 06:43:52 GMT
std::string http_date(Timestamp at);

}  // namespace wherry::http
