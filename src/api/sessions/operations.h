#pragma once

#include "api/sessions/routes.h"
#include "net/message.h"

namespace wherry::api::sessions {

/// One operation of the door, called for an authenticated caller with the permission. What belongs to another organisation is not_found.
using Operation = Task<Result<http::Response>> (*)(const SessionsServices&, http::Request&, Principal);

/// GET /api/v1/sessions: the caller's sessions, all of them.
Task<Result<http::Response>> list_sessions(const SessionsServices& services, http::Request& request, Principal caller);
/// POST /api/v1/sessions   Takes {"label"?,"start"?,"autoRead"?,"presenceTyping"?}; 201. One that cannot be started is not made.
Task<Result<http::Response>> create_session(const SessionsServices& services, http::Request& request, Principal caller);
Task<Result<http::Response>> get_session(const SessionsServices& services, http::Request& request, Principal caller);
/// PATCH, ours: takes {"label"?,"autoRead"?,"presenceTyping"?,"ratePerMin"?,"ratePerHour"?}; a rate of null is the gateway's again.
Task<Result<http::Response>> change_session(const SessionsServices& services, http::Request& request, Principal caller);
Task<Result<http::Response>> delete_session(const SessionsServices& services, http::Request& request, Principal caller);
/// POST /api/v1/sessions/{session}:start and :stop, :restart, :logout. Gives the session as it is then.
Task<Result<http::Response>> act_on_session(const SessionsServices& services, http::Request& request, Principal caller);

/// GET …/qr: the code that is to be shown now; 404 while linking begins, 409 when it is linked.
Task<Result<http::Response>> get_qr(const SessionsServices& services, http::Request& request, Principal caller);
/// POST …/pairing-code   Takes {"phone"}: digits.
Task<Result<http::Response>> request_pairing_code(const SessionsServices& services, http::Request& request, Principal caller);
/// GET …/me: the linked number; 404 when there is none.
Task<Result<http::Response>> get_me(const SessionsServices& services, http::Request& request, Principal caller);

}  // namespace wherry::api::sessions
