#pragma once

#include "services/ports/passing_file_store.h"
#include "store/database.h"

namespace wherry::store {

/// PassingFileStore in SQL.
class SqlPassingFileStore final : public PassingFileStore {
 public:
  explicit SqlPassingFileStore(Database& database) : database_(database) {}
  Task<Result<void>> keep(MediaId media, MessageId message) override;
  Task<Result<std::vector<MediaId>>> finished(std::uint32_t limit) override;
  Task<Result<void>> forget(MediaId media) override;

 private:
  Database& database_;
};

}  // namespace wherry::store
