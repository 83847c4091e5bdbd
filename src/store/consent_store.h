#pragma once

#include "services/journal/journal_feed.h"
#include "services/ports/consent_store.h"
#include "store/database.h"

namespace wherry::store {

/// ConsentStore in SQL.
class SqlConsentStore final : public ConsentStore {
 public:
  /// `feed`, when given, is told of every journal row.
  explicit SqlConsentStore(Database& database, JournalFeed* feed = nullptr) : database_(database), feed_(feed) {}
  Task<Result<std::optional<Consent>>> find_consent(TenantId tenant, std::string contact_key) override;
  Task<Result<std::vector<Consent>>> list_consents(ConsentFilter filter) override;
  Task<Result<void>> put_consents(std::vector<Consent> consents, RepeatedOptIn repeated) override;
  Task<Result<void>> remove_consent(TenantId tenant, WaId recipient, Timestamp at) override;

 private:
  Task<Result<void>> change(TenantId tenant, Batch batch, Error unexpected);

  Database& database_;
  JournalFeed* feed_;
};

}  // namespace wherry::store
