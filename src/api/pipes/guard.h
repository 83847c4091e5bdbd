#pragma once

#include "api/pipes/operations.h"

namespace wherry::api::pipes {

/// Whose keys open an operation: a tenant's (pk_), those of an app that brings its own numbers (ak_), or both.
enum class Keys { tenant, app, both };

/// Runs an operation for the holder of the bearer key: 401 for no known key, 429 over its limit, 403 without the scope, all before a
/// byte of the body is read. Every answer to a known key carries the X-RateLimit headers.
Task<http::Response> guarded(const PipesServices& services, http::Request& request, Keys keys, Scope scope, Operation operation);

/// An unknown path or method: a flat 404 or 405, counted and with rate headers when the key is known.
Task<http::Response> guarded_path(const PipesServices& services, http::Request& request);

}  // namespace wherry::api::pipes
