#pragma once

#include <optional>
#include <string>
#include <vector>

#include "base/result.h"
#include "base/task.h"
#include "services/ports/models.h"

namespace wherry {

/// Whether somebody agreed to be written to by a tenant, and how they said so.
struct Consent {
  TenantId tenant;
  WaId recipient;            ///< as last given; variants of one number are one recipient (contact_key)
  bool opted_in = false;
  std::string source;        ///< where it was said, in the tenant's words: "WEB"
  std::string user_agent;    ///< may be empty
  std::string ip;            ///< may be empty
  Timestamp since;           ///< when it became so
};

/// What becomes of an opt-in of somebody who has opted in already.
enum class RepeatedOptIn {
  replaces,  ///< the new one is kept
  refused,   ///< nothing is changed
};

/// The opt-in registry. Every write is durable when it returns and comes with its "consent.changed" journal rows.
/// Errors of all calls: unavailable.
class ConsentStore {
 public:
  virtual ~ConsentStore() = default;
  /// By the number's contact_key; nullopt when nothing was ever said.
  virtual Task<Result<std::optional<Consent>>> find_consent(TenantId tenant, std::string contact_key) = 0;
  struct ConsentFilter {
    TenantId tenant;
    std::optional<bool> opted_in;
    std::string after;                 ///< page on: the contact_key of the last one
    std::uint32_t limit = 50;
  };
  /// In order of their contact_key.
  virtual Task<Result<std::vector<Consent>>> list_consents(ConsentFilter filter) = 0;
  /// Stores all of them or none. Errors: already_exists (an opt-in was repeated and `repeated` says refused),
  /// not_found (no such tenant).
  virtual Task<Result<void>> put_consents(std::vector<Consent> consents, RepeatedOptIn repeated) = 0;
  /// Forgets what was said. Errors: not_found.
  virtual Task<Result<void>> remove_consent(TenantId tenant, WaId recipient, Timestamp at) = 0;
};

}  // namespace wherry
