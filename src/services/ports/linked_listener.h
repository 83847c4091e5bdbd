#pragma once

#include <optional>
#include <string>
#include <vector>

#include "base/result.h"
#include "base/task.h"
#include "domain/linked_state.h"
#include "services/ports/linked_chats.h"

namespace wherry::linked {

/// A key or the credentials of a session: opaque, secret bytes under (type, id).
struct Key {
  std::string type, id;
  std::optional<Secret> value;         ///< nullopt: deleted
};

/// Keys that were asked for; those that do not exist are left out.
struct KeyPage {
  std::vector<Key> keys;               ///< in the order of the question
  bool more = false;                   ///< the answer became too large: ask again for the rest
};

/// How the keys of a session are written. A transport cannot read another's.
using KeyFormat = std::string;

/// The number that was linked.
struct Pairing {
  Jid jid;
  std::optional<Jid> lid;
  std::string name;                    ///< of the account; may be empty
  std::string platform;                ///< of the phone: "android", …; may be empty
};

/// A message that arrived, or that another device of the account sent.
struct ReceivedMessage {
  Jid chat;
  std::optional<Jid> chat_alt;         ///< the chat's other address, number or lid, when known
  std::string message_id;
  Jid sender;
  std::optional<Jid> sender_alt;
  bool from_me = false;                ///< with an id the gateway did not choose: sent by the phone or another device
  Timestamp at;
  std::string push_name;               ///< may be empty
  ReceivedContent content;
  std::optional<MessageRef> quoted;
  std::vector<Jid> mentions;
  std::uint32_t forwarded = 0;         ///< how often
  std::uint32_t ephemeral_seconds = 0; ///< 0: it stays
  bool view_once = false;
  bool offline = false;                ///< waited for us at WhatsApp
  bool history = false;                ///< from the phone's archive: no news, and may come twice
  std::string bytes;                   ///< for message_bytes(); may be empty; at most 1 MiB. As secret as the message
};

/// A message of ours whose bytes must survive before it leaves.
struct SentBytes {
  Jid chat;
  std::string message_id;
  std::string bytes;
};

/// What WhatsApp's server said about a message of ours.
struct Acknowledgement {
  Jid chat;
  std::string message_id;
  bool accepted = false;
  int wa_code = 0;                     ///< of a refusal; 0: none
  std::string reason;                  ///< of a refusal: "restricted", …; empty when accepted
  Timestamp at;
};

enum class ReceiptType { delivered, read, played };

/// Messages reached somebody.
struct Receipt {
  Jid chat;
  std::vector<std::string> message_ids;
  ReceiptType type = ReceiptType::delivered;
  std::optional<Jid> participant;      ///< in a group: who
  bool by_me = false;                  ///< read on another device of our own
  Timestamp at;
};

/// Which bytes are wanted: of received() or sending().
struct BytesQuery {
  Jid chat;
  std::optional<Jid> chat_alt;
  std::string message_id;
};

struct StateChange {
  State state = State::stopped;
  Reason reason = Reason::none;
  int code = 0;                             ///< WhatsApp's number; 0: none
  std::optional<Timestamp> next_retry;      ///< of a `disconnected` one
  std::optional<Timestamp> until;           ///< end of a ban, when known
  std::string message;                      ///< for people; may be empty
};

struct QrCode {
  std::string code;                         ///< to be rendered as it is. Whoever scans it links the number: a secret while it lasts
  Timestamp expires_at;
  std::uint32_t left = 0;                   ///< how many follow by themselves
};

struct PairingCode {
  std::string code;                         ///< 8 characters, to be typed into the phone
  Timestamp expires_at;
};

struct TypingNotice {
  Jid chat, sender;
  Typing state = Typing::paused;
};

struct PresenceNotice {
  Jid jid;
  bool available = false;
  std::optional<Timestamp> last_seen;
};

struct GroupsNotice {
  std::vector<GroupChange> groups;
  std::optional<MembersChange> members;
};

struct CallNotice {
  enum class State { offer, accepted, rejected, timeout, ended };
  std::string call_id;
  Jid from, chat;
  State state = State::offer;
  bool video = false;
  Timestamp at;
};

struct HistoryNotice {
  std::optional<std::uint32_t> progress;    ///< percent
  bool done = false;
};

/// A message that could not be read. The transport asks for it again; it may follow.
struct UndecryptableNotice {
  Jid chat, sender;
  std::string message_id;
  Timestamp at;
};

/// Implemented by the gateway: what a transport asks of it and tells it.
///
/// Order: the calls about one session come one after another, in the order in which things happened; the next is made when the one before has
/// returned. get_keys() and message_bytes() alone may come beside others. Sessions do not wait for each other.
/// Durable: a call that gives a Result must return success only when what it says is on disk: the transport then lets things leave (receipts,
/// acknowledgements, messages). A failure with code unavailable, rate_limited or timeout is asked again; after any other the session fails.
/// Twice: after a crash or a failure anything may come again.
/// Never wait in a call for an answer of the transport: it may be waiting for this one.
/// Threads: on the executor of the session's process.
class Listener {
 public:
  virtual ~Listener() = default;

  virtual Task<Result<KeyPage>> get_keys(SessionId session, std::string type, std::vector<std::string> ids) = 0;  ///< at most 1000 ids
  /// All or nothing. `format` is kept with the keys.
  virtual Task<Result<void>> set_keys(SessionId session, KeyFormat format, std::vector<Key> changes) = 0;
  /// Every key goes; kept bytes may stay.
  virtual Task<Result<void>> wipe_keys(SessionId session, Reason reason) = 0;
  virtual Task<Result<void>> paired(SessionId session, Pairing pairing) = 0;
  virtual Task<Result<void>> received(SessionId session, ReceivedMessage message) = 0;
  virtual Task<Result<void>> sending(SessionId session, SentBytes sent) = 0;
  /// Comes before the outcome of the send, and settles an earlier unknown one.
  virtual Task<Result<void>> acknowledged(SessionId session, Acknowledgement ack) = 0;
  virtual Task<Result<void>> receipt(SessionId session, Receipt receipt) = 0;
  /// nullopt: not kept.
  virtual Task<Result<std::optional<std::string>>> message_bytes(SessionId session, BytesQuery query) = 0;

  virtual Task<void> state_changed(SessionId session, StateChange change) = 0;
  virtual Task<void> qr(SessionId session, QrCode code) = 0;
  virtual Task<void> pairing_code(SessionId session, PairingCode code) = 0;
  virtual Task<void> typing(SessionId session, TypingNotice notice) = 0;
  virtual Task<void> presence(SessionId session, PresenceNotice notice) = 0;
  virtual Task<void> chats(SessionId session, std::vector<ChatChange> chats) = 0;  ///< at most 200
  virtual Task<void> contacts(SessionId session, std::vector<ContactChange> contacts) = 0;  ///< at most 200
  virtual Task<void> groups(SessionId session, GroupsNotice notice) = 0;
  virtual Task<void> call(SessionId session, CallNotice notice) = 0;
  virtual Task<void> history(SessionId session, HistoryNotice notice) = 0;
  virtual Task<void> undecryptable(SessionId session, UndecryptableNotice notice) = 0;
  /// New conversations are refused for now.
  virtual Task<void> restricted(SessionId session, std::optional<Timestamp> until) = 0;
};

}  // namespace wherry::linked
