#pragma once

#include <map>
#include <mutex>
#include <string>
#include <utility>
#include <variant>

#include "base/clock.h"
#include "base/result.h"
#include "base/task.h"
#include "services/ports/message_store.h"

namespace wherry {

/// One request for each idempotency key. A door calls begin() once it has read the request, sends the claim along with the message
/// (SendRequest::claim), and gives the final answer to finish(). Threads: any.
class Idempotency {
 public:
  Idempotency(IdempotencyStore& store, MessageStore& messages, Clock& clock) : store_(store), messages_(messages), clock_(clock) {}

  /// What a door answers a request with, and so what becomes of one whose answer was never stored.
  enum class AnsweredBy {
    outcome,     ///< by then its message must be past sending
    acceptance,  ///< its message, whatever its state
  };

  /// A new request's right to its key, within this process. Others with the key are refused until it goes.
  class Hold {
   public:
    Hold(Idempotency& owner, IdempotencyClaim claim) : owner_(&owner), claim_(std::move(claim)) {}
    Hold(Hold&& other) noexcept : owner_(std::exchange(other.owner_, nullptr)), claim_(std::move(other.claim_)) {}
    Hold& operator=(Hold&&) = delete;
    ~Hold();
    const IdempotencyClaim& claim() const { return claim_; }

   private:
    Idempotency* owner_;
    IdempotencyClaim claim_;
  };

  /// A new request (Hold), the answer to give again, or the message of a request whose answer was never stored: its state is the answer.
  using Begun = std::variant<IdempotentAnswer, Message, Hold>;
  /// Errors: idempotency_conflict (in flight); idempotency_reused (the first request was different); unavailable.
  Task<Result<Begun>> begin(IdempotencyClaim claim, AnsweredBy answered_by = AnsweredBy::outcome);

  /// Stores an answer that will not change. Without an accepted message under the key it does nothing; a failure is only logged,
  /// since the message's state tells the same.
  Task<void> finish(const Hold& hold, IdempotentAnswer answer);

  /// Forgets keys past their lifetime. Gives how many.
  Task<Result<std::uint64_t>> sweep();

 private:
  using Scope = std::pair<TenantId, std::string>;
  static Scope scope_of(const IdempotencyClaim& claim) { return {claim.tenant, claim.route + '\n' + claim.key}; }
  Result<Hold> take(IdempotencyClaim claim);

  IdempotencyStore& store_;
  MessageStore& messages_;
  Clock& clock_;
  std::mutex mutex_;
  std::map<Scope, Sha256> held_;  ///< with the fingerprint of the holder's request
};

}  // namespace wherry
