#pragma once

#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

#include "base/clock.h"
#include "base/result.h"
#include "base/task.h"
#include "services/ports/access_store.h"

namespace wherry {

/// Who is calling.
struct Principal {
  TenantId tenant;
  KeyId key;
  std::string style;
};

/// A key's fixed window as it stands after this request.
struct RateState {
  std::uint32_t limit = 0;
  std::uint32_t remaining = 0;
  Timestamp reset;       ///< when the window ends
};

/// The outcome for a known key. Over the limit `allowed` is false and the request must be refused; the headers still apply.
struct Admission {
  Principal principal;
  std::optional<RateState> rate;  ///< nullopt for a key without limit
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
  std::uint32_t rate_limit = 60;
  seconds rate_window{60};
};

/// Tenants, API keys and their request limits. Threads: any; nothing is locked while waiting.
class Access {
 public:
  Access(AccessStore& store, const Clock& clock);

  /// Knows the key by SHA-256 (constant-time), counts the request in the key's fixed window, which the first request opens.
  /// A refused request does not move the reset. Errors: unauthenticated (unknown, malformed, revoked, other style), unavailable.
  Task<Result<Admission>> admit(std::string presented_key, std::string style);

  /// As admit(), but counts nothing: for what is not limited.
  Task<Result<Principal>> identify(std::string presented_key, std::string style);

  Task<Result<Tenant>> create_tenant(std::string name);
  Task<Result<std::vector<Tenant>>> list_tenants();
  Task<Result<IssuedKey>> create_key(NewKey request);
  Task<Result<std::vector<ApiKey>>> list_keys(std::optional<TenantId> tenant);
  Task<Result<void>> revoke_key(KeyId id);

 private:
  struct Window {
    Timestamp opened;
    std::uint32_t used = 0;
  };
  struct Cached {
    ApiKey record;
    Window window;
  };
  using Use = Admission (*)(Cached&, Timestamp);
  Task<Result<Admission>> with_key(std::string presented_key, std::string style, Use use);
  Task<Result<std::optional<ApiKey>>> look_up(Sha256 hash, std::string prefix);
  static Admission count(Cached& cached, Timestamp now);
  static Admission only_name(Cached& cached, Timestamp now);

  AccessStore& store_;
  const Clock& clock_;
  std::mutex mutex_;
  std::map<Sha256, Cached> keys_;   ///< keys seen since the start, revoked ones removed
  std::uint64_t revocations_ = 0;   ///< so that a look-up under way cannot bring a revoked key back
};

}  // namespace wherry
