#pragma once

#include "api/pipes/routes.h"
#include "base/result.h"
#include "net/message.h"

namespace wherry::api::pipes {

/// One send of the door: what to do, and how its success reads on the wire.
class Sending {
 public:
  virtual ~Sending() = default;
  /// Sends, under the claim if there is one, and waits for the outcome.
  virtual Task<Result<SendReceipt>> perform(std::optional<IdempotencyClaim> claim) = 0;
  virtual std::string answer(std::string_view wamid) const = 0;
};

/// The request's Idempotency-Key; nullopt when it has none. Errors: invalid_argument.
Result<std::optional<std::string>> idempotency_key(const http::Headers& headers);

/// Sends and gives 200.
Task<Result<http::Response>> send_now(Sending& sending);
/// The same at most once under the claim's key: a repeat gets the first answer with Idempotent-Replayed.
Task<Result<http::Response>> send_once(const PipesServices& services, IdempotencyClaim claim, Sending& sending);

}  // namespace wherry::api::pipes
