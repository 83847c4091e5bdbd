#include "store/sqlite/open.h"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <filesystem>

#include "base/log.h"
#include "store/sqlite/directory_lock.h"
#include "store/sqlite/migrate.h"
#include "store/sqlite/readers.h"
#include "store/sqlite/writer.h"

namespace wherry::store {

namespace {

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
    auto start = [&](Completion<BatchResults> done) {
      if (!writer_.submit(batches, done)) done.complete(BatchResults(batches.size(), Result<BatchResult>(busy())));
    };
    co_return co_await await_completion<BatchResults>(std::move(start));
  }

  SqliteOptions options_;
  std::unique_ptr<DirectoryLock> lock_;
  SqliteWriter writer_;
  SqliteReaders readers_;  // last, so that they close before the writer, whose closing empties the log
};

// SQLite gives its log and its index the mode of the file.
Result<void> make_file(const std::string& path) {
  const int fd = ::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600);
  if (fd < 0) return Error{ErrorCode::unavailable, "cannot open " + path + " for writing: " + std::strerror(errno)};
  ::close(fd);
  return {};
}

std::uintmax_t size_of(const std::string& path) {
  std::error_code missing;
  const auto size = std::filesystem::file_size(path, missing);
  return missing ? 0 : size;
}

// Reading everything takes about a second per gigabyte, so a large database is looked through only after an unclean end, and a very
// large one not at all.
constexpr std::uintmax_t always_checked = 64 * 1024 * 1024;
constexpr std::uintmax_t checked_after_a_crash = 512 * 1024 * 1024;

Error damaged(const std::string& path, const std::string& detail) {
  return {ErrorCode::unavailable, path + " is damaged: restore it from a backup, or see docs/operations/reliability.md", detail};
}

Result<void> check_undamaged(SqliteConnection& connection, const std::string& path, bool unclean) {
  const auto size = size_of(path);
  if (size > (unclean ? checked_after_a_crash : always_checked)) {
    if (unclean) log::warn("database_not_checked", {{"file", path}, {"bytes", size}, {"why", "too large to be read through at the start"}});
    return {};
  }
  auto answer = connection.query_text("PRAGMA quick_check(1)");
  if (answer && *answer == "ok") return {};
  const auto detail = answer ? *answer : answer.error().detail;
  return damaged(path, detail);
}

Result<std::unique_ptr<SqliteConnection>> open_writer(const std::string& path, const SqliteOptions& options, Timestamp now) {
  TRY_VOID(make_file(path));
  const bool unclean = size_of(path + "-wal") > 0;
  TRY(auto writer, SqliteConnection::open(path, SqliteConnection::Mode::read_write));
  TRY_VOID(check_ours(*writer, migrations()));
  TRY_VOID(check_undamaged(*writer, path, unclean));
  TRY(const auto mode, writer->query_text("PRAGMA journal_mode=WAL"));
  if (mode != "wal") return Error{ErrorCode::unavailable, path + " is on a file system without shared memory; use a local disk", mode};
  // Never `wal_autocheckpoint` here: it would take the place of the connection's own hook.
  TRY_VOID(writer->execute("PRAGMA journal_size_limit=67108864; PRAGMA cache_size=-16384"));
  TRY_VOID(migrate(*writer, migrations(), now));
  if (options.max_pages > 0) {
    const auto limit = "PRAGMA max_page_count=" + std::to_string(options.max_pages);
    TRY_VOID(writer->execute(limit.c_str()));
  }
  return writer;
}

}  // namespace

Result<std::unique_ptr<Database>> open_sqlite(SqliteOptions options, const Clock& clock) {
  TRY(auto lock, DirectoryLock::take(options.directory));
  const auto path = options.directory + "/wherry.db";
  auto opened = open_writer(path, options, clock.now());
  // Damage may show in any step, long before everything is looked through.
  const bool malformed = !opened && opened.error().detail.find(sqlite3_errstr(SQLITE_CORRUPT)) != std::string::npos;
  if (malformed) return damaged(path, opened.error().detail);
  TRY(auto writer, std::move(opened));
  std::vector<std::unique_ptr<SqliteConnection>> readers;
  for (std::uint32_t i = 0; i < std::max(1U, options.readers); ++i) {
    TRY(auto reader, SqliteConnection::open(path, SqliteConnection::Mode::read_only));
    readers.push_back(std::move(reader));
  }
  return std::unique_ptr<Database>(
      std::make_unique<SqliteDatabase>(std::move(options), std::move(lock), std::move(writer), std::move(readers)));
}

}  // namespace wherry::store
