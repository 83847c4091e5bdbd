#pragma once

#include <functional>
#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "base/clock.h"
#include "base/result.h"
#include "base/task.h"
#include "services/access/key_style.h"
#include "services/ports/access_store.h"

namespace wherry {

/// Who is calling.
struct Principal {
  TenantId tenant;
  KeyId key;
  std::string style;
  Scopes scopes;
};

/// What a caller without the scope is told.
Result<void> require(const Principal& caller, Scope scope);

/// The outcome for a known key. Over the limit `allowed` is false and the request must be refused; the headers still apply.
struct Admission {
  Principal principal;
  std::optional<RateState> rate;  ///< the window that tells the most; nullopt for a key without limits
  bool allowed = true;
};

/// A new key, shown to its owner this once.
struct IssuedKey {
  ApiKey record;
  Secret key;
};

struct NewKey {
  TenantId tenant;
  std::string style = "pipes";
  std::string label;
  Scopes scopes;
  std::optional<Timestamp> expires_at;
  std::optional<RateLimits> limits;  ///< nullopt: the style's
};

struct KeyChange {
  std::optional<std::string> label;
  std::optional<Scopes> scopes;
  std::optional<RateLimits> limits;
  std::optional<std::optional<Timestamp>> expires_at;  ///< of nullopt: never
  std::optional<std::optional<SubscriptionId>> webhook;
};

/// Tenants, API keys and their request limits. Threads: any; nothing is locked while waiting.
class Access {
 public:
  static constexpr seconds longest_overlap = std::chrono::hours(24 * 90);

  Access(AccessStore& store, const Clock& clock);

  /// Knows the key by SHA-256 (constant-time) and counts the request in the fixed windows of the key and of its tenant, which the first
  /// request opens. A refused request is counted nowhere and moves no reset.
  /// Errors: unauthenticated (unknown, malformed, revoked, expired, other style), unavailable.
  Task<Result<Admission>> admit(std::string presented_key, std::string style);

  /// As admit(), but counts nothing: for what is not limited.
  Task<Result<Principal>> identify(std::string presented_key, std::string style);

  Task<Result<Tenant>> create_tenant(std::string name);
  Task<Result<std::vector<Tenant>>> list_tenants();
  Task<Result<Tenant>> find_tenant(TenantId id);

  /// Errors: invalid_argument (says what), not_found (the tenant), already_exists (as many keys of the style as may be active).
  Task<Result<IssuedKey>> create_key(NewKey request);
  Task<Result<std::vector<ApiKey>>> list_keys(std::optional<TenantId> tenant);
  Task<Result<ApiKey>> find_key(KeyId id);
  Task<Result<ApiKey>> change_key(KeyId id, KeyChange change);
  /// Issues a key with the settings of this one, which goes on working for `overlap`, but not longer than it would have.
  /// Errors: not_found, invalid_argument (overlap), conflict (it does not work any more, or was replaced already).
  Task<Result<IssuedKey>> rotate_key(KeyId id, seconds overlap, std::optional<Timestamp> expires_at);
  Task<Result<void>> revoke_key(KeyId id);
  /// Called after each change of keys that ends or narrows what they may do. Set before serving.
  void on_key_change(std::function<void()> hook) { on_key_change_ = std::move(hook); }

  /// What holds for all keys of the tenant together, for every style that has limits. Errors: unavailable.
  Task<Result<AccessStore::TenantLimits>> tenant_limits(TenantId tenant);
  /// nullopt: the style's own again. Errors: invalid_argument (limits, style), not_found.
  Task<Result<void>> set_tenant_limits(TenantId tenant, std::string style, std::optional<RateLimits> limits);

  /// Writes down when keys were last used, for at most 500 keys at once; the rest is for the next call.
  Task<Result<void>> flush_usage();

 private:
  struct Cached {
    std::optional<ApiKey> record;   ///< nullopt after a change: to be read again
    RateWindows windows;
    std::optional<Timestamp> used;  ///< not on disk yet
  };
  struct Found {
    ApiKey record;
    RateLimits tenant_limits;
  };
  enum class Counting { counted, free };
  using Shared = std::pair<TenantId, std::string>;  ///< tenant and style

  Task<Result<Admission>> with_key(std::string presented_key, std::string style, Counting counting);
  Task<Result<std::optional<Found>>> look_up(Sha256 hash, std::string prefix);
  Cached& keep(const Sha256& hash, Found found);
  Result<Admission> use(Cached& cached, const std::string& style, Counting counting);
  template <class Which>
  void read_again(Which which);
  void add_recent_use(ApiKey& key) const;

  AccessStore& store_;
  const Clock& clock_;
  std::function<void()> on_key_change_;
  mutable std::mutex mutex_;
  std::map<Sha256, Cached> keys_;          ///< keys seen since the start
  std::map<Shared, RateWindows> tenants_;  ///< of those keys
  std::uint64_t changes_ = 0;              ///< so that a look-up under way cannot bring back what was before a change
};

}  // namespace wherry
