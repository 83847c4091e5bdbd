#pragma once

#include "services/ports/message_history.h"
#include "store/database.h"

namespace wherry::store {

/// Messages of both directions in SQL, merged by id: ids are time-ordered.
class SqlMessageHistory final : public MessageHistory {
 public:
  explicit SqlMessageHistory(Database& database) : database_(database) {}
  Task<Result<HistoryPage>> list(HistoryFilter filter) override;
  Task<Result<std::vector<HistoryItem>>> chat(ChatFilter filter) override;
  Task<Result<std::optional<HistoryItem>>> find(TenantId tenant, MessageId id) override;
  Task<Result<std::optional<HistoryItem>>> find_sent(TenantId tenant, std::string wamid) override;

 private:
  Task<Result<std::optional<HistoryItem>>> first(Statement statement);
  Database& database_;
};

}  // namespace wherry::store
