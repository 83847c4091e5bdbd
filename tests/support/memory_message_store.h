#pragma once

#include <functional>
#include <map>
#include <tuple>
#include <vector>

#include "services/ports/message_store.h"

namespace wherry::test {

/// Tenant, route and key.
using ClaimedKey = std::tuple<TenantId, std::string, std::string>;
inline ClaimedKey claimed_key(const IdempotencyClaim& claim) { return {claim.tenant, claim.route, claim.key}; }

/// MessageStore in memory, with every move remembered. The call numbered `fail_at` (1 = the first write) fails once.
class MemoryMessageStore final : public MessageStore {
 public:
  std::map<ConversationId, Conversation> conversations;
  std::map<MessageId, Message> messages;
  std::map<MessageId, std::pair<ConversationId, std::string>> inbound_wamids;
  std::vector<MessageMove> moves;
  std::vector<LinkedSend> sends;      ///< told to whoever asks for linked_sends()
  std::map<ClaimedKey, IdempotencyRecord> keys;
  std::vector<JournalEvent> events;  ///< those that are about no message
  std::vector<MessageId> due_events;  ///< scheduled messages that were put in line
  std::size_t largest_page = 0;       ///< the most messages any read gave at once
  int writes = 0;
  int fail_at = 0;
  int fail_count = 1;  ///< how many writes in a row fail
  int calls = 0;       ///< reads too
  int fail_call = 0;   ///< the call of that number fails, read or write

  Task<Result<std::optional<Conversation>>> find_conversation(ConversationId id) override;
  Task<Result<std::vector<Conversation>>> list_conversations(ConversationFilter filter) override;
  Task<Result<std::optional<Conversation>>> find_conversation_with(TenantId tenant, ChannelId channel, WaId number) override;
  Task<Result<Conversation>> open_conversation(TenantId tenant, ChannelId channel, ContactIdentity who, Timestamp now) override;
  Task<Result<void>> accept(Message message, std::optional<IdempotencyClaim> claim) override;
  Task<Result<void>> move(MessageMove move, Message message) override;
  Task<std::vector<Result<void>>> move_all(std::vector<std::pair<MessageMove, Message>> moves) override;
  Task<Result<std::optional<Message>>> find_message(MessageId id) override;
  Task<Result<std::optional<Message>>> find_message_by_wamid(std::string wamid) override;
  Task<Result<std::optional<std::string>>> find_inbound_wamid(ConversationId conversation, MessageId id) override;
  Task<Result<std::vector<Message>>> uncertain(std::optional<MessageId> after, Timestamp since, std::uint32_t limit) override;
  Task<Result<void>> record(JournalEvent event) override;
  Task<Result<std::vector<JournalEvent>>> journal_after(TenantId tenant, std::uint64_t sequence, std::uint32_t limit) override;

  Task<Result<std::vector<ChannelLine>>> channel_lines() override;
  Task<Result<std::vector<InLine>>> in_line(ChannelId channel, Priority priority, LinePosition after, std::uint32_t limit) override;
  Task<Result<std::vector<Message>>> lane(ConversationId conversation, std::uint32_t limit) override;
  Task<Result<std::vector<Message>>> channel_lane(ChannelId channel, std::uint32_t limit) override;
  Task<Result<std::vector<LinkedSend>>> linked_sends(Timestamp since) override;
  Task<Result<std::vector<Message>>> due(Timestamp now, DuePosition after, std::uint32_t limit) override;
  Task<Result<std::optional<Timestamp>>> next_due() override;
  Task<std::vector<Result<void>>> put_in_line(std::vector<Message> messages, Timestamp now) override;
  Task<Result<std::vector<Message>>> expired(Timestamp now, std::uint32_t limit) override;
  Task<Result<std::vector<Message>>> sending(std::optional<MessageId> after, std::uint32_t limit) override;
  Task<Result<OutboxCounts>> count_waiting() override;

 private:
  friend class MemoryIdempotencyStore;
  Result<void> begin_write();
  Result<void> begin_call();
  Result<void> apply(const MessageMove& move);
  std::vector<Message> sorted_line(const std::function<bool(const Message&)>& wanted) const;
};

/// The keys that MemoryMessageStore accepted messages under.
class MemoryIdempotencyStore final : public IdempotencyStore {
 public:
  explicit MemoryIdempotencyStore(MemoryMessageStore& messages) : messages_(messages) {}
  Task<Result<std::optional<IdempotencyRecord>>> find(IdempotencyClaim claim) override;
  Task<Result<void>> finish(IdempotencyClaim claim, IdempotentAnswer answer) override;
  Task<Result<std::uint64_t>> forget(Timestamp made_until) override;

 private:
  MemoryMessageStore& messages_;
};

}  // namespace wherry::test
