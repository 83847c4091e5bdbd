#pragma once

#include "services/journal/journal_feed.h"
#include "services/ports/message_store.h"
#include "store/database.h"

namespace wherry::store {

/// Conversations, outbound messages and the journal in SQL. The feed, if there is one, is told of every journal row.
class SqlMessageStore final : public MessageStore {
 public:
  explicit SqlMessageStore(Database& database, JournalFeed* feed = nullptr) : database_(database), feed_(feed) {}
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
  void journaled(TenantId tenant);

  Database& database_;
  JournalFeed* feed_;
};

}  // namespace wherry::store
