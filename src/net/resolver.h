#pragma once

#include <functional>
#include <memory>

#include "base/clock.h"
#include "net/egress.h"

namespace wherry::http {

struct ResolverOptions {
  std::size_t threads = 16;       ///< started when needed; a hanging look-up occupies one
  std::size_t queue = 256;        ///< hosts waiting for a thread; over it a look-up fails at once
  milliseconds timeout{5'000};    ///< how long one caller waits; the look-up itself may go on
  /// Blocking. Empty: getaddrinfo.
  std::function<Result<std::vector<IpAddress>>(const std::string& host)> lookup;
};

/// Looks names up on threads of its own; callers asking for the same host at the same time share one look-up.
/// Threads: resolve() from any. Destroying it does not wait for a look-up that hangs.
std::unique_ptr<Resolver> make_system_resolver(ResolverOptions options);

}  // namespace wherry::http
