#pragma once

#include <vector>

#include "base/clock.h"
#include "store/migrations.h"
#include "store/sqlite/connection.h"

namespace wherry::store {

/// Errors: invalid_argument when the file is no database of ours or a newer version made it. Changes nothing.
Result<void> check_ours(SqliteConnection& connection, const std::vector<Migration>& steps);

/// Applies the steps that are missing, each in one transaction, and writes down which and when.
Result<void> migrate(SqliteConnection& connection, const std::vector<Migration>& steps, Timestamp now);

}  // namespace wherry::store
