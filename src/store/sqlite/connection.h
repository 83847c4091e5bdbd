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
  /// Opens without changing the file. Errors: unavailable.
  static Result<std::unique_ptr<SqliteConnection>> open(const std::string& path, Mode mode);
  ~SqliteConnection();
  SqliteConnection(const SqliteConnection&) = delete;
  SqliteConnection& operator=(const SqliteConnection&) = delete;

  /// Runs one statement to its end.
  Result<StatementResult> run(const Statement& statement);
  /// Runs SQL without parameters or results, several statements at once allowed.
  Result<void> execute(const char* sql);
  /// The first column of the first row; "" without a row.
  Result<std::string> query_text(const char* sql);

  bool in_transaction() const { return sqlite3_get_autocommit(handle_) == 0; }
  /// Pages in the write-ahead log after this connection's last commit.
  int wal_pages() const { return wal_pages_; }
  /// Moves what the log holds into the database file, as far as readers allow, without waiting for them.
  void checkpoint();

 private:
  struct Prepared {
    sqlite3_stmt* statement = nullptr;
    std::vector<int> indexes;  ///< SQLite's own number of $1, $2, …; 0 when the text does not use it
  };
  SqliteConnection() = default;
  Result<Prepared*> prepare(const Statement& statement);
  Result<void> bind(Prepared& prepared, const Statement& statement);
  Error failure(int code) const;

  sqlite3* handle_ = nullptr;
  std::unordered_map<const char*, Prepared> prepared_;
  int wal_pages_ = 0;
};

/// What a full or broken disk is to the caller.
Error storage_failure(std::string detail);

}  // namespace wherry::store
