#pragma once

#include "base/clock.h"
#include "services/channels/channels.h"
#include "services/ports/session_store.h"
#include "services/sessions/session_table.h"

namespace wherry {

/// Notes where each linked number stands: in the table, on disk, and in the journal as "session.status" (applications
/// hear it), "session.state" (the same, where only the state within a status changed), "session.restricted" and "auth.qr".
/// Threads: any; calls about one session come one after another.
class SessionStates {
 public:
  struct Parts {
    SessionStore& store;
    Channels& channels;
    SessionTable& table;
    Clock& clock;
  };
  explicit SessionStates(Parts parts) : parts_(parts) {}

  /// What is said twice is told once. A state that cannot be stored holds good in memory all the same and is stored by save_again().
  Task<void> record(ChannelId channel, linked::StateChange change);
  Task<void> save_again();

  /// The number that was linked. Durable when it returns without an error.
  Task<Result<void>> linked_to(ChannelId channel, linked::Pairing number);
  /// Its keys are gone, and with them the number.
  void unlinked(ChannelId channel);
  Task<void> show_qr(ChannelId channel, linked::QrCode code);
  /// Whoever asked for it gets it; it is not journaled.
  void show_pairing_code(ChannelId channel, linked::PairingCode code);
  Task<void> restricted(ChannelId channel, std::optional<Timestamp> until);

 private:
  Task<void> save(LinkedSession session, SessionState before);

  Parts parts_;
};

}  // namespace wherry
