#include "services/idempotency/idempotency.h"

#include "base/log.h"

namespace wherry {

namespace {

Error key_reused() { return {ErrorCode::idempotency_reused, "This Idempotency-Key was used for another request"}; }

bool on_its_way(const Message& message) { return message.state == MessageState::accepted || message.state == MessageState::sending; }

}  // namespace

Idempotency::Hold::~Hold() {
  if (owner_ == nullptr) return;
  std::lock_guard lock(owner_->mutex_);
  owner_->held_.erase(scope_of(claim_));
}

Result<Idempotency::Hold> Idempotency::take(IdempotencyClaim claim) {
  std::lock_guard lock(mutex_);
  const auto [held, fresh] = held_.try_emplace(scope_of(claim), claim.fingerprint);
  if (fresh) return Hold(*this, std::move(claim));
  return held->second == claim.fingerprint ? key_in_use() : key_reused();
}

Task<Result<Idempotency::Begun>> Idempotency::begin(IdempotencyClaim claim, AnsweredBy answered_by) {
  // The hold comes before the look-up: whoever had it before has stored its key by now.
  CO_TRY(auto hold, take(claim));
  CO_TRY(auto record, co_await store_.find(claim));
  if (!record || record->created_at + idempotency_lifetime <= clock_.now()) co_return Begun(std::move(hold));
  if (record->fingerprint != claim.fingerprint) co_return key_reused();
  if (record->answer) co_return Begun(std::move(*record->answer));
  CO_TRY(auto message, co_await messages_.find_message(record->message));
  if (!message) co_return Error{ErrorCode::internal, "", "an idempotency key without its message"};
  if (answered_by == AnsweredBy::outcome && on_its_way(*message)) co_return key_in_use();
  co_return Begun(std::move(*message));
}

Task<void> Idempotency::finish(const Hold& hold, IdempotentAnswer answer) {
  auto stored = co_await store_.finish(hold.claim(), std::move(answer));
  if (!stored) log::warn("idempotent_answer_not_stored", {{"detail", stored.error().detail}});
}

Task<Result<std::uint64_t>> Idempotency::sweep() {
  const auto until = clock_.now() - idempotency_lifetime;
  co_return co_await store_.forget(until);
}

}  // namespace wherry
