#pragma once

#include "services/journal/journal_feed.h"
#include "services/ports/message_store.h"
#include "store/database.h"

namespace wherry::store {

/// Conversations, outbound messages, their line (outbox_queue.cpp) and the journal in SQL. The feed, if there is one, is told of every journal row.
class SqlMessageStore final : public MessageStore {
 public:
  explicit SqlMessageStore(Database& database, JournalFeed* feed = nullptr) : database_(database), feed_(feed) {}
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
  Task<Result<std::vector<Message>>> due(Timestamp now, DuePosition after, std::uint32_t limit) override;
  Task<Result<std::optional<Timestamp>>> next_due() override;
  Task<std::vector<Result<void>>> put_in_line(std::vector<Message> messages, Timestamp now) override;
  Task<Result<std::vector<Message>>> expired(Timestamp now, std::uint32_t limit) override;
  Task<Result<std::vector<Message>>> sending(std::optional<MessageId> after, std::uint32_t limit) override;
  Task<Result<std::vector<LinkedSend>>> linked_sends(Timestamp since) override;
  Task<Result<OutboxCounts>> count_waiting() override;

 private:
  Task<std::vector<Result<void>>> commit_each(std::vector<Batch> batches, std::vector<TenantId> tenants);
  void journaled(TenantId tenant);

  Database& database_;
  JournalFeed* feed_;
};

}  // namespace wherry::store
