#include "store/access_store.h"

#include "store/values.h"

namespace wherry::store {

namespace {

constexpr const char* insert_tenant = "INSERT INTO tenants (id, name, created_at) VALUES ($1, $2, $3)";
constexpr const char* select_tenants = "SELECT id, name, created_at FROM tenants ORDER BY id";
constexpr const char* select_tenant = "SELECT id, name, created_at FROM tenants WHERE id = $1";
#define WHERRY_KEY_COLUMNS \
  "id, tenant_id, style, prefix, hash, label, scopes, limits, created_at, expires_at, revoked_at, last_used_at, replaced_by, webhook_id"
constexpr const char* insert_key =
    "INSERT INTO api_keys (" WHERRY_KEY_COLUMNS ") VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14)";
// One row while there is room for another key.
constexpr const char* check_room =
    "SELECT 1 WHERE (SELECT COUNT(*) FROM api_keys WHERE tenant_id = $1 AND style = $2 AND revoked_at IS NULL AND replaced_by IS NULL "
    "AND (expires_at IS NULL OR expires_at > $3)) < $4";
constexpr const char* update_replaced =
    "UPDATE api_keys SET replaced_by = $2, expires_at = $3 WHERE id = $1 AND revoked_at IS NULL AND replaced_by IS NULL";
constexpr const char* update_settings =
    "UPDATE api_keys SET label = $2, scopes = $3, limits = $4, expires_at = $5, webhook_id = $6 WHERE id = $1 AND revoked_at IS NULL AND "
    "replaced_by IS "
    "NULL";
constexpr const char* select_keys = "SELECT " WHERRY_KEY_COLUMNS " FROM api_keys ORDER BY id";
constexpr const char* select_keys_of = "SELECT " WHERRY_KEY_COLUMNS " FROM api_keys WHERE tenant_id = $1 ORDER BY id";
constexpr const char* select_by_prefix = "SELECT " WHERRY_KEY_COLUMNS " FROM api_keys WHERE prefix = $1";
constexpr const char* select_key = "SELECT " WHERRY_KEY_COLUMNS " FROM api_keys WHERE id = $1";
#undef WHERRY_KEY_COLUMNS
constexpr const char* update_revoked = "UPDATE api_keys SET revoked_at = COALESCE(revoked_at, $2) WHERE id = $1";
constexpr const char* update_used = "UPDATE api_keys SET last_used_at = $2 WHERE id = $1";
constexpr const char* select_limits = "SELECT style, limits FROM tenant_limits WHERE tenant_id = $1";
constexpr const char* delete_limits = "DELETE FROM tenant_limits WHERE tenant_id = $1 AND style = $2";
constexpr const char* insert_limits = "INSERT INTO tenant_limits (tenant_id, style, limits) VALUES ($1, $2, $3)";

Tenant to_tenant(const Row& row) { return {as_id<TenantId>(row[0]), as_text(row[1]), as_time(row[2])}; }

RateLimits limits_in(const Value& value) { return rate_limits_from(as_text(value)).value(); }  // written by to_text()

ApiKey to_key(const Row& row) {
  ApiKey key;
  key.id = as_id<KeyId>(row[0]);
  key.tenant = as_id<TenantId>(row[1]);
  key.style = as_text(row[2]);
  key.prefix = as_text(row[3]);
  key.hash = as_sha256(row[4]);
  key.label = as_text(row[5]);
  key.scopes = Scopes::from_bits(static_cast<std::uint8_t>(as_int(row[6])));
  key.limits = limits_in(row[7]);
  key.created_at = as_time(row[8]);
  key.expires_at = as_optional_time(row[9]);
  key.revoked_at = as_optional_time(row[10]);
  key.last_used_at = as_optional_time(row[11]);
  if (std::holds_alternative<Bytes>(row[12])) key.replaced_by = as_id<KeyId>(row[12]);
  if (std::holds_alternative<Bytes>(row[13])) key.webhook = as_id<SubscriptionId>(row[13]);
  return key;
}

Value webhook_of(const ApiKey& key) { return key.webhook ? value_of(*key.webhook) : Value(); }

Statement insertion(const ApiKey& key) {
  return {insert_key,
          {value_of(key.id), value_of(key.tenant), key.style, key.prefix, value_of(key.hash), key.label, number(key.scopes.bits()),
           to_text(key.limits), value_of(key.created_at), value_of(key.expires_at), value_of(key.revoked_at), value_of(key.last_used_at),
           Value(), webhook_of(key)},
          {}};
}

}  // namespace

Task<Result<void>> SqlAccessStore::add_tenant(Tenant tenant) {
  Batch batch{{insert_tenant, {value_of(tenant.id), tenant.name, value_of(tenant.created_at)}, {}}};
  auto done = co_await database_.commit(std::move(batch));
  if (!done && done.error().code == ErrorCode::already_exists) {
    co_return Error{ErrorCode::already_exists, "a tenant has this name already", done.error().detail};
  }
  if (!done) co_return done.error();
  co_return Result<void>();
}

Task<Result<std::vector<Tenant>>> SqlAccessStore::list_tenants() {
  Statement statement{select_tenants, {}, {}};
  CO_TRY(auto rows, co_await database_.query(std::move(statement)));
  co_return map_rows(rows, to_tenant);
}

Task<Result<std::optional<Tenant>>> SqlAccessStore::find_tenant(TenantId id) {
  Statement statement{select_tenant, {value_of(id)}, {}};
  CO_TRY(auto rows, co_await database_.query(std::move(statement)));
  co_return first_row(rows, to_tenant);
}

Task<Result<void>> SqlAccessStore::add_key(ApiKey key, std::uint32_t most_active) {
  Batch batch{{check_room, {value_of(key.tenant), key.style, value_of(key.created_at), number(most_active)}, 1}};
  batch.push_back(insertion(key));
  CO_TRY_VOID(co_await database_.commit(std::move(batch)));
  co_return Result<void>();
}

Task<Result<void>> SqlAccessStore::replace_key(KeyId old, Timestamp old_expires_at, ApiKey key) {
  Batch batch{{update_replaced, {value_of(old), value_of(key.id), value_of(old_expires_at)}, 1}};
  batch.push_back(insertion(key));
  CO_TRY_VOID(co_await database_.commit(std::move(batch)));
  co_return Result<void>();
}

Task<Result<void>> SqlAccessStore::update_key(ApiKey key) {
  Batch batch{{update_settings,
               {value_of(key.id), key.label, number(key.scopes.bits()), to_text(key.limits), value_of(key.expires_at), webhook_of(key)},
               1}};
  CO_TRY_VOID(co_await database_.commit(std::move(batch)));
  co_return Result<void>();
}

Task<Result<std::optional<ApiKey>>> SqlAccessStore::find_key(KeyId id) {
  Statement statement{select_key, {value_of(id)}, {}};
  CO_TRY(auto rows, co_await database_.query(std::move(statement)));
  co_return first_row(rows, to_key);
}

Task<Result<std::vector<ApiKey>>> SqlAccessStore::list_keys(std::optional<TenantId> tenant) {
  Statement statement{select_keys, {}, {}};
  if (tenant) statement = {select_keys_of, {value_of(*tenant)}, {}};
  CO_TRY(auto rows, co_await database_.query(std::move(statement)));
  co_return map_rows(rows, to_key);
}

Task<Result<std::vector<ApiKey>>> SqlAccessStore::find_keys_by_prefix(std::string prefix) {
  Statement statement{select_by_prefix, {std::move(prefix)}, {}};
  CO_TRY(auto rows, co_await database_.query(std::move(statement)));
  co_return map_rows(rows, to_key);
}

Task<Result<void>> SqlAccessStore::revoke_key(KeyId id, Timestamp at) {
  Batch batch{{update_revoked, {value_of(id), value_of(at)}, 1}};
  auto done = co_await database_.commit(std::move(batch));
  if (!done && done.error().code == ErrorCode::conflict) co_return Error{ErrorCode::not_found, "no such key"};
  if (!done) co_return done.error();
  co_return Result<void>();
}

Task<Result<void>> SqlAccessStore::note_used(std::vector<KeyUse> uses) {
  Batch batch;
  for (const auto& use : uses) batch.push_back({update_used, {value_of(use.key), value_of(use.at)}, {}});
  CO_TRY_VOID(co_await database_.commit(std::move(batch)));
  co_return Result<void>();
}

Task<Result<AccessStore::TenantLimits>> SqlAccessStore::tenant_limits(TenantId tenant) {
  Statement statement{select_limits, {value_of(tenant)}, {}};
  CO_TRY(auto rows, co_await database_.query(std::move(statement)));
  TenantLimits limits;
  for (const auto& row : rows) limits[as_text(row[0])] = limits_in(row[1]);
  co_return limits;
}

Task<Result<void>> SqlAccessStore::set_tenant_limits(TenantId tenant, std::string style, std::optional<RateLimits> limits) {
  Batch batch{{delete_limits, {value_of(tenant), style}, {}}};
  if (limits) batch.push_back({insert_limits, {value_of(tenant), style, to_text(*limits)}, {}});
  CO_TRY_VOID(co_await database_.commit(std::move(batch)));
  co_return Result<void>();
}

}  // namespace wherry::store
