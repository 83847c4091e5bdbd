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

/// POST …/messages   Takes one message of any type, `?async=`, Idempotency-Key.
/// Checks: the session, the body, the key, then what the outbox checks: that the session works, its budget.
Task<Result<http::Response>> send_message(const SessionsServices& services, http::Request& request, Principal caller);

/// PATCH …/messages/{mid}   Takes {"chat","text"}; a text of our own gets other words.
Task<Result<http::Response>> edit_message(const SessionsServices& services, http::Request& request, Principal caller);
/// DELETE …/messages/{mid}   Takes {"chat","sender"}; gone for everyone.
Task<Result<http::Response>> revoke_message(const SessionsServices& services, http::Request& request, Principal caller);
/// POST and DELETE …/messages/{mid}/reaction   Takes {"chat","emoji","sender"}.
Task<Result<http::Response>> add_reaction(const SessionsServices& services, http::Request& request, Principal caller);
Task<Result<http::Response>> remove_reaction(const SessionsServices& services, http::Request& request, Principal caller);
/// POST …/messages/{mid}/vote   Takes {"chat","sender","options"}: the whole new choice.
Task<Result<http::Response>> vote(const SessionsServices& services, http::Request& request, Principal caller);
/// POST …/messages/{mid}/forward   Takes {"chat","sender","to"}; a message of its own, so it counts against the budget.
Task<Result<http::Response>> forward_message(const SessionsServices& services, http::Request& request, Principal caller);

/// Webhooks of the caller. Bodies: {"url","events","sessionId"?,"secret"?,"customHeaders"?,"retryPolicy"?,"active"?}; wrong ones are 422.
Task<Result<http::Response>> list_webhooks(const SessionsServices& services, http::Request& request, Principal caller);
Task<Result<http::Response>> create_webhook(const SessionsServices& services, http::Request& request, Principal caller);
Task<Result<http::Response>> get_webhook(const SessionsServices& services, http::Request& request, Principal caller);
/// PATCH: what is absent stays; a secret replaces the old one at once.
Task<Result<http::Response>> change_webhook(const SessionsServices& services, http::Request& request, Principal caller);
Task<Result<http::Response>> delete_webhook(const SessionsServices& services, http::Request& request, Principal caller);

}  // namespace wherry::api::sessions
