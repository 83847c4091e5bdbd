#include "tests/support/memory_access_store.h"

#include <algorithm>

namespace wherry::test {

namespace {
const Error store_is_broken{ErrorCode::unavailable, "the store is broken"};
}

Task<Result<void>> MemoryAccessStore::add_tenant(Tenant tenant) {
  if (broken) co_return store_is_broken;
  for (const auto& other : tenants) {
    if (other.name == tenant.name) co_return Error{ErrorCode::already_exists, "the name is taken"};
  }
  tenants.push_back(std::move(tenant));
  co_return Result<void>();
}

Task<Result<std::vector<Tenant>>> MemoryAccessStore::list_tenants() {
  if (broken) co_return store_is_broken;
  co_return tenants;
}

Task<Result<std::optional<Tenant>>> MemoryAccessStore::find_tenant(TenantId id) {
  if (broken) co_return store_is_broken;
  for (const auto& tenant : tenants) {
    if (tenant.id == id) co_return std::optional<Tenant>(tenant);
  }
  co_return std::optional<Tenant>();
}

Task<Result<void>> MemoryAccessStore::add_key(ApiKey key, std::uint32_t most_active) {
  if (broken) co_return store_is_broken;
  const auto active = std::count_if(keys.begin(), keys.end(), [&](const ApiKey& other) {
    return other.tenant == key.tenant && other.style == key.style && other.active_at(key.created_at) && !other.replaced_by;
  });
  if (active >= most_active) co_return Error{ErrorCode::conflict, "no room"};
  keys.push_back(std::move(key));
  co_return Result<void>();
}

ApiKey* MemoryAccessStore::changeable(KeyId id) {
  for (auto& key : keys) {
    if (key.id == id && !key.revoked_at && !key.replaced_by) return &key;
  }
  return nullptr;
}

Task<Result<void>> MemoryAccessStore::replace_key(KeyId old, Timestamp old_expires_at, ApiKey key) {
  auto* known = changeable(old);
  if (known == nullptr) co_return Error{ErrorCode::conflict, "gone"};
  known->replaced_by = key.id;
  known->expires_at = old_expires_at;
  keys.push_back(std::move(key));
  co_return Result<void>();
}

Task<Result<void>> MemoryAccessStore::update_key(ApiKey key) {
  auto* known = changeable(key.id);
  if (known == nullptr) co_return Error{ErrorCode::conflict, "gone"};
  known->label = key.label;
  known->scopes = key.scopes;
  known->limits = key.limits;
  known->expires_at = key.expires_at;
  known->webhook = key.webhook;
  co_return Result<void>();
}

Task<Result<std::optional<ApiKey>>> MemoryAccessStore::find_key(KeyId id) {
  if (broken) co_return store_is_broken;
  for (const auto& key : keys) {
    if (key.id == id) co_return std::optional<ApiKey>(key);
  }
  co_return std::optional<ApiKey>();
}

Task<Result<void>> MemoryAccessStore::note_used(std::vector<KeyUse> uses) {
  if (broken) co_return store_is_broken;
  for (const auto& use : uses) {
    for (auto& key : keys) {
      if (key.id == use.key) key.last_used_at = use.at;
    }
  }
  co_return Result<void>();
}

Task<Result<AccessStore::TenantLimits>> MemoryAccessStore::tenant_limits(TenantId tenant) {
  if (broken) co_return store_is_broken;
  TenantLimits found;
  for (const auto& [whose, own] : limits) {
    if (whose.first == tenant) found[whose.second] = own;
  }
  co_return found;
}

Task<Result<void>> MemoryAccessStore::set_tenant_limits(TenantId tenant, std::string style, std::optional<RateLimits> changed) {
  if (broken) co_return store_is_broken;
  limits.erase({tenant, style});
  if (changed) limits[{tenant, style}] = *changed;
  co_return Result<void>();
}

Task<Result<std::vector<ApiKey>>> MemoryAccessStore::list_keys(std::optional<TenantId> tenant) {
  std::vector<ApiKey> found;
  for (const auto& key : keys) {
    if (!tenant || key.tenant == *tenant) found.push_back(key);
  }
  co_return found;
}

Task<Result<std::vector<ApiKey>>> MemoryAccessStore::find_keys_by_prefix(std::string prefix) {
  if (broken) co_return store_is_broken;
  std::vector<ApiKey> found;
  for (const auto& key : keys) {
    if (key.prefix == prefix) found.push_back(key);
  }
  co_return found;
}

Task<Result<void>> MemoryAccessStore::revoke_key(KeyId id, Timestamp at) {
  for (auto& key : keys) {
    if (key.id != id) continue;
    key.revoked_at = at;
    co_return Result<void>();
  }
  co_return Error{ErrorCode::not_found, "no such key"};
}

Task<Result<void>> MemoryAccessStore::add_channel(Channel channel) {
  for (const auto& other : channels) {
    if (other.phone_number_id == channel.phone_number_id) co_return Error{ErrorCode::already_exists, "the number is taken"};
  }
  channels.push_back(std::move(channel));
  co_return Result<void>();
}

Task<Result<void>> MemoryAccessStore::update_channel(Channel channel) {
  for (auto& known : channels) {
    if (known.id != channel.id) continue;
    known = std::move(channel);
    co_return Result<void>();
  }
  co_return Error{ErrorCode::not_found, "no such channel"};
}

Task<Result<void>> MemoryAccessStore::remove_channel(ChannelId id, Timestamp) {
  std::erase_if(channels, [&](const Channel& channel) { return channel.id == id; });
  co_return Result<void>();
}

Task<Result<std::vector<Channel>>> MemoryAccessStore::list_channels() {
  if (broken) co_return store_is_broken;
  co_return channels;
}

}  // namespace wherry::test
