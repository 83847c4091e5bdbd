#pragma once

#include <optional>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "base/task.h"
#include "services/ports/models.h"

namespace wherry {

/// Tenants and API keys. Every write is durable when it returns.
/// Errors of all calls: unavailable (disk full, read-only, store stopping).
class AccessStore {
 public:
  virtual ~AccessStore() = default;
  virtual Task<Result<void>> add_tenant(Tenant tenant) = 0;                      ///< already_exists: the name is taken
  virtual Task<Result<std::vector<Tenant>>> list_tenants() = 0;
  virtual Task<Result<std::optional<Tenant>>> find_tenant(TenantId id) = 0;
  virtual Task<Result<void>> add_key(ApiKey key) = 0;
  virtual Task<Result<std::vector<ApiKey>>> list_keys(std::optional<TenantId> tenant) = 0;
  virtual Task<Result<std::vector<ApiKey>>> find_keys_by_prefix(std::string prefix) = 0;
  virtual Task<Result<void>> revoke_key(KeyId id, Timestamp at) = 0;             ///< not_found
};

/// Channels; secrets are sealed before they reach the disk and opened when read.
class ChannelStore {
 public:
  virtual ~ChannelStore() = default;
  virtual Task<Result<void>> add_channel(Channel channel) = 0;                   ///< already_exists: phone_number_id is taken
  virtual Task<Result<void>> update_channel(Channel channel) = 0;                ///< not_found
  virtual Task<Result<void>> remove_channel(ChannelId id, Timestamp at) = 0;     ///< not_found
  virtual Task<Result<std::vector<Channel>>> list_channels() = 0;                ///< every channel that is not removed
};

}  // namespace wherry
