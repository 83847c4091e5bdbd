#pragma once

#include <sqlite3.h>

#include <memory>
#include <string>
#include <unordered_map>

#include "store/database.h"

namespace wherry::store {

/// One SQLite connection, used by one thread, with its prepared statements.
class SqliteConnection {
 public:
  enum class Mode { read_only, read_write };
  static Result<std::unique_ptr<SqliteConnection>> open(const std::string& path, Mode mode);
  ~SqliteConnection();
  SqliteConnection(const SqliteConnection&) = delete;
  SqliteConnection& operator=(const SqliteConnection&) = delete;

  /// Runs one statement to its end.
  Result<StatementResult> run(const Statement& statement);
  /// Runs SQL without parameters or results, several statements at once allowed.
  Result<void> execute(const char* sql);
  Result<std::int64_t> query_number(const char* sql);
  /// Pages in the write-ahead log after the last commit.
  int wal_pages() const { return wal_pages_; }
  /// Moves what the log holds into the database file; `truncate` also empties the log's file.
  void checkpoint(bool truncate);

 private:
  struct Prepared {
    sqlite3_stmt* statement = nullptr;
    std::vector<int> indexes;  ///< of $1, $2, …; 0 when the text does not use it
  };
  explicit SqliteConnection(sqlite3* handle) : handle_(handle) {}
  Result<Prepared*> prepare(const Statement& statement);
  Result<void> bind(Prepared& prepared, const Statement& statement);
  Error failure(int code) const;

  sqlite3* handle_;
  std::unordered_map<const char*, Prepared> prepared_;
  int wal_pages_ = 0;
};

}  // namespace wherry::store
