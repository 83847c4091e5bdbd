#pragma once

#include "base/clock.h"
#include "services/ports/session_store.h"
#include "services/sessions/session_states.h"

namespace wherry {

/// The part of the linked-device listener that keeps keys and the bytes of messages. Only the owner of a session writes its keys.
/// Errors: unavailable (asked again), conflict (another process owns it), invalid_argument (more or larger than agreed). Threads: any.
class SessionKeys {
 public:
  struct Parts {
    SessionStore& store;
    SessionTable& table;
    SessionStates& states;
    Clock& clock;
    std::string owner;
  };
  explicit SessionKeys(Parts parts) : parts_(std::move(parts)) {}

  Task<Result<linked::KeyPage>> get(ChannelId channel, std::string type, std::vector<std::string> ids);
  Task<Result<void>> set(ChannelId channel, linked::KeyFormat format, std::vector<linked::Key> changes);
  Task<Result<void>> wipe(ChannelId channel, linked::Reason reason);

  /// `replaces` is for our own, which may be sent again under the same id; a stranger's never replaces anything. `at` is now.
  Task<Result<void>> keep(KeptBytes kept);
  Task<Result<std::optional<std::string>>> find(ChannelId channel, linked::BytesQuery query);

 private:
  Parts parts_;
};

}  // namespace wherry
