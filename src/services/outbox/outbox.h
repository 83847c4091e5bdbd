#pragma once

#include <memory>

#include "base/clock.h"
#include "base/result.h"
#include "base/task.h"
#include "base/task_group.h"
#include "services/outbox/delivery.h"

namespace wherry {

/// A number, as somebody to write to from a channel.
struct Recipient {
  ChannelId channel;
  WaId number;
};

/// One message to send, checked for form by its door and for everything else here.
struct SendRequest {
  TenantId tenant;
  ConversationId conversation;  ///< unless `to` is given
  Content content;
  std::optional<IdempotencyClaim> claim = std::nullopt;  ///< the key it is sent under, stored in the same batch
  std::optional<Recipient> to = std::nullopt;            ///< the conversation with this number; made when there is none
  WindowCheck window_check = WindowCheck::here;
};

struct OutboxOptions {
  milliseconds answer_within{20'000};  ///< a synchronous caller's retries must begin before this
  std::int64_t max_waiting = 50'000;   ///< messages accepted and not finished; over it `unavailable`
  milliseconds keep_trying = std::chrono::hours(24);  ///< how long messages that nobody waits for are tried
};

/// The one road of every outbound message: commit `accepted`, lane, pacing, commit `sending`, WhatsApp, commit the outcome.
/// When the lane is idle and no limit holds the message back, the first two commits are one.
/// First in first out per conversation; conversations are independent. Threads: any.
class Outbox {
 public:
  Outbox(MessageStore& store, Channels& channels, Conversations& conversations, MediaService& media, Upstream& upstream, Clock& clock,
         OutboxOptions options);

  /// The checks that need no content: the conversation exists (not_found), is the tenant's (permission_denied), its channel
  /// is there (not_found) and its service window is open (window_closed). For doors that must check before they fetch media.
  Task<Result<Conversation>> check_sendable(TenantId tenant, ConversationId conversation);

  /// The conversation with a number, made when there is none yet, with a closed window. Errors: not_found (no such channel),
  /// permission_denied (another tenant's).
  Task<Result<Conversation>> open_conversation(TenantId tenant, Recipient to);

  /// Takes a message and returns when it is on disk as `accepted`, on its way to its lane. Errors: those of submit_and_wait up to there.
  Task<Result<Message>> submit(SendRequest request);

  /// Sends and waits for the outcome, which is on disk when this returns.
  /// Errors: those of check_sendable and open_conversation; invalid_argument (content limits, NUL, bad UTF-8); not_found, permission_denied, gone
  /// (media); idempotency_conflict (the claim's key is taken); upload_failed, rejected, upstream_unavailable (not sent, final; or not
  /// even accepted, because WhatsApp refuses the number); outcome_unknown; unavailable (store or queue full);
  /// cancelled (the server is stopping; stored and sent after the next start).
  Task<Result<SendReceipt>> submit_and_wait(SendRequest request);

  /// After a restart, before serving: puts what was left `accepted` back into its lanes, oldest first, and marks what was left
  /// `sending` as `uncertain`: it may have gone out.
  Task<Result<void>> resume();
  /// Stops taking new messages and waits up to `grace` for running ones; what is left stays on disk for the next start.
  Task<void> stop(milliseconds grace);
  /// Housekeeping, every minute or so: forgets idle limits, and decides about messages that no status told of in time, by their
  /// channel's policy: they fail, or are sent once more. Errors: unavailable (the rest waits for the next sweep).
  Task<Result<void>> sweep();

  /// How many numbers WhatsApp refuses for the account's sake.
  std::size_t open_circuits() const { return delivery_.open_circuits(); }
  const OutboxCounters& counters() const { return counters_; }

 private:
  struct LaneHold;
  Task<Result<Message>> admit(SendRequest request, milliseconds patience);
  Task<Result<Conversation>> find_own(TenantId tenant, ConversationId conversation);
  Task<void> run_lane(ConversationId conversation);
  void start(OutboxJob job, Executor executor);
  Task<Result<SendReceipt>> send_at_once(Message message, std::optional<IdempotencyClaim> claim);
  Task<Result<SendReceipt>> send_in_lane(Message message, std::optional<IdempotencyClaim> claim, bool holds_lane);
  Task<Result<SendReceipt>> wait_in_lane(Message message, bool holds_lane);
  Task<Result<void>> settle_uncertain(Message message);
  void release_lane(ConversationId conversation, Executor executor);

  MessageStore& store_;
  Channels& channels_;
  Conversations& conversations_;
  MediaService& media_;
  Clock& clock_;
  OutboxOptions options_;
  OutboxCounters counters_;
  Delivery delivery_;
  Lanes lanes_;
  TaskGroup runners_;
  std::atomic<bool> stopping_{false};
};

}  // namespace wherry
