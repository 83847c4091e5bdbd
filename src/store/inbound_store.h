#pragma once

#include "services/ports/message_store.h"
#include "store/database.h"

namespace wherry::store {

/// Stores what comes in, each event in a batch of its own: with its de-duplication key, or not at all.
class SqlInboundStore final : public InboundStore {
 public:
  explicit SqlInboundStore(Database& database) : database_(database) {}
  Task<std::vector<Result<StoredInboundEvent>>> store(std::vector<NewInboundEvent> events, Timestamp now) override;
  Task<Result<std::uint64_t>> forget_seen(Timestamp before) override;
  Task<Result<std::vector<PendingFetch>>> due_fetches(Timestamp now, std::uint32_t limit) override;
  Task<Result<void>> reschedule_fetch(MediaId media, std::uint32_t attempts, Timestamp next_attempt_at) override;
  Task<Result<void>> finish_fetch(Media media) override;

 private:
  Database& database_;
};

}  // namespace wherry::store
