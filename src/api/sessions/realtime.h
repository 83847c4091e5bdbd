#pragma once

#include <memory>

#include "api/sessions/routes.h"
#include "api/sessions/tickets.h"
#include "net/message.h"

namespace wherry::api::sessions {

/// POST /api/v1/realtime/ticket   Takes {"sessions"?:[…],"events"?:[…]}; gives {"ticket","expiresAt"}.
Task<Result<http::Response>> issue_ticket(const SessionsServices& services, http::Request& request, Principal caller);

/// GET /api/v1/realtime?ticket=…&since=evt_…: a WebSocket whose text messages are envelopes, in order: what comes from now on, or what came
/// after `since`, as far as the journal still has it. Nothing is read ahead of a slow client.
Task<http::Response> open_stream(std::shared_ptr<const SessionsServices> services, http::Request& request);

}  // namespace wherry::api::sessions
