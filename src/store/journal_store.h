#pragma once

#include "services/ports/journal_store.h"
#include "store/database.h"

namespace wherry::store {

/// JournalStore in SQL: one query for a page, joined with what the events are about.
class SqlJournalStore final : public JournalStore {
 public:
  explicit SqlJournalStore(Database& database) : database_(database) {}
  Task<Result<std::vector<JournalItem>>> read(TenantId tenant, std::uint64_t after, std::uint32_t limit) override;
  Task<Result<ReceivedPage>> read_received(TenantId tenant, std::uint64_t after, std::uint32_t limit) override;
  Task<Result<std::uint64_t>> last(TenantId tenant) override;

 private:
  Task<Result<std::vector<JournalItem>>> read_kind(TenantId tenant, std::uint64_t after, std::uint32_t limit, std::string kind);

  Database& database_;
};

}  // namespace wherry::store
