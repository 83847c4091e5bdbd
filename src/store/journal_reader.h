#pragma once

#include "services/journal/journal_feed.h"
#include "services/ports/journal_reader.h"
#include "store/database.h"

namespace wherry::store {

/// The journal read and shortened in SQL. The feed, if there is one, is told of the rows that say what was dropped.
class SqlJournalReader final : public JournalReader, public JournalPruner {
 public:
  explicit SqlJournalReader(Database& database, JournalFeed* feed = nullptr) : database_(database), feed_(feed) {}
  Task<Result<JournalPage>> events(TenantId tenant, std::uint64_t after, std::string kind, std::uint32_t limit) override;
  Task<Result<std::vector<JournalEvent>>> events_about(RawId subject) override;
  Task<Result<std::vector<JournalSpan>>> spans() override;
  Task<Result<std::vector<Row>>> oldest(TenantId tenant, std::uint32_t limit) override;
  Task<Result<void>> drop(TenantId tenant, std::uint64_t first, std::uint64_t last, Timestamp now) override;
  /// The first event that a webhook of the tenant has yet to acknowledge or a socket to fetch; nullopt when there is neither.
  Task<Result<std::optional<std::uint64_t>>> lowest_needed(TenantId tenant);

 private:
  Task<Result<JournalSpan>> span(TenantId tenant);

  Database& database_;
  JournalFeed* feed_;
};

}  // namespace wherry::store
