#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "base/result.h"
#include "base/task.h"
#include "domain/wa_id.h"
#include "services/ports/linked_listener.h"
#include "services/ports/media_store.h"

namespace wherry::linked {

enum class HistoryWanted { none, recent, full };

/// How a session behaves. What is not given is the transport's choice.
struct Settings {
  std::string device_name = {};              ///< as the phone lists it
  HistoryWanted history = HistoryWanted::none;
  bool auto_read = false;                    ///< what arrives is marked as read
  bool online = false;                       ///< shown as online; the phone then tells of nothing
  Secret proxy = {};                         ///< http://user:password@host:port; empty: none
  std::string client_version = {};           ///< when WhatsApp calls the transport outdated before there is an update
};

struct StartSession {
  SessionId session;
  Settings settings;
  KeyFormat key_format;                      ///< as last given to set_keys(); empty: there are no keys
};

struct PairByQr {};
struct PairByCode {
  WaId phone;
};
using PairBy = std::variant<PairByQr, PairByCode>;

/// Shows "typing…" before the message.
struct TypingFirst {
  Typing state = Typing::composing;
  milliseconds duration{0};                  ///< at most 20 s
};

/// `message_id` of these is chosen by the gateway: make_message_id(). The same one is used for another try.
struct OutgoingMessage {
  std::string message_id;
  Jid to;
  OutgoingContent content;
  std::optional<MessageRef> reply_to;
  std::vector<Jid> mentions;
  std::optional<TypingFirst> typing;
};
struct OutgoingEdit {
  std::string message_id;
  Jid chat;
  std::string target;                        ///< id of a text of our own
  std::string text;
  std::vector<Jid> mentions;
};
struct OutgoingRevoke {
  std::string message_id;
  Jid chat;
  MessageRef target;                         ///< somebody else's only as a group's admin
};
struct OutgoingReaction {
  std::string message_id;
  Jid chat;
  MessageRef target;
  std::string emoji;                         ///< empty takes it back
};
struct OutgoingVote {
  std::string message_id;
  Jid chat;
  MessageRef target;                         ///< the poll
  std::vector<std::string> options;          ///< names, the whole new choice; none takes it back
};
/// A copy of the kept bytes, marked as forwarded.
struct OutgoingForward {
  std::string message_id;
  Jid source_chat;
  std::string source_id;
  Jid to;
};

/// WhatsApp's server has it.
struct SendAccepted {
  std::string message_id;
  Timestamp at;
};

/// Why nothing was sent.
enum class Refusal {
  not_running,     ///< the session is not started, or its process is being started again
  not_paired,
  not_connected,   ///< paired and started, but not `working`
  bad_request,     ///< a field is wrong; the error's message begins with its name where it is known
  not_found,       ///< chat, message, poll, file
  conflict,        ///< a message with this id is being sent
  restricted,      ///< WhatsApp: no new conversations for now (463)
  bad_addressing,  ///< WhatsApp (479)
  not_allowed,     ///< WhatsApp (401, 403)
  not_acceptable,  ///< WhatsApp (406)
  rate,            ///< WhatsApp: too many (429)
  refused,         ///< WhatsApp, for another reason
  too_large,
  media,           ///< the upload went wrong
  busy,            ///< too much is being done
  store,           ///< the gateway could not store what must survive
  unsupported,     ///< this transport cannot
  internal,        ///< a bug
};
std::string_view to_string(Refusal reason);

/// It was not sent, or WhatsApp refused it. Trying again with the same id is safe.
struct SendRefused {
  Refusal reason = Refusal::internal;
  int wa_code = 0;                           ///< WhatsApp's number; 0: none
  bool may_retry = false;                    ///< the same may succeed later without anybody doing anything
  Error error;  ///< invalid_argument, not_found, conflict, too_large, upload_failed, rejected, upstream_unavailable, internal
};
/// It may have been sent. acknowledged() or receipt() with that id settles it, if anything does. Never try again by itself.
struct SendUnknown {
  std::string detail;
};
using SendOutcome = std::variant<SendAccepted, SendRefused, SendUnknown>;

struct ReadMessage {
  std::string id;
  std::optional<Jid> sender;  ///< needed in groups
};

enum class PictureSize { preview, full };

struct GroupEdit {
  std::optional<std::string> subject, description;
  std::optional<bool> announce, locked;
};

/// At least one of the first three.
struct ChatEdit {
  std::optional<bool> archived, pinned;
  std::optional<Timestamp> muted_until;  ///< the epoch ends it
  struct Last {
    MessageRef message;
    Timestamp at;
  };
  std::optional<Last> last_message;  ///< the archive needs it
};

/// A session as its process last described it.
struct SessionHealth {
  SessionId session;
  State state = State::stopped;
  std::optional<Timestamp> last_frame_at;  ///< from WhatsApp
  std::uint32_t queue = 0, unacked = 0;
};

/// A process of the transport.
struct ProcessHealth {
  std::int64_t pid = 0;  ///< 0: it is being started
  std::string version;  ///< name and version of what runs
  std::uint64_t resident_bytes = 0, heap_bytes = 0;
  milliseconds uptime{0}, loop_delay{0};
  std::uint32_t restarts = 0;  ///< since the gateway started
  std::vector<SessionHealth> sessions;
};

/// WhatsApp as a linked device sees it: many sessions, each the link of one number.
///
/// Errors of the calls that give a Result, beside what is said at each: invalid_argument, conflict (not started, not paired, …),
/// upstream_unavailable (not connected, busy, or the process is being started again: nothing was done), rejected (WhatsApp said no; the message says why),
/// timeout (nothing is known), unavailable (what the transport needs is not installed, or it cannot be started: the message names the remedy), internal.
/// Threads: any; a call resumes on its caller's executor.
class LinkedTransport {
 public:
  virtual ~LinkedTransport() = default;

