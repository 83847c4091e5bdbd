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

/// Chats: conversations of the session, with what their owner made of them here; nothing of that reaches the phone. Newest first.
Task<Result<http::Response>> list_chats(const SessionsServices& services, http::Request& request, Principal caller);
Task<Result<http::Response>> list_chat_messages(const SessionsServices& services, http::Request& request, Principal caller);
/// PATCH …/chats/{cid}   Takes {"archived"?,"pinned"?,"mutedUntil"?,"unmute"?}.
Task<Result<http::Response>> change_chat(const SessionsServices& services, http::Request& request, Principal caller);
Task<Result<http::Response>> read_chat(const SessionsServices& services, http::Request& request, Principal caller);
Task<Result<http::Response>> delete_chat(const SessionsServices& services, http::Request& request, Principal caller);
/// PUT …/chats/{cid}/presence   Takes {"state"}: shown at once, to a connected session's chat only.
Task<Result<http::Response>> show_presence(const SessionsServices& services, http::Request& request, Principal caller);

/// Contacts: people there is a chat with. What is asked of WhatsApp needs a connected session: 501 without.
Task<Result<http::Response>> list_contacts(const SessionsServices& services, http::Request& request, Principal caller);
Task<Result<http::Response>> get_contact(const SessionsServices& services, http::Request& request, Principal caller);
Task<Result<http::Response>> check_contact(const SessionsServices& services, http::Request& request, Principal caller);
Task<Result<http::Response>> get_about(const SessionsServices& services, http::Request& request, Principal caller);
Task<Result<http::Response>> get_picture(const SessionsServices& services, http::Request& request, Principal caller);
Task<Result<http::Response>> block_contact(const SessionsServices& services, http::Request& request, Principal caller);
Task<Result<http::Response>> unblock_contact(const SessionsServices& services, http::Request& request, Principal caller);

/// Groups, asked of WhatsApp: 501 when the session is not connected.
Task<Result<http::Response>> list_groups(const SessionsServices& services, http::Request& request, Principal caller);
/// POST …/groups   Takes {"name","participants"}.
Task<Result<http::Response>> create_group(const SessionsServices& services, http::Request& request, Principal caller);
Task<Result<http::Response>> get_group(const SessionsServices& services, http::Request& request, Principal caller);
/// PATCH …/groups/{gid}   Takes {"subject"?,"description"?,"announce"?,"locked"?}.
Task<Result<http::Response>> change_group(const SessionsServices& services, http::Request& request, Principal caller);
Task<Result<http::Response>> list_members(const SessionsServices& services, http::Request& request, Principal caller);
/// POST …/groups/{gid}/members   Takes {"participants"}; gives the members there are then.
Task<Result<http::Response>> add_members(const SessionsServices& services, http::Request& request, Principal caller);
Task<Result<http::Response>> get_invite(const SessionsServices& services, http::Request& request, Principal caller);
/// DELETE: the old link stops working; gives the new one.
Task<Result<http::Response>> reset_invite(const SessionsServices& services, http::Request& request, Principal caller);

/// Channels: stored messages only, everything else 501.
Task<Result<http::Response>> list_channel_messages(const SessionsServices& services, http::Request& request, Principal caller);
Task<Result<http::Response>> no_channels(const SessionsServices& services, http::Request& request, Principal caller);

/// Webhooks of the caller. Bodies: {"url","events","sessionId"?,"secret"?,"customHeaders"?,"retryPolicy"?,"active"?}; wrong ones are 422.
Task<Result<http::Response>> list_webhooks(const SessionsServices& services, http::Request& request, Principal caller);
Task<Result<http::Response>> create_webhook(const SessionsServices& services, http::Request& request, Principal caller);
Task<Result<http::Response>> get_webhook(const SessionsServices& services, http::Request& request, Principal caller);
/// PATCH: what is absent stays; a secret replaces the old one at once.
Task<Result<http::Response>> change_webhook(const SessionsServices& services, http::Request& request, Principal caller);
Task<Result<http::Response>> delete_webhook(const SessionsServices& services, http::Request& request, Principal caller);

}  // namespace wherry::api::sessions
