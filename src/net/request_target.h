#pragma once

#include <string_view>

#include "net/message.h"

namespace wherry::http {

/// Fills path and query from `request.target`. Takes the origin form, the absolute form (whose authority is put into
/// `authority`) and, for OPTIONS, the asterisk. False when the target is not one of them or its path is ambiguous: an escaped
/// slash, NUL or control character, a backslash, a dot segment, a broken escape, bytes that are no UTF-8.
bool split_target(Request& request, std::string_view& authority);

/// Whether the text is a host with an optional port: a name, an IPv4 address or a bracketed IPv6 address; no user info.
bool is_valid_authority(std::string_view text);

}  // namespace wherry::http
