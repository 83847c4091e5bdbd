#pragma once

#include <functional>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "base/result.h"
#include "base/task.h"
#include "domain/inbound.h"
#include "services/ports/idempotency_store.h"
#include "services/ports/outbox_queue.h"

namespace wherry {

/// A move of one message's state, applied only if the stored state still allows it (domain/message_state.h).
struct MessageMove {
  MessageId id;
  MessageState from = MessageState::accepted;  ///< the expected stored state
  MessageState to = MessageState::sending;
  std::string wamid;                           ///< set when not empty
  std::optional<UpstreamError> error;
  std::uint32_t attempts = 0;
  std::optional<Timestamp> next_attempt_at;
  Timestamp at;
  std::optional<Timestamp> attempt_started_at = std::nullopt;  ///< of an outcome: when the request began; for the journal only
  bool again_though_uncertain = false;                         ///< counted in Message::resends
  std::optional<Timestamp> give_up_at = std::nullopt;          ///< a new one
};

/// Conversations and the messages in them, and the line of those that wait. Every write is durable when it returns, and comes with its journal row.
/// Errors of all calls: unavailable (disk full, read-only, store stopping).
class MessageStore : public OutboxQueue {
 public:
  virtual Task<Result<std::optional<Conversation>>> find_conversation(ConversationId id) = 0;
  struct ConversationFilter {
    std::optional<TenantId> tenant;
    std::string contact_key;  ///< empty: any
    std::optional<ConversationId> after;  ///< page on; newest first
    std::uint32_t limit = 50;
  };
  virtual Task<Result<std::vector<Conversation>>> list_conversations(ConversationFilter filter) = 0;

  /// The conversation of a tenant's channel with a number; nullopt when there is none yet.
  virtual Task<Result<std::optional<Conversation>>> find_conversation_with(TenantId tenant, ChannelId channel, WaId number) = 0;
  /// The conversation of a tenant's channel with somebody, under the rules inbound messages find theirs by: by number (contact_key), and who
  /// has none by bsuid. It and its contact are made when they do not exist yet, with a service window that is closed. Durable when it returns.
  virtual Task<Result<Conversation>> open_conversation(TenantId tenant, ChannelId channel, ContactIdentity who, Timestamp now) = 0;

  /// Stores a new message, with the wamid where it has one already, as `accepted`, already as `sending`, or as `failed` (with its error, and a "message.failed" row too), with a
  /// "message.accepted" journal row and the idempotency key it was sent under, all or nothing. Errors: idempotency_conflict when the key is taken and still alive.
  virtual Task<Result<void>> accept(Message message, std::optional<IdempotencyClaim> claim) = 0;
  /// Errors: conflict when the stored state is not `move.from`.
  virtual Task<Result<void>> move(MessageMove move, Message message) = 0;
  /// Many moves at once, each with an outcome of its own.
  virtual Task<std::vector<Result<void>>> move_all(std::vector<std::pair<MessageMove, Message>> moves) = 0;
  virtual Task<Result<std::optional<Message>>> find_message(MessageId id) = 0;
  virtual Task<Result<std::optional<Message>>> find_message_by_wamid(std::string wamid) = 0;
  /// WhatsApp's id of a message a customer wrote in this conversation.
  virtual Task<Result<std::optional<std::string>>> find_inbound_wamid(ConversationId conversation, MessageId id) = 0;
  /// Messages that have been `uncertain` since that time or longer. Pages by id.
  virtual Task<Result<std::vector<Message>>> uncertain(std::optional<MessageId> after, Timestamp since, std::uint32_t limit) = 0;
  /// Writes an event that is about no message; its sequence is the store's to give.
  virtual Task<Result<void>> record(JournalEvent event) = 0;
  virtual Task<Result<std::vector<JournalEvent>>> journal_after(TenantId tenant, std::uint64_t sequence, std::uint32_t limit) = 0;
};

/// An inbound message as it is to be stored.
struct NewInbound {
  MessageId id;
  ChannelId channel;
  TenantId tenant;
  InboundMessage message;
  std::string contact_key;  ///< contact_key(wa_id), or "" for a BSUID-only sender
  std::optional<MediaId> media;  ///< the row its file will get
};

struct StoredInbound {
  bool duplicate = false;
  Conversation conversation;  ///< created or refreshed; meaningless when duplicate
};

/// A status as it is to be applied.
struct NewStatus {
  ChannelId channel;
  TenantId tenant;
  StatusUpdate status;
};

struct StoredStatus {
  bool duplicate = false;
  std::optional<Message> message;  ///< as it now is; nullopt when it is none of ours
  bool moved = false;
};

struct NewOther {
  TenantId tenant;
  std::optional<ChannelId> channel;
  OtherEvent event;
};

struct NewLinkedEvent {
  ChannelId channel;
  TenantId tenant;
  LinkedEvent event;
  std::string contact_key;  ///< as of NewInbound
};

struct StoredLinkedEvent {
  bool duplicate = false;
};

using NewInboundEvent = std::variant<NewInbound, NewStatus, NewOther, NewLinkedEvent>;
using StoredInboundEvent = std::variant<StoredInbound, StoredStatus, std::monostate, StoredLinkedEvent>;

/// A file waiting to be fetched from WhatsApp.
struct PendingFetch {
  MediaId media;
  TenantId tenant;
  ChannelId channel;
  MessageId message;
  InboundMedia remote;
  std::uint32_t attempts = 0;
  Timestamp next_attempt_at;
};

/// What comes in from WhatsApp. One call stores a whole webhook POST: in order, durable when it returns, duplicates
/// (same wamid and place; same wamid, status and recipient; same `once`; within 8 days) left out and marked. Each event has an outcome of its own, in
/// order; one is never half stored.
class InboundStore {
 public:
  virtual ~InboundStore() = default;
  virtual Task<std::vector<Result<StoredInboundEvent>>> store(std::vector<NewInboundEvent> events, Timestamp now) = 0;
  /// Forgets de-duplication keys older than `before`. Gives how many.
  virtual Task<Result<std::uint64_t>> forget_seen(Timestamp before) = 0;

  virtual Task<Result<std::vector<PendingFetch>>> due_fetches(Timestamp now, std::uint32_t limit) = 0;
  virtual Task<Result<void>> reschedule_fetch(MediaId media, std::uint32_t attempts, Timestamp next_attempt_at) = 0;
  /// Ends a fetch: the media row is written (available or unavailable) and the pending row goes, together.
  virtual Task<Result<void>> finish_fetch(Media media) = 0;
};

}  // namespace wherry
