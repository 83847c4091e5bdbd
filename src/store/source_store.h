#pragma once

#include "services/ports/source_store.h"
#include "store/database.h"

namespace wherry::store {

/// SourceStore in SQL.
class SqlSourceStore final : public SourceStore {
 public:
  explicit SqlSourceStore(Database& database) : database_(database) {}
  Task<Result<void>> add_source(Source source) override;
  Task<Result<void>> remove_source(RawId id) override;
  Task<Result<std::vector<Source>>> list_sources() override;

 private:
  Database& database_;
};

}  // namespace wherry::store
