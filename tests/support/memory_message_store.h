#pragma once

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
  std::map<ClaimedKey, IdempotencyRecord> keys;
  std::vector<JournalEvent> events;  ///< those that are about no message
  int writes = 0;
  int fail_at = 0;
  int fail_count = 1;  ///< how many writes in a row fail
  int calls = 0;       ///< reads too
  int fail_call = 0;   ///< the call of that number fails, read or write

  Task<Result<std::optional<Conversation>>> find_conversation(ConversationId id) override;
  Task<Result<std::vector<Conversation>>> list_conversations(ConversationFilter filter) override;
  Task<Result<std::optional<Conversation>>> find_conversation_with(TenantId tenant, ChannelId channel, WaId number) override;
  Task<Result<Conversation>> open_conversation(TenantId tenant, ChannelId channel, WaId number, Timestamp now) override;
  Task<Result<void>> accept(Message message, std::optional<IdempotencyClaim> claim) override;
  Task<Result<void>> move(MessageMove move, Message message) override;
  Task<Result<std::optional<Message>>> find_message(MessageId id) override;
  Task<Result<std::optional<Message>>> find_message_by_wamid(std::string wamid) override;
  Task<Result<std::optional<std::string>>> find_inbound_wamid(ConversationId conversation, MessageId id) override;
  Task<Result<std::vector<Message>>> unfinished(std::optional<MessageId> after, std::uint32_t limit) override;
  Task<Result<std::vector<Message>>> uncertain(std::optional<MessageId> after, Timestamp since, std::uint32_t limit) override;
  Task<Result<void>> record(JournalEvent event) override;
  Task<Result<std::vector<JournalEvent>>> journal_after(TenantId tenant, std::uint64_t sequence, std::uint32_t limit) override;

 private:
  friend class MemoryIdempotencyStore;
  Result<void> begin_write();
  Result<void> begin_call();
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
