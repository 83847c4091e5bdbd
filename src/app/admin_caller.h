#pragma once

#include <string>

#include "app/config.h"
#include "base/json.h"
#include "base/result.h"
#include "net/message.h"

namespace wherry::app {

/// Where admin commands go: a running server, or straight to the data directory.
struct AdminTarget {
  std::string url;  ///< empty: the data directory of `config`
  Config config;
};

struct AdminCall {
  http::Method method = http::Method::get;
  std::string path;  ///< with its query
  json::object body;
};

struct AdminAnswer {
  int status = 0;
  json::value body;
};

/// Performs one call of /admin/v1; both ways run the same door. Errors: unavailable (no server there, or the data directory is in
/// use by one), upstream_unavailable (not reached), permission_denied. An answer of 4xx or 5xx is an answer, not an error.
Result<AdminAnswer> call_admin(const AdminTarget& target, AdminCall call);

}  // namespace wherry::app
