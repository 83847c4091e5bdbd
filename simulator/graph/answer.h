#pragma once

#include <string>
#include <string_view>

#include "simulator/graph/call.h"

namespace wherry::sim {

/// An answer with Graph's own headers. `body` is ASCII JSON.
http::Response answer(Call& call, std::string body, int status = 200);
http::Response answer(Call& call, const boost::json::value& body);
/// {"success":true}
http::Response answer_success(Call& call);
/// The error envelope; counted, and with WWW-Authenticate where the token was at fault.
http::Response answer_error(Call& call, const GraphError& error);

/// 100/33: what Graph says about anything that does not exist, is not visible or has no such edge.
GraphError wrong_object(http::Method method, std::string_view id);
/// The same for a node of a call.
inline GraphError wrong_object(const Call& call) { return wrong_object(call.method, call.node); }

/// Answers, or fails, as a fault or a bare status asks for; `response` is what would be answered otherwise.
Task<http::Response> apply_fault(World& world, Verdict::Fault fault, int bare_http, http::Response response);

}  // namespace wherry::sim
