#pragma once

#include "api/sessions/fields.h"
#include "api/sessions/routes.h"

namespace wherry::api::sessions {

/// The message an action is about: `{mid}` of the path, `chat` and `sender` of the body.
struct Target {
  std::optional<Jid> chat;      ///< nullopt once something was wrong
  linked::MessageRef message;
};
Target read_target(Fields& fields, const http::Request& request, const Session& session);

/// The session's name at the transport.
linked::SessionId name_of(const Session& session);

/// What was done with a message, for the journal.
struct Action {
  std::string_view what;        ///< "edited", "revoked", "reaction.added", "reaction.removed", "voted"
  std::string message_id;       ///< of the message it was done with
  std::string own_id;           ///< of what told WhatsApp of it
  Jid chat;
  std::optional<MessageMark> mark = {};  ///< what it makes of the message
};

/// The answer to an action: 200 with "sent", or with "pending" when nobody knows; journaled as "message.action" then. What was refused is an
/// error, or 409 with the session's status when that is not connected.
Task<Result<http::Response>> conclude(const SessionsServices& services, Session session, Action action, linked::SendOutcome outcome);

}  // namespace wherry::api::sessions
