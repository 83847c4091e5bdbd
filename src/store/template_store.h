#pragma once

#include "services/journal/journal_feed.h"
#include "services/ports/template_store.h"
#include "store/database.h"

namespace wherry::store {

/// TemplateStore in SQL. The feed, if there is one, is told of every journal row.
class SqlTemplateStore final : public TemplateStore {
 public:
  explicit SqlTemplateStore(Database& database, JournalFeed* feed = nullptr) : database_(database), feed_(feed) {}
  Task<Result<void>> apply(TemplateUpdate update) override;
  Task<Result<std::optional<MessageTemplate>>> find(std::string waba_id, std::string name, std::string language) override;
  Task<Result<std::optional<MessageTemplate>>> find_by_id(std::string waba_id, std::string id) override;
  Task<Result<std::vector<MessageTemplate>>> list(std::string waba_id, TemplateFilter filter) override;
  Task<Result<std::optional<Timestamp>>> synced_at(std::string waba_id) override;

 private:
  Database& database_;
  JournalFeed* feed_;
};

}  // namespace wherry::store
