#pragma once

#include <vector>

#include "services/ports/access_store.h"

namespace wherry::test {

/// AccessStore and ChannelStore in memory. `broken` makes every call fail with `unavailable`.
class MemoryAccessStore final : public AccessStore, public ChannelStore {
 public:
  bool broken = false;
  std::vector<Tenant> tenants;
  std::vector<ApiKey> keys;
  std::vector<Channel> channels;

  Task<Result<void>> add_tenant(Tenant tenant) override;
  Task<Result<std::vector<Tenant>>> list_tenants() override;
  Task<Result<std::optional<Tenant>>> find_tenant(TenantId id) override;
  Task<Result<void>> add_key(ApiKey key) override;
  Task<Result<std::vector<ApiKey>>> list_keys(std::optional<TenantId> tenant) override;
  Task<Result<std::vector<ApiKey>>> find_keys_by_prefix(std::string prefix) override;
  Task<Result<void>> revoke_key(KeyId id, Timestamp at) override;
  Task<Result<void>> add_channel(Channel channel) override;
  Task<Result<void>> update_channel(Channel channel) override;
  Task<Result<void>> remove_channel(ChannelId id, Timestamp at) override;
  Task<Result<std::vector<Channel>>> list_channels() override;
};

}  // namespace wherry::test
