#pragma once

#include "api/sessions/operations.h"

namespace wherry::api::sessions {

/// One method of a path.
struct Endpoint {
  Operation operation;
  Scope scope;
  int invalid_status = 400;  ///< of input that is wrong
};

/// Runs an operation for the holder of the key: 401 for no known one, 403 without the permission, both before the body is looked at.
Task<http::Response> guarded(const SessionsServices& services, http::Request& request, Endpoint endpoint);

/// 404, or 405 where only the method is wrong; to holders of a key, else 401.
Task<http::Response> other_path(const SessionsServices& services, http::Request& request);

/// The session the path names. Errors: not_found, also when it is another's.
Result<Session> session_of(const SessionsServices& services, const http::Request& request, const Principal& caller);

}  // namespace wherry::api::sessions
