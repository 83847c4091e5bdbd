#pragma once

#include "api/magpipe/errors.h"
#include "api/magpipe/operations.h"

namespace wherry::api::magpipe {

/// One method of an endpoint.
struct Endpoint {
  Operation operation;
  Scope scope;
  Shape shape = Shape::flat;
};

/// Runs an operation for the holder of the key: 401 for no known one, 429 over the limit, 403 without the scope, all before
/// the body is looked at. Every answer may be read by browsers; those to a known key carry the X-RateLimit headers.
Task<http::Response> guarded(const MagpipeServices& services, http::Request& request, Endpoint endpoint);

/// What browsers ask before they send: 200 `ok`, without a key.
Task<http::Response> preflight(http::Request& request);

/// A known path with a wrong method, which is said to holders of a key only; or a path nobody knows.
Task<http::Response> other_path(const MagpipeServices& services, http::Request& request);

}  // namespace wherry::api::magpipe
