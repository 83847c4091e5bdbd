#pragma once

#include "services/ports/idempotency_store.h"
#include "store/database.h"

namespace wherry::store {

/// Claimed idempotency keys in SQL.
class SqlIdempotencyStore final : public IdempotencyStore {
 public:
  explicit SqlIdempotencyStore(Database& database) : database_(database) {}
  Task<Result<std::optional<IdempotencyRecord>>> find(IdempotencyClaim claim) override;
  Task<Result<void>> finish(IdempotencyClaim claim, IdempotentAnswer answer) override;
  Task<Result<std::uint64_t>> forget(Timestamp made_until) override;

 private:
  Database& database_;
};

/// The insert that claims a key for a message; a record past its lifetime is taken over. Its batch fails with `conflict` when the key
/// is taken.
Statement claim_row(const IdempotencyClaim& claim, MessageId message, Timestamp now);

}  // namespace wherry::store
