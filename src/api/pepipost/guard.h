#pragma once

#include "api/pepipost/operations.h"

namespace wherry::api::pepipost {

/// Runs an operation for the holder of the key: 401 for no known key, 403 for an Authorization without "Bearer " and for a key without
/// the scope, 429 over its limit, all before a byte of the body is read.
Task<http::Response> guarded(const PepipostServices& services, http::Request& request, Scope scope, Operation operation);

/// 404, or 405 where only the method is wrong.
Task<http::Response> unknown_path(http::Request& request);

/// The body as JSON, at most 1 MiB. What is no JSON is 400.
Task<Answer<json::value>> read_json(http::Request& request);

/// {"status":"success",…}
http::Response success(json::object rest);

}  // namespace wherry::api::pepipost
