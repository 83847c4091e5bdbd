#pragma once

#include "base/error.h"
#include "net/message.h"

namespace wherry::api::admin {

/// The HTTP status of a failure on the admin door.
int status_of(ErrorCode code);
/// Whether the same request may succeed later without being changed.
bool is_retryable(ErrorCode code);
/// application/problem+json (RFC 9457): type, title, status, detail, instance, code, retryable; Retry-After when known.
http::Response problem(const Error& error, std::string_view instance);

}  // namespace wherry::api::admin
