#pragma once

#include <deque>
#include <memory>
#include <mutex>
#include <variant>

#include "base/clock.h"
#include "base/result.h"
#include "base/task.h"
#include "base/task_group.h"
#include "domain/jid.h"
#include "services/outbox/backlog.h"
#include "services/outbox/delivery.h"

namespace wherry {

/// Somebody to write to from a channel: a number, or from a linked one any person or group by address.
struct Recipient {
  ChannelId channel;
  std::variant<WaId, Jid> who;
};

/// What the caller of submit_and_wait makes of a success in which WhatsApp names no message. On disk it stays `uncertain` until a status
/// tells of it.
enum class Unnamed {
  is_unknown,  ///< outcome_unknown, like any answer that does not confirm
  is_taken,    ///< a receipt with an empty wamid: for a door whose contract answers so
};

/// One message to send, checked for form by its door and for everything else here.
struct SendRequest {
  TenantId tenant;
  ConversationId conversation;  ///< unless `to` is given
  Content content;
  std::optional<IdempotencyClaim> claim = std::nullopt;  ///< the key it is sent under, stored in the same batch
  std::optional<Recipient> to = std::nullopt;            ///< the conversation with this number; made when there is none
  WindowCheck window_check = WindowCheck::here;
  Unnamed unnamed = Unnamed::is_unknown;
  Priority priority = Priority::interactive;
  std::string reply_to = {};                             ///< WhatsApp's id of the message it quotes
  std::optional<Timestamp> send_at = std::nullopt;       ///< not before; at most 30 days ahead; a time that is past is now
  std::optional<milliseconds> time_to_live = std::nullopt;  ///< not sent later than this after it was taken, or was due: it fails then
  std::string client_data{};                             ///< given back with what follows; at most longest_client_data bytes of UTF-8
};

inline constexpr std::size_t longest_client_data = 16 * 1024;

struct OutboxOptions {
  milliseconds answer_within{20'000};  ///< a synchronous caller's retries must begin before this
  std::int64_t max_waiting = 50'000;   ///< synchronous callers at a time; over it `unavailable`
  milliseconds keep_trying = std::chrono::hours(24);  ///< how long messages that nobody waits for are tried
  std::int64_t max_queued = 10'000'000;               ///< messages accepted and not finished, on disk; over it `unavailable`
  Backlog::Limits lanes = {};
  SendBudget linked_budget{20, 200};                  ///< of linked numbers that have none of their own
};

inline constexpr milliseconds furthest_send_at = std::chrono::days(30);

/// The one road of every outbound message: commit `accepted`, lane, pacing, commit `sending`, WhatsApp, commit the outcome.
/// When the lane is idle and no limit holds the message back, the first two commits are one.
/// First in first out per conversation, and per number for linked ones; lanes are independent. The line is on disk: memory holds what is being worked on, and
/// the callers who wait. Threads: any.
class Outbox {
 public:
  Outbox(MessageStore& store, Channels& channels, Conversations& conversations, MediaService& media, Upstream& upstream, Clock& clock,
         OutboxOptions options);

  /// Asked about every template before it is accepted; set it before the first message. Its error is the sender's.
  using TemplateJudge = std::function<Task<Result<void>>(ChannelPtr, TemplateContent)>;
  void judge_templates(TemplateJudge judge) { judge_ = std::move(judge); }

  /// The checks that need no content: the conversation exists (not_found), is the tenant's (permission_denied), its channel
  /// is there (not_found) and its service window is open (window_closed). For doors that must check before they fetch media.
  Task<Result<Conversation>> check_sendable(TenantId tenant, ConversationId conversation);

  /// The conversation with somebody, made when there is none yet, with a closed window. Errors: not_found (no such channel),
  /// permission_denied (another tenant's), invalid_argument (an address that the channel cannot write to).
  Task<Result<Conversation>> open_conversation(TenantId tenant, Recipient to);

  /// Takes a message and returns when it is on disk as `accepted`: in line, or scheduled. Errors: those of submit_and_wait up to there.
  /// The window of a scheduled message is looked at when it is due.
  Task<Result<Message>> submit(SendRequest request);

  /// Takes a message that will not be sent: it is on disk as `failed` when this returns, and who follows it hears why. For doors that
  /// answer before they say no. Errors: those of submit, less window_closed.
  Task<Result<Message>> submit_refused(SendRequest request, UpstreamError why);

  /// Sends and waits for the outcome, which is on disk when this returns.
  /// Errors: those of check_sendable and open_conversation; invalid_argument (content limits, NUL, bad UTF-8, a time to send at);
  /// not_found, permission_denied, gone (media); idempotency_conflict (the claim's key is taken); upload_failed, rejected,
  /// upstream_unavailable (not sent, final; or not even accepted, because WhatsApp refuses the number); outcome_unknown (also: stored,
  /// and still in line when patience ended); conflict (cancelled meanwhile); unavailable (store or queue full); cancelled (the server is
  /// stopping; stored and sent after the next start). Of linked numbers also, with nothing stored: conflict (it is not connected),
  /// rate_limited with retry_after (its budget is used up).
  Task<Result<SendReceipt>> submit_and_wait(SendRequest request);

