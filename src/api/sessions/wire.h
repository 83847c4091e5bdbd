#pragma once

#include "api/sessions/routes.h"
#include "base/json.h"

namespace wherry::api::sessions {

/// Milliseconds since the epoch, or null.
json::value time_value(const std::optional<Timestamp>& at);

/// "member", "admin", "superadmin".
std::string_view role_word(linked::Role role);
json::object session_object(const SessionsServices& services, const Session& session);
/// What a linked number is: connected, phoneNumber, sessionId, status, waJid, waLid.
json::object me_object(const Session& session);
/// "ABCD-1234": as phones show it.
std::string pairing_code_text(std::string_view code);

}  // namespace wherry::api::sessions
