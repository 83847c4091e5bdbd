#pragma once

#include "services/ports/chat_store.h"
#include "store/database.h"

namespace wherry::store {

/// ChatStore in SQL.
class SqlChatStore final : public ChatStore {
 public:
  explicit SqlChatStore(Database& database) : database_(database) {}
  Task<Result<std::vector<Chat>>> list(Page page) override;
  Task<Result<std::optional<Chat>>> find(ChannelId channel, std::string address) override;
  Task<Result<void>> change(ConversationId conversation, ChatChange change) override;
  Task<Result<void>> mark(ConversationId conversation, MessageMark mark) override;
  Task<Result<std::vector<MessageMark>>> marks(ConversationId conversation, std::vector<std::string> message_ids) override;
  Task<Result<void>> keep_own(ConversationId conversation, OwnMessage message) override;

 private:
  Database& database_;
};

}  // namespace wherry::store
