#pragma once

#include <array>
#include <mutex>
#include <unordered_map>

#include "base/clock.h"
#include "services/ports/consent_store.h"

namespace wherry {

/// What a tenant says about the consent of several recipients at once.
struct ConsentChange {
  TenantId tenant;
  bool opted_in = true;
  RepeatedOptIn repeated = RepeatedOptIn::replaces;
  struct Recipient {
    WaId number;
    std::string source;              ///< 1 to 25 characters
    std::string user_agent, ip;      ///< at most 512 and 64 bytes
  };
  std::vector<Recipient> recipients;  ///< 1 to most_at_once
};

/// The opt-in registry, with what a send asks kept in memory. Threads: any.
class Consents {
 public:
  static constexpr std::size_t most_at_once = 1000;
  static constexpr std::size_t longest_source = 25;
  static constexpr std::size_t longest_user_agent = 512;
  static constexpr std::size_t longest_ip = 64;

  Consents(ConsentStore& store, const Clock& clock, std::size_t capacity = 500'000);

  /// Whether this recipient may be written to without having written first. Errors: unavailable.
  Task<Result<bool>> is_opted_in(TenantId tenant, WaId recipient);
  /// nullopt when nothing was ever said.
  Task<Result<std::optional<Consent>>> find(TenantId tenant, WaId recipient);
  /// `after` is the last recipient of the page before.
  Task<Result<std::vector<Consent>>> list(TenantId tenant, std::optional<bool> opted_in, std::optional<WaId> after, std::uint32_t limit);
  /// Everybody or nobody; on disk when it returns. Errors: invalid_argument (says what), already_exists (names the recipient),
  /// not_found (no such tenant), unavailable.
  Task<Result<void>> change(ConsentChange change);
  /// Forgets what was said. Errors: not_found, unavailable.
  Task<Result<void>> remove(TenantId tenant, WaId recipient);

 private:
  struct Who {
    TenantId tenant;
    std::string contact_key;
    bool operator==(const Who&) const = default;
  };
  struct WhoHash {
    std::size_t operator()(const Who& who) const { return IdHash{}(who.tenant) ^ std::hash<std::string>{}(who.contact_key); }
  };
  struct Shard {
    std::mutex mutex;
    std::unordered_map<Who, bool, WhoHash> known;
    std::uint64_t changes = 0;  ///< so that a look-up under way cannot bring back what was changed meanwhile
  };
  Shard& shard(const Who& who) { return shards_[WhoHash{}(who) % shards_.size()]; }
  void forget(TenantId tenant, const WaId& recipient);
  Task<Result<void>> name_repeated(std::vector<Consent> consents, Error error);

  ConsentStore& store_;
  const Clock& clock_;
  std::size_t shard_capacity_;
  std::array<Shard, 16> shards_;
};

}  // namespace wherry
