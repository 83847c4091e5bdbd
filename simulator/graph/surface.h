#pragma once

#include "net/message.h"
#include "simulator/graph/call.h"

namespace wherry::sim {

/// The Graph API over HTTP: give handle() to an http::Server. Serves every path itself, with or without /vN.M in front.
/// Threads: any. The world, the interceptor and the listener (both may be null) must outlive it.
class GraphSurface {
 public:
  GraphSurface(World& world, Interceptor* interceptor, GraphEvents* events) : context_{world, interceptor, events} {}

  Task<http::Response> handle(http::Request& request);

 private:
  Task<http::Response> route(Call& call);
  GraphContext context_;
};

}  // namespace wherry::sim
