#pragma once

#include "services/journal/journal_feed.h"
#include "services/ports/message_store.h"
#include "store/database.h"

namespace wherry::store {

/// Stores what comes in, each event in a batch of its own: with its de-duplication key, or not at all. `feed`, if there is one,
/// is told of every journal row, `received` of customers' messages.
class SqlInboundStore final : public InboundStore {
 public:
  explicit SqlInboundStore(Database& database, JournalFeed* feed = nullptr, JournalFeed* received = nullptr)
      : database_(database), feed_(feed), received_(received) {}
  Task<std::vector<Result<StoredInboundEvent>>> store(std::vector<NewInboundEvent> events, Timestamp now) override;
  Task<Result<std::uint64_t>> forget_seen(Timestamp before) override;
  Task<Result<std::vector<PendingFetch>>> due_fetches(Timestamp now, std::uint32_t limit) override;
  Task<Result<void>> reschedule_fetch(MediaId media, std::uint32_t attempts, Timestamp next_attempt_at) override;
  Task<Result<void>> finish_fetch(Media media) override;

 private:
  Database& database_;
  JournalFeed* feed_;
  JournalFeed* received_;
};

}  // namespace wherry::store
