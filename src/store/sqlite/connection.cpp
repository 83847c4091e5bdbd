#include "store/sqlite/connection.h"

namespace wherry::store {

namespace {

constexpr int busy_timeout_ms = 5000;

Value column(sqlite3_stmt* statement, int index) {
  switch (sqlite3_column_type(statement, index)) {
    case SQLITE_INTEGER: return static_cast<std::int64_t>(sqlite3_column_int64(statement, index));
    case SQLITE_FLOAT: return sqlite3_column_double(statement, index);
    case SQLITE_TEXT: {
      const auto* text = reinterpret_cast<const char*>(sqlite3_column_text(statement, index));
      return std::string(text, static_cast<std::size_t>(sqlite3_column_bytes(statement, index)));
    }
    case SQLITE_BLOB: {
      const auto* bytes = static_cast<const std::uint8_t*>(sqlite3_column_blob(statement, index));
      return bytes == nullptr ? Bytes() : Bytes(bytes, bytes + sqlite3_column_bytes(statement, index));
    }
    default: return std::monostate();
  }
}

// The bytes outlive the step, so SQLite need not copy them.
int bind_value(sqlite3_stmt* statement, int index, const Value& value) {
  if (const auto* integer = std::get_if<std::int64_t>(&value)) return sqlite3_bind_int64(statement, index, *integer);
  if (const auto* text = std::get_if<std::string>(&value)) {
    return sqlite3_bind_text64(statement, index, text->data(), text->size(), SQLITE_STATIC, SQLITE_UTF8);
  }
  if (const auto* blob = std::get_if<Bytes>(&value)) {
    const void* data = blob->empty() ? static_cast<const void*>("") : blob->data();
    return sqlite3_bind_blob64(statement, index, data, blob->size(), SQLITE_STATIC);
  }
  if (const auto* real = std::get_if<double>(&value)) return sqlite3_bind_double(statement, index, *real);
  return sqlite3_bind_null(statement, index);
}

}  // namespace

Error storage_failure(std::string detail) {
  Error error{ErrorCode::unavailable, "the store cannot be written or read at the moment", std::move(detail)};
  error.retry_after = seconds(5);
  return error;
}

Result<std::unique_ptr<SqliteConnection>> SqliteConnection::open(const std::string& path, Mode mode) {
  // Counting its memory would put a lock of the whole process around each of SQLite's many allocations.
  static const int configured = sqlite3_config(SQLITE_CONFIG_MEMSTATUS, 0);
  (void)configured;  // refused when the process used SQLite before, which does no harm
  std::unique_ptr<SqliteConnection> connection(new SqliteConnection());
  const int access = mode == Mode::read_only ? SQLITE_OPEN_READONLY : SQLITE_OPEN_READWRITE;
  const int code = sqlite3_open_v2(path.c_str(), &connection->handle_, access | SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_EXRESCODE, nullptr);
  if (code != SQLITE_OK) return Error{ErrorCode::unavailable, "cannot open " + path, sqlite3_errstr(code)};
  sqlite3_busy_timeout(connection->handle_, busy_timeout_ms);
  const auto note_pages = [](void* self, sqlite3*, const char*, int pages) {
    static_cast<SqliteConnection*>(self)->wal_pages_ = pages;
    return SQLITE_OK;
  };
  sqlite3_wal_hook(connection->handle_, note_pages, connection.get());  // also ends SQLite's own automatic checkpoints
  TRY_VOID(connection->execute("PRAGMA synchronous=FULL; PRAGMA foreign_keys=ON; PRAGMA temp_store=MEMORY"));
  return connection;
}

SqliteConnection::~SqliteConnection() {
  for (auto& [text, prepared] : prepared_) sqlite3_finalize(prepared.statement);
  sqlite3_close_v2(handle_);
}

Error SqliteConnection::failure(int code) const {
  const std::string detail = std::string(sqlite3_errstr(code)) + ": " + sqlite3_errmsg(handle_);
  if (code == SQLITE_CONSTRAINT_UNIQUE || code == SQLITE_CONSTRAINT_PRIMARYKEY || code == SQLITE_CONSTRAINT_ROWID) {
    return {ErrorCode::already_exists, "it exists already", detail};
  }
  if (code == SQLITE_CONSTRAINT_FOREIGNKEY) return {ErrorCode::not_found, "something it refers to does not exist", detail};
  switch (code & 0xff) {
    case SQLITE_ERROR:
    case SQLITE_CONSTRAINT:
    case SQLITE_MISMATCH:
    case SQLITE_MISUSE:
    case SQLITE_RANGE:
    case SQLITE_SCHEMA:
    case SQLITE_TOOBIG: return {ErrorCode::internal, "a database statement failed", detail};
    case SQLITE_NOTADB: return {ErrorCode::invalid_argument, "the file is not a database", detail};
    default: return storage_failure(detail);
  }
}

Result<void> SqliteConnection::execute(const char* sql) {
  const int code = sqlite3_exec(handle_, sql, nullptr, nullptr, nullptr);
  if (code != SQLITE_OK) return failure(code);
  return {};
}

Result<std::string> SqliteConnection::query_text(const char* sql) {
  sqlite3_stmt* statement = nullptr;
  int code = sqlite3_prepare_v2(handle_, sql, -1, &statement, nullptr);
  if (code == SQLITE_OK) code = sqlite3_step(statement);
  std::string value;
  if (code == SQLITE_ROW) {
    const auto* text = reinterpret_cast<const char*>(sqlite3_column_text(statement, 0));
    if (text != nullptr) value = text;
  }
  sqlite3_finalize(statement);
  if (code != SQLITE_ROW && code != SQLITE_DONE) return failure(code);
  return value;
}

Result<SqliteConnection::Prepared*> SqliteConnection::prepare(const Statement& statement) {
  auto [place, fresh] = prepared_.try_emplace(statement.sql);
  auto& prepared = place->second;
  if (fresh) {
    const int code = sqlite3_prepare_v3(handle_, statement.sql, -1, SQLITE_PREPARE_PERSISTENT, &prepared.statement, nullptr);
    if (code != SQLITE_OK) {
      const auto error = failure(code);
      prepared_.erase(place);
      return error;
    }
    int used = 0;
    for (int number = 1; used < sqlite3_bind_parameter_count(prepared.statement) && number < 100; ++number) {
      prepared.indexes.push_back(sqlite3_bind_parameter_index(prepared.statement, ("$" + std::to_string(number)).c_str()));
      if (prepared.indexes.back() != 0) ++used;
    }
  }
  if (statement.params.size() < prepared.indexes.size()) {
    return Error{ErrorCode::internal, "a database statement failed", std::string("too few parameters for: ") + statement.sql};
  }
  return &prepared;
}

Result<void> SqliteConnection::bind(Prepared& prepared, const Statement& statement) {
  for (std::size_t i = 0; i < prepared.indexes.size(); ++i) {
    if (prepared.indexes[i] == 0) continue;
    const int code = bind_value(prepared.statement, prepared.indexes[i], statement.params[i]);
    if (code != SQLITE_OK) return failure(code);
  }
  return {};
}

Result<StatementResult> SqliteConnection::run(const Statement& statement) {
  TRY(auto* prepared, prepare(statement));
  auto* const handle = prepared->statement;
  Result<void> done = bind(*prepared, statement);
  StatementResult result;
  if (done) {
    int code = SQLITE_OK;
    while ((code = sqlite3_step(handle)) == SQLITE_ROW) {
      auto& row = result.rows.emplace_back();
      const int columns = sqlite3_column_count(handle);
      row.reserve(static_cast<std::size_t>(columns));
      for (int i = 0; i < columns; ++i) row.push_back(column(handle, i));
    }
    if (code != SQLITE_DONE) done = failure(code);
  }
  const bool reads = sqlite3_stmt_readonly(handle) != 0;
  result.changed = reads ? result.rows.size() : static_cast<std::uint64_t>(sqlite3_changes64(handle_));
  sqlite3_reset(handle);
  sqlite3_clear_bindings(handle);
  if (!done) return done.error();
  return result;
}

void SqliteConnection::checkpoint() { sqlite3_wal_checkpoint_v2(handle_, nullptr, SQLITE_CHECKPOINT_PASSIVE, nullptr, nullptr); }

}  // namespace wherry::store
