#pragma once

#include <string>
#include <string_view>

#include "services/ports/linked_listener.h"
#include "services/ports/session_store.h"

namespace wherry {

/// What an application needs to know of a linked number's state.
enum class SessionStatus {
  stopped,
  starting,      ///< it connects, for the first time or again
  scan_qr_code,  ///< waits for somebody to link it
  working,       ///< may send
  failed,        ///< stays as it is until somebody acts
};

std::string_view to_string(SessionStatus status);
SessionStatus status_of(linked::State state);

/// Whether the session is taken up again when the gateway starts. Not when that would do harm (the keys are in use elsewhere, a ban) or is of
/// no use (there is nothing to log in with and somebody has to read why).
bool resumes(linked::State state);

/// The state as it is kept: with words for people where the transport had none.
SessionState to_session_state(linked::StateChange change);

}  // namespace wherry
