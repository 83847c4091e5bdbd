#pragma once

#include "services/ports/access_store.h"
#include "store/database.h"

namespace wherry::store {

/// Tenants and API keys in SQL.
class SqlAccessStore final : public AccessStore {
 public:
  explicit SqlAccessStore(Database& database) : database_(database) {}
  Task<Result<void>> add_tenant(Tenant tenant) override;
  Task<Result<std::vector<Tenant>>> list_tenants() override;
  Task<Result<std::optional<Tenant>>> find_tenant(TenantId id) override;
  Task<Result<void>> add_key(ApiKey key, std::uint32_t most_active) override;
  Task<Result<void>> replace_key(KeyId old, Timestamp old_expires_at, ApiKey key) override;
  Task<Result<void>> update_key(ApiKey key) override;
  Task<Result<std::optional<ApiKey>>> find_key(KeyId id) override;
  Task<Result<std::vector<ApiKey>>> list_keys(std::optional<TenantId> tenant) override;
  Task<Result<std::vector<ApiKey>>> find_keys_by_prefix(std::string prefix) override;
  Task<Result<void>> revoke_key(KeyId id, Timestamp at) override;
  Task<Result<void>> note_used(std::vector<KeyUse> uses) override;
  Task<Result<TenantLimits>> tenant_limits(TenantId tenant) override;
  Task<Result<void>> set_tenant_limits(TenantId tenant, std::string style, std::optional<RateLimits> limits) override;

 private:
  Database& database_;
};

}  // namespace wherry::store
