#include "services/sessions/session_status.h"

namespace wherry {

namespace {

using linked::Reason;
using linked::State;

std::string_view words_for(State state, Reason reason) {
  switch (reason) {
    case Reason::unlinked: return "the phone unlinked this device: link it again";
    case Reason::locked: return "the phone is gone or the account is locked: check the phone, then link it again";
    case Reason::banned: return "WhatsApp banned the account: check the phone";
    case Reason::temporary_ban: return "WhatsApp banned the number for a time: start it again when that is over";
    case Reason::outdated: return "WhatsApp refuses this version: update the linked-device transport";
    case Reason::replaced: return "the same link is in use elsewhere: stop the other one, then start this one again";
    case Reason::expired: return "nobody linked it in time: ask for a new code";
    case Reason::too_many_devices: return "the account has as many linked devices as it may: remove one on the phone";
    case Reason::no_multi_device: return "the phone's WhatsApp is too old for linked devices";
    case Reason::client_refused: return "WhatsApp refuses this client";
    case Reason::untrusted_server: return "the server's certificate is not WhatsApp's: is something in between?";
    case Reason::store_refused:
    case Reason::store_slow: return "what must survive could not be stored: look at the disk";
    case Reason::lost:
    case Reason::closed:
    case Reason::server:
    case Reason::network: return "the connection was lost and is made again";
    case Reason::transport_lost: return "the linked-device transport ended and is started again";
    case Reason::none:
    case Reason::requested:
    case Reason::restart:
    case Reason::internal:
    case Reason::other: break;
  }
  if (state == State::passkey_required) return "the account links new devices with a passkey only, which is not supported";
  return {};
}

}  // namespace

std::string_view to_string(SessionStatus status) {
  switch (status) {
    case SessionStatus::stopped: return "stopped";
    case SessionStatus::starting: return "starting";
    case SessionStatus::scan_qr_code: return "scan_qr_code";
    case SessionStatus::working: return "working";
    case SessionStatus::failed: return "failed";
  }
  return "failed";
}

SessionStatus status_of(State state) {
  switch (state) {
    case State::stopped: return SessionStatus::stopped;
    case State::starting:
    case State::pairing:
    case State::syncing:
    case State::disconnected: return SessionStatus::starting;
    case State::unpaired:
    case State::qr:
    case State::code:
    case State::logged_out: return SessionStatus::scan_qr_code;
    case State::working: return SessionStatus::working;
    case State::passkey_required:
    case State::replaced:
    case State::banned:
    case State::outdated:
    case State::failed: return SessionStatus::failed;
  }
  return SessionStatus::failed;
}

bool resumes(State state) {
  switch (state) {
    case State::logged_out:
    case State::passkey_required:
    case State::replaced:
    case State::banned: return false;
    case State::stopped:
    case State::starting:
    case State::unpaired:
    case State::qr:
    case State::code:
    case State::pairing:
    case State::syncing:
    case State::working:
    case State::disconnected:
    case State::outdated:
    case State::failed: return true;
  }
  return true;
}

SessionState to_session_state(linked::StateChange change) {
  constexpr std::size_t longest = 500;
  SessionState state{change.state, change.reason, change.code, std::move(change.message), change.until, change.next_retry};
  if (state.detail.empty()) state.detail = words_for(state.state, state.reason);
  if (state.detail.size() > longest) state.detail.resize(longest);
  return state;
}

}  // namespace wherry
