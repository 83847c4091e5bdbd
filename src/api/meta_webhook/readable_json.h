#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "base/json.h"

namespace wherry::api::meta_webhook {

/// A piece of a body as text and as value.
struct Readable {
  std::string raw;  ///< the bytes as received, or mended
  json::value value;
};

/// Reads one JSON text. What strict JSON refuses is mended where the meaning is plain: lone surrogate escapes and bytes that
/// are no UTF-8 become U+FFFD, control characters in strings are escaped, NaN and Infinity become null.
/// nullopt when it is still no JSON, or nested deeper than 64.
std::optional<Readable> read(std::string_view text);

/// `text` as JSON that is safe to keep: the text, mended if need be, else {"unparsable_base64":"…"}.
std::string keepable(std::string_view text);

}  // namespace wherry::api::meta_webhook
