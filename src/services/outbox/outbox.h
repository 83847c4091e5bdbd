#pragma once

#include <atomic>
#include <memory>
#include <optional>
#include <string>

#include "base/clock.h"
#include "base/result.h"
#include "base/task.h"
#include "base/task_group.h"
#include "services/channels/channels.h"
#include "services/channels/conversations.h"
#include "services/media/media_service.h"
#include "services/outbox/pacer.h"
#include "services/ports/message_store.h"
#include "services/ports/upstream.h"

namespace wherry {

/// One message to send, checked for form by its door and for everything else here.
struct SendRequest {
  TenantId tenant;
  ConversationId conversation;
  Content content;
};

struct SendReceipt {
  MessageId id;
  std::string wamid;
};

struct OutboxOptions {
  milliseconds answer_within{20'000};   ///< a synchronous caller's retries must begin before this
  std::size_t max_waiting = 50'000;     ///< messages accepted and not finished; over it `unavailable`
};

struct OutboxCounters {
  std::atomic<std::uint64_t> accepted{0}, sent{0}, failed{0}, uncertain{0}, retried{0}, resumed{0};
  std::atomic<std::int64_t> waiting{0};
};

/// The one road of every outbound message: commit `accepted`, lane, pacing, commit `sending`, WhatsApp, commit the outcome.
/// First in first out per conversation; conversations are independent. Threads: any.
class Outbox {
 public:
  Outbox(MessageStore& store, Channels& channels, Conversations& conversations, MediaService& media, Upstream& upstream, Clock& clock,
         OutboxOptions options);
  ~Outbox();

  /// The checks that need no content: the conversation exists (not_found), is the tenant's (permission_denied), its channel
  /// is there (not_found) and its service window is open (window_closed). For doors that must check before they fetch media.
  Task<Result<Conversation>> check_sendable(TenantId tenant, ConversationId conversation);

  /// Sends and waits for the outcome, which is on disk when this returns.
  /// Errors: those of check_sendable; invalid_argument (content limits, NUL, bad UTF-8); not_found, permission_denied, gone
  /// (media); upload_failed, rejected, upstream_unavailable (not sent, final); outcome_unknown; unavailable (store or queue full).
  Task<Result<SendReceipt>> submit_and_wait(SendRequest request);

  /// After a restart: sends what was left `accepted`, marks what was left `sending` as `uncertain`.
  Task<Result<void>> resume();
  /// Stops taking new messages and waits up to `grace` for running ones; what is left stays on disk for the next start.
  Task<void> stop(milliseconds grace);

  const OutboxCounters& counters() const;

 private:
  class Lanes;
  std::unique_ptr<Lanes> lanes_;
};

}  // namespace wherry
