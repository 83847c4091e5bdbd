#pragma once

#include "simulator/graph/call.h"

namespace wherry::sim {

/// POST /{phone number id}/messages
/// Takes:  JSON (or a form) of meta-cloud-api section 2, already in call.body; a message of any type, or status "read".
/// Gives:  200 with the wamid once the message is stored and its statuses are planned.
/// Errors: in Graph's order: parameters, own number, test list, account states, throughput, pair, template.
Task<http::Response> send_message(Call& call);

}  // namespace wherry::sim
