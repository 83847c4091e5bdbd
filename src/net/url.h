#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "net/egress.h"

namespace wherry::http {

/// The address a host of a CheckedUrl spells out; nullopt when it is a name.
std::optional<IpAddress> literal_address(std::string_view host);

/// The URL as text again: scheme, host with brackets where needed, the port unless it is the scheme's own, target.
std::string to_text(const CheckedUrl& url);
/// host[:port] as the Host header wants it.
std::string host_header(const CheckedUrl& url);

/// Whether both lead to the same scheme, host and port.
bool same_origin(const CheckedUrl& a, const CheckedUrl& b);

/// What a Location header means, seen from `base` (RFC 3986 section 5.2). The outcome is not checked yet.
std::string resolve_reference(const CheckedUrl& base, std::string_view reference);

}  // namespace wherry::http
