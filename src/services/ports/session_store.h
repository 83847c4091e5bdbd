#pragma once

#include <optional>
#include <string>
#include <vector>

#include "base/result.h"
#include "base/task.h"
#include "services/ports/linked_listener.h"
#include "services/ports/models.h"

namespace wherry {

/// How a linked number behaves.
struct SessionSettings {
  bool auto_read = false;                    ///< what arrives is marked as read
  bool presence_typing = true;               ///< "typing…" is shown before a message
  bool operator==(const SessionSettings&) const = default;
};

/// Where it stands.
struct SessionState {
  linked::State state = linked::State::stopped;
  linked::Reason reason = linked::Reason::none;
  int code = 0;                              ///< WhatsApp's number; 0: none
  std::string detail;                        ///< for people; may be empty
  std::optional<Timestamp> until;            ///< end of a ban
  std::optional<Timestamp> next_retry;       ///< of a `disconnected` one
  bool operator==(const SessionState&) const = default;
};

/// A number that is, or is to be, linked as a device: a channel of the kind `linked`, and this.
struct LinkedSession {
  ChannelId channel;
  TenantId tenant;
  SessionSettings settings;
  bool wanted = false;                       ///< it is to run
  SessionState state;
  std::optional<linked::Pairing> linked_to;  ///< the number; nullopt: nobody has linked it, or it was unlinked
  linked::KeyFormat key_format;              ///< empty: there are no keys
  std::optional<Timestamp> restricted_until; ///< WhatsApp refuses new conversations
  std::optional<Timestamp> last_connected_at;
  Timestamp created_at;
  Timestamp updated_at;
};

/// A message of a linked number, byte for byte as it travelled.
struct KeptBytes {
  ChannelId channel;
  std::string chat;                          ///< a Jid
  std::string message_id;
  Secret bytes;
  Timestamp at;
  bool replaces = false;                     ///< else what is kept already under that id stays
  std::string author = {};                   ///< a Jid; empty: the number itself
};

/// Linked numbers, their keys, and the bytes of their messages; keys and bytes are sealed before they reach the disk. Every write is durable
/// when it returns. Errors of all calls: unavailable (disk full, read-only, store stopping).
class SessionStore {
 public:
  virtual ~SessionStore() = default;

  virtual Task<Result<void>> add_session(LinkedSession session) = 0;  ///< already_exists; not_found: the channel
  virtual Task<Result<std::vector<LinkedSession>>> list_sessions() = 0;  ///< those whose channel is not removed
  /// With its keys, its kept bytes and whom it knows. Does nothing when it is gone.
  virtual Task<Result<void>> remove_session(ChannelId channel) = 0;
  virtual Task<Result<void>> set_settings(ChannelId channel, SessionSettings settings, Timestamp now) = 0;  ///< not_found
  virtual Task<Result<void>> set_wanted(ChannelId channel, bool wanted, Timestamp now) = 0;  ///< not_found
  /// Together with the journal row that tells of it. `working` also moves last_connected_at. Errors: not_found.
  virtual Task<Result<void>> set_state(ChannelId channel, SessionState state, JournalEvent told) = 0;
  virtual Task<Result<void>> set_linked_to(ChannelId channel, linked::Pairing number, Timestamp now) = 0;  ///< not_found
  virtual Task<Result<void>> set_restricted(ChannelId channel, std::optional<Timestamp> until, JournalEvent told) = 0;  ///< not_found
  /// An event that changes nothing here.
  virtual Task<Result<void>> tell(JournalEvent event) = 0;

  /// Takes the session for `owner`, or keeps it. Errors: conflict while it is another's; not_found is told the same way.
  virtual Task<Result<void>> acquire(ChannelId channel, std::string owner, Timestamp now, Timestamp until) = 0;
  /// Moves the end of everything `owner` holds; gives what it holds.
  virtual Task<Result<std::vector<ChannelId>>> renew(std::string owner, Timestamp until) = 0;
  virtual Task<Result<void>> release(ChannelId channel, std::string owner) = 0;  ///< does nothing when it is another's

  /// At most 1000 ids; the answer ends before it becomes larger than `most_bytes`, but has one key at least.
  virtual Task<Result<linked::KeyPage>> get_keys(ChannelId channel, std::string type, std::vector<std::string> ids,
                                                 std::size_t most_bytes) = 0;
  /// All or nothing, and only for the owner. Errors: conflict (another's, or gone).
  virtual Task<Result<void>> set_keys(ChannelId channel, std::string owner, linked::KeyFormat format, std::vector<linked::Key> changes) = 0;
  /// Every key goes, and with them the number that was linked. An empty owner: whoever it is. Errors: conflict as of set_keys().
  virtual Task<Result<void>> wipe_keys(ChannelId channel, std::string owner, Timestamp now) = 0;

  virtual Task<Result<void>> keep_bytes(KeptBytes bytes) = 0;
  /// nullopt: not kept. `chats` are tried in turn.
  virtual Task<Result<std::optional<std::string>>> find_bytes(ChannelId channel, std::vector<std::string> chats,
                                                              std::string message_id) = 0;
  /// Who wrote a message that is kept: a Jid; empty: the number itself; nullopt: not kept.
  virtual Task<Result<std::optional<std::string>>> find_author(ChannelId channel, std::vector<std::string> chats,
                                                               std::string message_id) = 0;
  /// Forgets what was kept before. Gives how many.
  virtual Task<Result<std::uint64_t>> forget_bytes(Timestamp before) = 0;
};

}  // namespace wherry
