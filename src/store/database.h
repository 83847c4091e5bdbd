#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "base/bytes.h"
#include "base/clock.h"
#include "base/ids.h"
#include "base/result.h"
#include "base/task.h"

namespace wherry::store {

using Value = std::variant<std::monostate, std::int64_t, double, std::string, Bytes>;

/// One SQL statement with numbered parameters $1, $2, …, in the subset SQLite and PostgreSQL share.
struct Statement {
  const char* sql = nullptr;                 ///< a constant: drivers keep prepared statements by its address
  std::vector<Value> params;
  std::optional<std::uint64_t> expect_rows;  ///< rows it must change (a SELECT: give); otherwise its batch is rolled back
};

using Row = std::vector<Value>;
using Rows = std::vector<Row>;

/// Statements that are applied together or not at all. Each sees what those before it did.
using Batch = std::vector<Statement>;

struct StatementResult {
  std::uint64_t changed = 0;  ///< of a SELECT: how many rows it gave
  Rows rows;                  ///< of a SELECT or of RETURNING
};
using BatchResult = std::vector<StatementResult>;

/// What a repository needs from a database. Threads: any; the caller resumes on its own.
/// Errors of all calls: unavailable (disk full, read-only, queue full, closing), internal (a bug in the SQL).
class Database {
 public:
  virtual ~Database() = default;
  /// Sees everything that was committed before the call.
  virtual Task<Result<Rows>> query(Statement statement) = 0;
  /// Durable when it returns. Errors: conflict (an expectation failed; detail names the statement's index), already_exists
  /// (unique), not_found (a row it refers to is missing).
  virtual Task<Result<BatchResult>> commit(Batch batch) = 0;
  /// The batches in this order, each all or nothing on its own; durable when it returns. The outer error means that nothing is known
  /// to be stored.
  virtual Task<Result<std::vector<Result<BatchResult>>>> commit_all(std::vector<Batch> batches) = 0;
};

}  // namespace wherry::store
