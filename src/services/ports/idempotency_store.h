#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "base/crypto.h"
#include "base/result.h"
#include "base/task.h"
#include "services/ports/models.h"

namespace wherry {

/// How long a key is remembered, from the moment its message was accepted.
inline constexpr milliseconds idempotency_lifetime = std::chrono::hours(24);

/// A request under an idempotency key. The same key of another tenant or route is another key.
struct IdempotencyClaim {
  TenantId tenant;
  std::string route;     ///< method and path: "POST /v1/messages/send"
  std::string key;       ///< 1 to 255 visible ASCII characters or spaces
  Sha256 fingerprint{};  ///< of the request's body
};

/// What the first request was answered.
struct IdempotentAnswer {
  int status = 0;
  std::string body;
};

/// A key that was claimed.
struct IdempotencyRecord {
  Sha256 fingerprint{};
  MessageId message;                       ///< accepted together with the key
  std::optional<IdempotentAnswer> answer;  ///< nullopt: not known, the message's state tells
  Timestamp created_at;
};

/// What a request is told whose key is being worked on.
inline Error key_in_use() {
  Error error{ErrorCode::idempotency_conflict, "A request with this Idempotency-Key is still being worked on"};
  error.retry_after = seconds(1);
  return error;
}

/// Claimed keys. A claim is written by MessageStore::accept(), in one batch with its message.
/// Errors of all calls: unavailable.
class IdempotencyStore {
 public:
  virtual ~IdempotencyStore() = default;
  /// The record of the claim's tenant, route and key, however old.
  virtual Task<Result<std::optional<IdempotencyRecord>>> find(IdempotencyClaim claim) = 0;
  /// Adds the answer to a record that has none; without a record it does nothing.
  virtual Task<Result<void>> finish(IdempotencyClaim claim, IdempotentAnswer answer) = 0;
  /// Forgets records made at or before that time. Gives how many.
  virtual Task<Result<std::uint64_t>> forget(Timestamp made_until) = 0;
};

}  // namespace wherry
