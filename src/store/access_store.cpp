#include "store/access_store.h"

#include "store/values.h"

namespace wherry::store {

namespace {

constexpr const char* insert_tenant = "INSERT INTO tenants (id, name, created_at) VALUES ($1, $2, $3)";
constexpr const char* select_tenants = "SELECT id, name, created_at FROM tenants ORDER BY id";
constexpr const char* select_tenant = "SELECT id, name, created_at FROM tenants WHERE id = $1";
constexpr const char* insert_key =
    "INSERT INTO api_keys (id, tenant_id, style, prefix, hash, label, rate_limit, rate_window_s, created_at, revoked_at) "
    "VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, NULL)";
constexpr const char* select_keys =
    "SELECT id, tenant_id, style, prefix, hash, label, rate_limit, rate_window_s, created_at, revoked_at FROM api_keys ORDER BY id";
constexpr const char* select_keys_of =
    "SELECT id, tenant_id, style, prefix, hash, label, rate_limit, rate_window_s, created_at, revoked_at FROM api_keys "
    "WHERE tenant_id = $1 ORDER BY id";
constexpr const char* select_by_prefix =
    "SELECT id, tenant_id, style, prefix, hash, label, rate_limit, rate_window_s, created_at, revoked_at FROM api_keys WHERE prefix = $1";
constexpr const char* update_revoked = "UPDATE api_keys SET revoked_at = COALESCE(revoked_at, $2) WHERE id = $1";

Tenant to_tenant(const Row& row) { return {as_id<TenantId>(row[0]), as_text(row[1]), as_time(row[2])}; }

ApiKey to_key(const Row& row) {
  ApiKey key;
  key.id = as_id<KeyId>(row[0]);
  key.tenant = as_id<TenantId>(row[1]);
  key.style = as_text(row[2]);
  key.prefix = as_text(row[3]);
  key.hash = as_sha256(row[4]);
  key.label = as_text(row[5]);
  key.rate_limit = static_cast<std::uint32_t>(as_int(row[6]));
  key.rate_window = seconds(as_int(row[7]));
  key.created_at = as_time(row[8]);
  key.revoked_at = as_optional_time(row[9]);
  return key;
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

Task<Result<void>> SqlAccessStore::add_key(ApiKey key) {
  Batch batch{{insert_key,
               {value_of(key.id), value_of(key.tenant), key.style, key.prefix, value_of(key.hash), key.label, number(key.rate_limit),
                static_cast<std::int64_t>(key.rate_window.count()), value_of(key.created_at)},
               {}}};
  CO_TRY_VOID(co_await database_.commit(std::move(batch)));
  co_return Result<void>();
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

}  // namespace wherry::store
