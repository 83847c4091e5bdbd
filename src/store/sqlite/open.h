#pragma once

#include <functional>
#include <memory>
#include <string>

#include "store/database.h"

namespace wherry::store {

struct SqliteOptions {
  std::string directory;                ///< holds wherry.db and wherry.lock
  std::uint32_t readers = 2;
  std::size_t max_queued_batches = 100'000;
  std::size_t max_queued_queries = 20'000;
  std::size_t group_limit = 512;        ///< batches in one transaction
  /// For tests: called before each statement of the writer; true makes it fail as a full disk would.
  std::function<bool()> fail_statement;
  /// For tests: called before each COMMIT.
  std::function<bool()> fail_commit;
};

/// Opens (and creates or migrates) DIRECTORY/wherry.db for this process alone.
/// Errors: unavailable (in use by another process; cannot be opened), invalid_argument (not ours, or made by a newer version).
Result<std::unique_ptr<Database>> open_sqlite(SqliteOptions options, const Clock& clock);

}  // namespace wherry::store
