#pragma once

#include <map>
#include <optional>
#include <string>
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
  /// Errors: conflict when the tenant has `most_active` keys of this style that work and are not replaced; not_found (the tenant).
  virtual Task<Result<void>> add_key(ApiKey key, std::uint32_t most_active) = 0;
  /// Adds `key`; the old one is replaced by it and expires then. Errors: conflict as of update_key().
  virtual Task<Result<void>> replace_key(KeyId old, Timestamp old_expires_at, ApiKey key) = 0;
  /// Stores label, scopes, limits, expiry and webhook. Errors: conflict when the key is gone, revoked or replaced.
  virtual Task<Result<void>> update_key(ApiKey key) = 0;
  virtual Task<Result<std::optional<ApiKey>>> find_key(KeyId id) = 0;
  virtual Task<Result<std::vector<ApiKey>>> list_keys(std::optional<TenantId> tenant) = 0;
  virtual Task<Result<std::vector<ApiKey>>> find_keys_by_prefix(std::string prefix) = 0;
  virtual Task<Result<void>> revoke_key(KeyId id, Timestamp at) = 0;             ///< not_found
  struct KeyUse {
    KeyId key;
    Timestamp at;
  };
  /// When keys were last used, in one commit.
  virtual Task<Result<void>> note_used(std::vector<KeyUse> uses) = 0;

  /// The limits of a tenant's keys together, by style, where they are not the style's own.
  using TenantLimits = std::map<std::string, RateLimits>;
  virtual Task<Result<TenantLimits>> tenant_limits(TenantId tenant) = 0;
  /// nullopt: the style's own again. Errors: not_found (the tenant).
  virtual Task<Result<void>> set_tenant_limits(TenantId tenant, std::string style, std::optional<RateLimits> limits) = 0;
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
