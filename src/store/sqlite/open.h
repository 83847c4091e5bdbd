#pragma once

#include <functional>
#include <memory>
#include <string>

#include "store/database.h"

namespace wherry::store {

struct SqliteOptions {
  std::string directory;  ///< holds wherry.db and wherry.lock; made when it is missing
  std::uint32_t readers = 2;
  std::size_t max_queued_batches = 100'000;
  std::size_t max_queued_bytes = 256 * 1024 * 1024;
  std::size_t max_queued_queries = 20'000;
  std::size_t group_limit = 512;  ///< batches in one transaction
  /// For tests: called on the writer's thread before each statement of a batch; true makes it fail as a broken disk would.
  std::function<bool()> fail_statement;
  /// For tests: called on the writer's thread before each COMMIT.
  std::function<bool()> fail_commit;
  /// For tests: the disk is full when the database has so many pages of 4 KiB; 0 = no limit.
  std::uint32_t max_pages = 0;
};

/// Opens (and creates or migrates) DIRECTORY/wherry.db for this process alone. The io_contexts of its callers must outlive it: its
/// threads post to them. Its end finishes what is queued.
/// Errors: unavailable (in use by another process; cannot be opened), invalid_argument (not ours, or made by a newer version).
Result<std::unique_ptr<Database>> open_sqlite(SqliteOptions options, const Clock& clock);

}  // namespace wherry::store
