#pragma once

#include <string>
#include <string_view>

#include "base/result.h"

namespace wherry {

/// The key in an Idempotency-Key field: a structured field String ("…", with \" and \\ as escapes) or, as many clients write it, the
/// bare text. Both forms of one text are the same key. Errors: invalid_argument (empty, over 255 characters, anything but printable
/// ASCII, broken quotes).
/// Source: draft-ietf-httpapi-idempotency-key-header section 2.1; RFC 9651 section 3.3.3.
Result<std::string> parse_idempotency_key(std::string_view field);

}  // namespace wherry