  /// Begins to run a session; Listener::state_changed tells how it goes. It runs until stop(), also when processes have to be started again.
  /// Does nothing when it runs already. Errors: conflict (the keys have another format: the number must be linked again).
  virtual Task<Result<void>> start(StartSession request) = 0;
  /// After it nothing more comes from the session. Keys stay. Does nothing when it does not run.
  virtual Task<Result<void>> stop(SessionId session) = 0;
  /// Listener::qr() or pairing_code() follows. Errors: already_exists (paired), conflict (pairing goes on).
  virtual Task<Result<void>> pair(SessionId session, PairBy method) = 0;
  /// Unlinks; the keys are wiped in any case. Gives whether WhatsApp was told.
  virtual Task<Result<bool>> logout(SessionId session) = 0;

  virtual Task<SendOutcome> send(SessionId session, OutgoingMessage message) = 0;
  virtual Task<SendOutcome> edit(SessionId session, OutgoingEdit edit) = 0;
  virtual Task<SendOutcome> revoke(SessionId session, OutgoingRevoke revoke) = 0;
  virtual Task<SendOutcome> react(SessionId session, OutgoingReaction reaction) = 0;
  virtual Task<SendOutcome> vote(SessionId session, OutgoingVote vote) = 0;
  virtual Task<SendOutcome> forward(SessionId session, OutgoingForward forward) = 0;

  virtual Task<Result<void>> mark_read(SessionId session, Jid chat, std::vector<ReadMessage> messages) = 0;  ///< at most 200
  virtual Task<Result<void>> mark_played(SessionId session, Jid chat, std::vector<ReadMessage> messages) = 0;  ///< at most 200
  virtual Task<Result<void>> show_typing(SessionId session, Jid chat, Typing state) = 0;
  virtual Task<Result<void>> set_presence(SessionId session, bool available) = 0;

  /// Fetches a received file into a blob. Errors: fetch_failed (try again), not_found (gone for good), too_large.
  virtual Task<Result<void>> download(SessionId session, RemoteFile file, BlobWriter& into) = 0;

  virtual Task<Result<std::vector<NumberCheck>>> check_numbers(SessionId session, std::vector<WaId> numbers) = 0;  ///< at most 50
  /// Where the picture can be fetched for some hours. Errors: not_found (none, or hidden).
  virtual Task<Result<std::string>> picture(SessionId session, Jid jid, PictureSize size) = 0;
  virtual Task<Result<About>> about(SessionId session, Jid jid) = 0;
  virtual Task<Result<void>> set_blocked(SessionId session, Jid jid, bool blocked) = 0;

  virtual Task<Result<std::vector<Group>>> groups(SessionId session) = 0;
  virtual Task<Result<Group>> group(SessionId session, Jid group) = 0;
  virtual Task<Result<Group>> create_group(SessionId session, std::string subject, std::vector<Jid> participants) = 0;
  virtual Task<Result<Group>> edit_group(SessionId session, Jid group, GroupEdit edit) = 0;
  virtual Task<Result<std::vector<MemberResult>>> change_members(SessionId session, MembersChange change) = 0;
  /// `reset`: the old link stops working.
  virtual Task<Result<GroupInvite>> group_invite(SessionId session, Jid group, bool reset) = 0;
  virtual Task<Result<void>> leave_group(SessionId session, Jid group) = 0;
  virtual Task<Result<Jid>> join_group(SessionId session, std::string invite_code) = 0;
  virtual Task<Result<void>> edit_chat(SessionId session, Jid chat, ChatEdit edit) = 0;

  virtual std::vector<ProcessHealth> health() const = 0;
};

}  // namespace wherry::linked
