#include "store/sqlite/connection.h"

namespace wherry::store {

Result<std::unique_ptr<SqliteConnection>> SqliteConnection::open(const std::string& path, Mode mode) {
  sqlite3* handle = nullptr;
  const int access = mode == Mode::read_only ? SQLITE_OPEN_READONLY : SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE;
  const int code = sqlite3_open_v2(path.c_str(), &handle, access | SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_EXRESCODE, nullptr);
  std::unique_ptr<SqliteConnection> connection(new SqliteConnection(handle));
  if (code != SQLITE_OK) return Error{ErrorCode::unavailable, "cannot open " + path, sqlite3_errstr(code)};
  sqlite3_busy_timeout(handle, 5000);
  sqlite3_wal_hook(
      handle,
      [](void* self, sqlite3*, const char*, int pages) {
        static_cast<SqliteConnection*>(self)->wal_pages_ = pages;
        return SQLITE_OK;
      },
      connection.get());
  TRY_VOID(connection->execute("PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA foreign_keys=ON; PRAGMA temp_store=MEMORY;"));
  return connection;
}

SqliteConnection::~SqliteConnection() {
  for (auto& [text, prepared] : prepared_) sqlite3_finalize(prepared.statement);
  sqlite3_close_v2(handle_);
}

Error SqliteConnection::failure(int code) const {
  const std::string detail = std::string(sqlite3_errstr(code)) + ": " + sqlite3_errmsg(handle_);
  switch (code & 0xff) {
    case SQLITE_CONSTRAINT: return {ErrorCode::already_exists, "it exists already", detail};
    case SQLITE_FULL:
    case SQLITE_IOERR:
    case SQLITE_READONLY:
    case SQLITE_CANTOPEN:
    case SQLITE_NOMEM:
    case SQLITE_BUSY:
    case SQLITE_LOCKED:
    case SQLITE_CORRUPT:
    case SQLITE_NOTADB: {
      Error error{ErrorCode::unavailable, "the store cannot be written or read at the moment", detail};
      error.retry_after = seconds(5);
      return error;
    }
    default: return {ErrorCode::internal, "a database statement failed", detail};
  }
}

Result<void> SqliteConnection::execute(const char* sql) {
  const int code = sqlite3_exec(handle_, sql, nullptr, nullptr, nullptr);
  if (code != SQLITE_OK) return failure(code);
  return {};
}

Result<std::int64_t> SqliteConnection::query_number(const char* sql) {
  sqlite3_stmt* statement = nullptr;
  int code = sqlite3_prepare_v2(handle_, sql, -1, &statement, nullptr);
  if (code == SQLITE_OK) code = sqlite3_step(statement);
  const std::int64_t value = code == SQLITE_ROW ? sqlite3_column_int64(statement, 0) : 0;
  sqlite3_finalize(statement);
  if (code != SQLITE_ROW && code != SQLITE_DONE) return failure(code);
  return value;
}

Result<SqliteConnection::Prepared*> SqliteConnection::prepare(const Statement& statement) {
  auto [place, fresh] = prepared_.try_emplace(statement.sql);
  auto& prepared = place->second;
  if (!fresh) return &prepared;
  const int code = sqlite3_prepare_v3(handle_, statement.sql, -1, SQLITE_PREPARE_PERSISTENT, &prepared.statement, nullptr);
  if (code != SQLITE_OK) {
    prepared_.erase(place);
    return failure(code);
  }
  for (std::size_t i = 1; i <= statement.params.size(); ++i) {
    prepared.indexes.push_back(sqlite3_bind_parameter_index(prepared.statement, ("$" + std::to_string(i)).c_str()));
  }
  return &prepared;
}

Result<void> SqliteConnection::bind(Prepared& prepared, const Statement& statement) {
  // The values outlive the step, so SQLite need not copy them.
  for (std::size_t i = 0; i < statement.params.size() && i < prepared.indexes.size(); ++i) {
    const int index = prepared.indexes[i];
    if (index == 0) continue;
    const auto& value = statement.params[i];
    int code = SQLITE_OK;
    if (const auto* integer = std::get_if<std::int64_t>(&value)) {
      code = sqlite3_bind_int64(prepared.statement, index, *integer);
    } else if (const auto* text = std::get_if<std::string>(&value)) {
      code = sqlite3_bind_text64(prepared.statement, index, text->data(), text->size(), SQLITE_STATIC, SQLITE_UTF8);
    } else if (const auto* blob = std::get_if<Bytes>(&value)) {
      code = sqlite3_bind_blob64(prepared.statement, index, blob->empty() ? reinterpret_cast<const std::uint8_t*>("") : blob->data(), blob->size(), SQLITE_STATIC);
    } else if (const auto* real = std::get_if<double>(&value)) {
      code = sqlite3_bind_double(prepared.statement, index, *real);
    } else {
      code = sqlite3_bind_null(prepared.statement, index);
    }
    if (code != SQLITE_OK) return failure(code);
  }
  return {};
}

namespace {
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
}  // namespace

Result<StatementResult> SqliteConnection::run(const Statement& statement) {
  TRY(auto* prepared, prepare(statement));
  auto bound = bind(*prepared, statement);
  StatementResult result;
  int code = SQLITE_DONE;
  if (bound) {
    while ((code = sqlite3_step(prepared->statement)) == SQLITE_ROW) {
      auto& row = result.rows.emplace_back();
      const int columns = sqlite3_column_count(prepared->statement);
      row.reserve(static_cast<std::size_t>(columns));
      for (int i = 0; i < columns; ++i) row.push_back(column(prepared->statement, i));
    }
  }
  auto error = code == SQLITE_DONE ? Error() : failure(code);
  result.changed = static_cast<std::uint64_t>(sqlite3_changes64(handle_));
  sqlite3_reset(prepared->statement);
  sqlite3_clear_bindings(prepared->statement);
  if (!bound) return bound.error();
  if (code != SQLITE_DONE) return error;
  return result;
}

void SqliteConnection::checkpoint(bool truncate) {
  int log = 0;
  int moved = 0;
  const int mode = truncate ? SQLITE_CHECKPOINT_TRUNCATE : SQLITE_CHECKPOINT_PASSIVE;
  const int code = sqlite3_wal_checkpoint_v2(handle_, nullptr, mode, &log, &moved);
  if (code == SQLITE_OK && log == moved) wal_pages_ = 0;
}

}  // namespace wherry::store
