#include "store/idempotency_rows.h"

#include "store/values.h"

namespace wherry::store {

namespace {

constexpr const char* insert_claim =
    "INSERT INTO idempotency_keys (tenant_id, route, idempotency_key, fingerprint, message_id, created_at) "
    "VALUES ($1, $2, $3, $4, $5, $6) ON CONFLICT (tenant_id, route, idempotency_key) DO UPDATE SET "
    "fingerprint = excluded.fingerprint, message_id = excluded.message_id, status = NULL, body = NULL, "
    "created_at = excluded.created_at WHERE idempotency_keys.created_at <= $7";
constexpr const char* select_claim =
    "SELECT fingerprint, message_id, status, body, created_at FROM idempotency_keys "
    "WHERE tenant_id = $1 AND route = $2 AND idempotency_key = $3";
constexpr const char* update_answer =
    "UPDATE idempotency_keys SET status = $4, body = $5 "
    "WHERE tenant_id = $1 AND route = $2 AND idempotency_key = $3 AND status IS NULL";
constexpr const char* delete_old = "DELETE FROM idempotency_keys WHERE created_at <= $1";

IdempotencyRecord to_record(const Row& row) {
  IdempotencyRecord record;
  record.fingerprint = as_sha256(row[0]);
  record.message = as_id<MessageId>(row[1]);
  if (std::holds_alternative<std::int64_t>(row[2])) record.answer = IdempotentAnswer{static_cast<int>(as_int(row[2])), as_text(row[3])};
  record.created_at = as_time(row[4]);
  return record;
}

}  // namespace

Statement claim_row(const IdempotencyClaim& claim, MessageId message, Timestamp now) {
  return {insert_claim,
          {value_of(claim.tenant), claim.route, claim.key, value_of(claim.fingerprint), value_of(message), value_of(now),
           value_of(now - idempotency_lifetime)},
          1};
}

Task<Result<std::optional<IdempotencyRecord>>> SqlIdempotencyStore::find(IdempotencyClaim claim) {
  Statement statement{select_claim, {value_of(claim.tenant), std::move(claim.route), std::move(claim.key)}, {}};
  CO_TRY(auto rows, co_await database_.query(std::move(statement)));
  co_return first_row(rows, to_record);
}

Task<Result<void>> SqlIdempotencyStore::finish(IdempotencyClaim claim, IdempotentAnswer answer) {
  Batch batch;
  batch.push_back({update_answer,
                   {value_of(claim.tenant), std::move(claim.route), std::move(claim.key), number(static_cast<std::uint64_t>(answer.status)),
                    std::move(answer.body)},
                   {}});
  CO_TRY_VOID(co_await database_.commit(std::move(batch)));
  co_return Result<void>();
}

Task<Result<std::uint64_t>> SqlIdempotencyStore::forget(Timestamp made_until) {
  Batch batch;
  batch.push_back({delete_old, {value_of(made_until)}, {}});
  CO_TRY(auto result, co_await database_.commit(std::move(batch)));
  co_return result.front().changed;
}

}  // namespace wherry::store
