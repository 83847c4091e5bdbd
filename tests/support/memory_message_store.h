#pragma once

#include <map>
#include <vector>

#include "services/ports/message_store.h"

namespace wherry::test {

/// MessageStore in memory, with every move remembered. The call numbered `fail_at` (1 = the first write) fails once.
class MemoryMessageStore final : public MessageStore {
 public:
  std::map<ConversationId, Conversation> conversations;
  std::map<MessageId, Message> messages;
  std::vector<MessageMove> moves;
  int writes = 0;
  int fail_at = 0;
  int fail_count = 1;  ///< how many writes in a row fail

  Task<Result<std::optional<Conversation>>> find_conversation(ConversationId id) override;
  Task<Result<std::vector<Conversation>>> list_conversations(ConversationFilter filter) override;
  Task<Result<void>> accept(Message message) override;
  Task<Result<void>> move(MessageMove move, Message message) override;
  Task<Result<std::optional<Message>>> find_message(MessageId id) override;
  Task<Result<std::optional<Message>>> find_message_by_wamid(std::string wamid) override;
  Task<Result<std::vector<Message>>> unfinished(std::optional<MessageId> after, std::uint32_t limit) override;
  Task<Result<std::vector<JournalEvent>>> journal_after(TenantId tenant, std::uint64_t sequence, std::uint32_t limit) override;

 private:
  Result<void> begin_write();
};

}  // namespace wherry::test