  /// Takes a message back that is still `accepted`: in line, waiting for its next try, or scheduled. Gives it as it is then.
  /// Errors: not_found; permission_denied (another tenant's); conflict, naming the state, when it is past that.
  Task<Result<Message>> cancel(TenantId tenant, MessageId id);

  /// After a restart, before serving: marks what was left `sending` as `uncertain`, since it may have gone out, and starts the task that
  /// brings the line on disk into lanes, oldest first, and scheduled messages into line. Takes no longer for a long line.
  Task<Result<void>> resume();
  /// Begins nothing any more, and waits up to `grace` for what is on its way. Linked devices may be stopped after it.
  Task<void> finish(milliseconds grace);
  /// The same, and gives up what is still on its way; what is left stays on disk for the next start.
  Task<void> stop(milliseconds grace);
  /// Housekeeping, every minute or so: forgets idle limits, fails what has expired in line, and decides about messages that no status told of in time, by their
  /// channel's policy: they fail, or are sent once more. Errors: unavailable (the rest waits for the next sweep).
  Task<Result<void>> sweep();

  /// How many numbers WhatsApp refuses for the account's sake.
  std::size_t open_circuits() const { return delivery_.open_circuits(); }
  const OutboxCounters& counters() const { return counters_; }

 private:
  enum class Waits { nobody, the_caller };
  struct LaneHold;
  struct Seat;
  // admission.cpp
  Task<Result<Message>> admit(SendRequest request, milliseconds patience, Waits waits);
  Task<Result<Conversation>> conversation_of(TenantId tenant, ConversationId id, std::optional<Recipient> to);
  ChannelKind kind_of(std::optional<ChannelId> id) const;
  Task<Result<Conversation>> find_own(TenantId tenant, ConversationId conversation);
  Task<Result<void>> check_template(ChannelId channel, const Content& content);
  Task<Result<void>> check_file(TenantId tenant, MediaId id, std::optional<Timestamp> send_at);
  std::int64_t next_place();
  // outbox.cpp
  static Error too_busy();
  Task<Result<SendReceipt>> send_admitted(Message message, std::optional<IdempotencyClaim> claim);
  Task<Result<SendReceipt>> send_at_once(LaneId lane, Message message, std::optional<IdempotencyClaim> claim);
  Task<Result<SendReceipt>> wait_in_lane(LaneId lane, Message message, std::optional<IdempotencyClaim> claim);
  Task<Result<Message>> schedule(Message message, std::optional<IdempotencyClaim> claim);
  // runners.cpp
  LaneId lane_of(const Message& message) const;
  void start_runner(LaneId lane, ChannelId channel, Executor executor);
  void start_lane(LaneId lane, ChannelId channel, Executor executor);
  void start_or_leave(const Message& message, Executor executor);
  void give_up_lane(LaneId lane, ChannelId channel, Executor executor);
  Task<void> run_lane(LaneId lane, ChannelId channel);
  Task<void> load_lane(LaneId lane, ChannelId channel);
  Task<Result<std::vector<Message>>> read_lane(LaneId lane, ChannelId channel);
  bool park_lane(LaneId lane, const Message& first, std::optional<Timestamp> until);
  // tending.cpp
  Task<void> tend();
  Task<milliseconds> feed();
  Task<bool> feed_from(Backlog::Walk walk);
  Task<void> release_due();
  Task<Result<void>> take_up(std::vector<Message> due, Timestamp now);
  void expect_due(Timestamp at);
  void answer_late_callers();
  void watch(std::shared_ptr<Answer> answer, Timestamp give_up_at);
  Task<Result<void>> mark_interrupted();
  Task<Result<void>> count();
  // cancel.cpp, expiry.cpp
  Task<Result<void>> take_out(const Message& message, MessageMove move, Error told);
  Task<Result<void>> fail_expired();
  // uncertain.cpp
  Task<Result<void>> settle_uncertain(Message message);

  MessageStore& store_;
  Channels& channels_;
  Conversations& conversations_;
  MediaService& media_;
  Clock& clock_;
  OutboxOptions options_;
  TemplateJudge judge_;
  OutboxCounters counters_;
  Lanes lanes_;
  Backlog backlog_;
  Delivery delivery_;
  std::atomic<std::int64_t> last_place_{0};
  std::atomic<std::int64_t> callers_{0};
  std::atomic<Timestamp> started_at_{Timestamp()};  ///< what was accepted until then has no caller left
  std::atomic<Timestamp> next_due_{Timestamp::max()};
  std::mutex callers_mutex_;
  std::deque<std::pair<Timestamp, std::shared_ptr<Answer>>> late_at_;  ///< in order: everybody has the same patience
  TaskGroup runners_;
  TaskGroup tending_;
  std::atomic<bool> stopping_{false};
};

}  // namespace wherry
