#include "store/sqlite/open.h"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/log.h"
#include "store/migrations.h"
#include "store/sqlite/readers.h"
#include "store/sqlite/writer.h"

namespace wherry::store {

namespace {

constexpr std::int64_t application_id = 0x57485259;  // "WHRY"

/// Holds the directory for this process: two writers would each think to be the only one.
class DirectoryLock {
 public:
  static Result<std::unique_ptr<DirectoryLock>> take(const std::string& directory) {
    const auto path = directory + "/wherry.lock";
    const int fd = ::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600);
    if (fd < 0) return Error{ErrorCode::unavailable, "cannot open " + path};
    std::unique_ptr<DirectoryLock> lock(new DirectoryLock(fd));
    if (::flock(fd, LOCK_EX | LOCK_NB) != 0) {
      return Error{ErrorCode::unavailable, directory + " is in use by a running server; talk to it with --url and --admin-key"};
    }
    return lock;
  }
  ~DirectoryLock() { ::close(fd_); }
  DirectoryLock(const DirectoryLock&) = delete;
  DirectoryLock& operator=(const DirectoryLock&) = delete;

 private:
  explicit DirectoryLock(int fd) : fd_(fd) {}
  int fd_;
};

Error busy() {
  Error error{ErrorCode::unavailable, "the store has too much to do; try again shortly"};
  error.retry_after = seconds(1);
  return error;
}

class SqliteDatabase final : public Database {
 public:
  SqliteDatabase(SqliteOptions options, std::unique_ptr<DirectoryLock> lock, std::unique_ptr<SqliteConnection> writer,
                 std::vector<std::unique_ptr<SqliteConnection>> readers)
      : options_(std::move(options)),
        lock_(std::move(lock)),
        writer_(std::move(writer), options_),
        readers_(std::move(readers), options_.max_queued_queries) {}

  Task<Result<Rows>> query(Statement statement) override {
    auto start = [&](Completion<Result<Rows>> done) {
      if (!readers_.submit(statement, done)) done.complete(busy());
    };
    co_return co_await await_completion<Result<Rows>>(std::move(start));
  }

  Task<Result<BatchResult>> commit(Batch batch) override {
    std::vector<Batch> one;
    one.push_back(std::move(batch));
    auto results = co_await write(std::move(one));
    co_return std::move(results.front());
  }

  Task<Result<std::vector<Result<BatchResult>>>> commit_all(std::vector<Batch> batches) override {
    if (batches.empty()) co_return BatchResults();
    auto results = co_await write(std::move(batches));
    co_return results;
  }

 private:
  Task<BatchResults> write(std::vector<Batch> batches) {
    const auto count = batches.size();
    auto start = [&](Completion<BatchResults> done) {
      if (!writer_.submit(batches, done)) done.complete(BatchResults(count, Result<BatchResult>(busy())));
    };
    co_return co_await await_completion<BatchResults>(std::move(start));
  }

  SqliteOptions options_;
  std::unique_ptr<DirectoryLock> lock_;
  SqliteWriter writer_;
  SqliteReaders readers_;
};

Result<void> migrate(SqliteConnection& connection) {
  TRY(auto id, connection.query_number("PRAGMA application_id"));
  TRY(auto version, connection.query_number("PRAGMA user_version"));
  TRY(auto tables, connection.query_number("SELECT count(*) FROM sqlite_master"));
  if (id != application_id && (tables > 0 || version != 0)) {
    return Error{ErrorCode::invalid_argument, "wherry.db is not a Wherry database"};
  }
  const auto newest = migrations().empty() ? 0 : migrations().back().number;
  if (version > newest) {
    return Error{ErrorCode::invalid_argument, "wherry.db was written by a newer version of Wherry (schema " + std::to_string(version) +
                                                  ", this one knows " + std::to_string(newest) + ")"};
  }
  for (const auto& migration : migrations()) {
    if (migration.number <= version) continue;
    const auto sql = "BEGIN IMMEDIATE; " + migration.sql + "; PRAGMA application_id=" + std::to_string(application_id) +
                     "; PRAGMA user_version=" + std::to_string(migration.number) + "; COMMIT;";
    auto applied = connection.execute(sql.c_str());
    if (!applied) {
      (void)connection.execute("ROLLBACK");
      return applied.error();
    }
    log::info("schema_migrated", {{"to", migration.number}, {"name", migration.name}});
  }
  return {};
}

}  // namespace

Result<std::unique_ptr<Database>> open_sqlite(SqliteOptions options, const Clock&) {
  TRY(auto lock, DirectoryLock::take(options.directory));
  const auto path = options.directory + "/wherry.db";
  const int fd = ::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600);  // SQLite gives its log the same mode
  if (fd < 0) return Error{ErrorCode::unavailable, "cannot open " + path + " for writing"};
  ::close(fd);
  TRY(auto writer, SqliteConnection::open(path, SqliteConnection::Mode::read_write));
  TRY_VOID(writer->execute("PRAGMA wal_autocheckpoint=0; PRAGMA cache_size=-16384;"));
  TRY_VOID(migrate(*writer));
  std::vector<std::unique_ptr<SqliteConnection>> readers;
  for (std::uint32_t i = 0; i < std::max(1U, options.readers); ++i) {
    TRY(auto reader, SqliteConnection::open(path, SqliteConnection::Mode::read_only));
    readers.push_back(std::move(reader));
  }
  return std::unique_ptr<Database>(
      std::make_unique<SqliteDatabase>(std::move(options), std::move(lock), std::move(writer), std::move(readers)));
}

}  // namespace wherry::store
