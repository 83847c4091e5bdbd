#pragma once

#include <string>
#include <string_view>

#include "base/result.h"
#include "net/egress.h"

namespace wherry::http {

/// Parses an absolute http(s) URL that the operator configured: no checks of where it leads. Errors: invalid_argument.
Result<CheckedUrl> parse_url(std::string_view url);

/// The URL a Location header leads to from `base`. Errors: invalid_argument.
Result<std::string> resolve_location(const CheckedUrl& base, std::string_view location);

/// "host" or "host:port" as the Host header wants it.
std::string host_header(const CheckedUrl& url);

}  // namespace wherry::http
