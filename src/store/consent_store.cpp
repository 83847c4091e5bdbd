#include "store/consent_store.h"

#include "base/json.h"
#include "store/message_rows.h"
#include "store/values.h"

namespace wherry::store {

namespace {

#define WHERRY_CONSENT_COLUMNS "recipient, opted_in, source, user_agent, ip, since"
constexpr const char* select_one = "SELECT " WHERRY_CONSENT_COLUMNS " FROM consents WHERE tenant_id = $1 AND contact_key = $2";
constexpr const char* select_page = "SELECT " WHERRY_CONSENT_COLUMNS
                                    " FROM consents WHERE tenant_id = $1 AND contact_key > $2 "
                                    "AND ($3 IS NULL OR opted_in = $3) ORDER BY contact_key LIMIT $4";
// $9 = 1: an opt-in is not replaced by another.
constexpr const char* upsert =
    "INSERT INTO consents (tenant_id, contact_key, recipient, opted_in, source, user_agent, ip, since) "
    "VALUES ($1, $2, $3, $4, $5, $6, $7, $8) ON CONFLICT (tenant_id, contact_key) DO UPDATE SET recipient = excluded.recipient, "
    "opted_in = excluded.opted_in, source = excluded.source, user_agent = excluded.user_agent, ip = excluded.ip, since = excluded.since "
    "WHERE NOT ($9 = 1 AND consents.opted_in = 1 AND excluded.opted_in = 1)";
constexpr const char* delete_one = "DELETE FROM consents WHERE tenant_id = $1 AND contact_key = $2";

Consent to_consent(TenantId tenant, const Row& row) {
  return {tenant, WaId{as_text(row[0])}, as_int(row[1]) != 0, as_text(row[2]), as_text(row[3]), as_text(row[4]), as_time(row[5])};
}

Statement journaled(TenantId tenant, Timestamp at, const json::object& body) {
  return journal_row(tenant, "consent.changed", std::nullopt, std::nullopt, RawId{}, at, json::serialize(body));
}

Statement journaled(const Consent& consent) {
  json::object body{{"recipient", consent.recipient.digits}, {"optedIn", consent.opted_in}, {"source", consent.source}};
  if (!consent.user_agent.empty()) body["userAgent"] = consent.user_agent;
  if (!consent.ip.empty()) body["ip"] = consent.ip;
  return journaled(consent.tenant, consent.since, body);
}

}  // namespace

Task<Result<std::optional<Consent>>> SqlConsentStore::find_consent(TenantId tenant, std::string contact_key) {
  Statement statement{select_one, {value_of(tenant), std::move(contact_key)}, {}};
  CO_TRY(auto rows, co_await database_.query(std::move(statement)));
  co_return first_row(rows, [&](const Row& row) { return to_consent(tenant, row); });
}

Task<Result<std::vector<Consent>>> SqlConsentStore::list_consents(ConsentFilter filter) {
  const Value opted_in = filter.opted_in ? number(*filter.opted_in ? 1 : 0) : Value();
  Statement statement{select_page, {value_of(filter.tenant), std::move(filter.after), opted_in, number(filter.limit)}, {}};
  CO_TRY(auto rows, co_await database_.query(std::move(statement)));
  co_return map_rows(rows, [&](const Row& row) { return to_consent(filter.tenant, row); });
}

Task<Result<void>> SqlConsentStore::put_consents(std::vector<Consent> consents, RepeatedOptIn repeated) {
  if (consents.empty()) co_return Result<void>();
  Batch batch;
  for (const auto& one : consents) {
    batch.push_back({upsert,
                     {value_of(one.tenant), contact_key(one.recipient), one.recipient.digits, number(one.opted_in ? 1 : 0), one.source,
                      one.user_agent, one.ip, value_of(one.since), number(repeated == RepeatedOptIn::refused ? 1 : 0)},
                     1});
    batch.push_back(journaled(one));
  }
  co_return co_await change(consents.front().tenant, std::move(batch),
                            Error(ErrorCode::already_exists, "the recipient has opted in already"));
}

Task<Result<void>> SqlConsentStore::remove_consent(TenantId tenant, WaId recipient, Timestamp at) {
  Batch batch;
  batch.push_back({delete_one, {value_of(tenant), contact_key(recipient)}, 1});
  const json::object body{{"recipient", recipient.digits}, {"optedIn", nullptr}};
  batch.push_back(journaled(tenant, at, body));
  co_return co_await change(tenant, std::move(batch), Error(ErrorCode::not_found, "nothing is known of this recipient"));
}

/// Commits; `unexpected` when a row was not as the batch expects it.
Task<Result<void>> SqlConsentStore::change(TenantId tenant, Batch batch, Error unexpected) {
  auto stored = co_await database_.commit(std::move(batch));
  if (!stored && stored.error().code == ErrorCode::conflict) co_return std::move(unexpected);
  if (!stored && stored.error().code == ErrorCode::not_found) co_return Error{ErrorCode::not_found, "no such tenant"};
  if (!stored) co_return std::move(stored).error();
  if (feed_ != nullptr) feed_->notify(tenant);
  co_return Result<void>();
}

}  // namespace wherry::store
