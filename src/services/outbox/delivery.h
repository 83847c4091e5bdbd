#pragma once

#include <atomic>
#include <memory>
#include <optional>

#include "services/channels/channels.h"
#include "services/channels/conversations.h"
#include "services/media/media_service.h"
#include "services/outbox/budgets.h"
#include "services/outbox/circuits.h"
#include "services/outbox/lanes.h"
#include "services/outbox/pacer.h"
#include "services/ports/message_store.h"
#include "services/ports/upstream.h"

namespace wherry {

struct OutboxCounters {
  std::atomic<std::uint64_t> accepted{0}, sent{0}, failed{0}, uncertain{0}, cancelled{0}, retried{0}, resumed{0};
  std::atomic<std::int64_t> waiting{0};    ///< in line, or being sent
  std::atomic<std::int64_t> scheduled{0};  ///< for later
};

/// What a caller is told about a message that may or may not have been sent.
inline constexpr std::string_view unconfirmed_text = "WhatsApp did not confirm the message; it may or may not have been sent";

/// Takes one accepted message to its outcome: pacing and budget, commit `sending`, WhatsApp, commit the outcome, answer the caller.
/// Only throttled and transient refusals are tried again, until the message's give_up_at. Threads: any.
class Delivery {
 public:
  /// What it works with, and what linked numbers may send that have no budget of their own.
  struct Parts {
    MessageStore& store;
    Channels& channels;
    Conversations& conversations;
    MediaService& media;
    Upstream& upstream;
    Clock& clock;
    SendBudget linked_budget;
  };
  Delivery(Parts parts, Lanes& lanes, OutboxCounters& counters);

  /// What became of a message in its lane.
  struct Delivered {
    enum class Kind {
      finished,   ///< its outcome is on disk
      cancelled,  ///< somebody took it back
      held_up,    ///< it stays on disk, in line, because it has to wait for long and nobody waits for it
    } kind = Kind::finished;
    std::optional<Message> message;            ///< of held_up
    std::optional<Timestamp> until = std::nullopt;  ///< of held_up; nullopt: as long as its number is refused
  };
  Task<Delivered> deliver(OutboxJob job);

  /// What became of a message that was tried at once.
  struct FirstTry {
    enum class Kind {
      answered,   ///< its caller has a final answer, which is on disk
      must_wait,  ///< a limit holds `job` back; nothing was stored
      retrying,   ///< `job` is stored as accepted, to be tried again: deliver() it
    } kind = Kind::answered;
    OutboxJob job;
  };
  /// The short road of a new message whose lane is idle: its first commit stores it as `sending` already.
  Task<FirstTry> try_at_once(OutboxJob job, const std::optional<IdempotencyClaim>& claim);
  /// Errors: upstream_unavailable while WhatsApp refuses the number for the account's sake.
  Result<void> check_circuit(ChannelId channel);
  /// For a caller who waits: takes a send of a linked number's budget. Errors: conflict (the number is not connected), rate_limited with
  /// retry_after.
  Result<void> reserve(const Channel& channel);
  /// Whether a linked number can send nothing now: it is not connected, or its budget is used up.
  bool is_held_up(const Channel& channel);
  /// A linked number sent something at that time, before this process knew.
  void note_sent(ChannelId channel, Timestamp at) { budgets_.note(channel, at); }
  Circuits::State circuit_of(ChannelId channel) { return circuits_.state_of(channel); }
  /// How many numbers WhatsApp refuses.
  std::size_t open_circuits() const { return circuits_.open_count(); }
  void sweep();

 private:
  enum class Next { try_again, done };
  struct Attempt {
    ChannelPtr channel;
    ContactIdentity to;
    std::vector<OutboundFile> files;
  };
  Task<Result<Attempt>> prepare(const Message& message);
  Task<Result<void>> pace(ChannelPtr channel, const OutboxJob& job);
  Task<Result<void>> wait_for_slot(ChannelPtr channel, const OutboxJob& job);
  Task<void> nap(const OutboxJob& job, milliseconds duration);
  Urgency urgency_of(const OutboxJob& job) const;
  bool may_be_parked(const OutboxJob& job) const { return urgency_of(job) != Urgency::awaited; }
  bool is_withdrawn(const OutboxJob& job) const { return lanes_.is_withdrawn(job.lane); }
  bool may_go_now(const Channel& channel, const Message& message);
  Task<bool> commit_sending(OutboxJob& job);
  enum class Passage { free, failed, held_up };
  Task<Passage> pass_circuit(OutboxJob& job, ChannelPtr channel);
  Task<Passage> pass_budget(OutboxJob& job, ChannelPtr channel);
  std::optional<JournalEvent> note_account(const ChannelPtr& channel, const SendOutcome& outcome);
  Task<Next> settle(OutboxJob& job, ChannelPtr channel, SendOutcome outcome);
  Task<Next> settle_message(OutboxJob& job, ChannelPtr channel, SendOutcome outcome);
  Task<Next> settle_refused(OutboxJob& job, ChannelPtr channel, SendRefused refused);
  Task<void> fail(OutboxJob& job, UpstreamError error, Error reason);
  /// Its time is over, or will be before the next try.
  Task<void> give_up(OutboxJob& job, UpstreamError last, Error reason);
  Task<void> settle_overtaken(OutboxJob& job);
  /// Stores a move and keeps job.message in step. conflict: a status webhook was faster.
  /// `started`: when the request that had this outcome began.
  Task<Result<void>> store_move(Message& message, MessageState to, std::string wamid, std::optional<UpstreamError> error,
                                std::optional<Timestamp> started = std::nullopt);

  MessageStore& store_;
  Channels& channels_;
  Conversations& conversations_;
  MediaService& media_;
  Upstream& upstream_;
  Clock& clock_;
  Lanes& lanes_;
  OutboxCounters& counters_;
  Pacer pacer_;
  Budgets budgets_;
  Circuits circuits_;
};

}  // namespace wherry
