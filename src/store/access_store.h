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
  Task<Result<void>> add_key(ApiKey key) override;
  Task<Result<std::vector<ApiKey>>> list_keys(std::optional<TenantId> tenant) override;
  Task<Result<std::vector<ApiKey>>> find_keys_by_prefix(std::string prefix) override;
  Task<Result<void>> revoke_key(KeyId id, Timestamp at) override;

 private:
  Database& database_;
};

}  // namespace wherry::store
