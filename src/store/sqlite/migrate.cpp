#include "store/sqlite/migrate.h"

#include <charconv>

#include "base/log.h"

namespace wherry::store {

namespace {

constexpr std::int64_t application_id = 0x57485259;  // "WHRY"
constexpr const char* create_history =
    "CREATE TABLE IF NOT EXISTS schema_history (number BIGINT PRIMARY KEY NOT NULL, name TEXT NOT NULL, applied_at BIGINT NOT NULL)";
constexpr const char* insert_history = "INSERT INTO schema_history (number, name, applied_at) VALUES ($1, $2, $3)";

Result<std::int64_t> number_of(SqliteConnection& connection, const char* sql) {
  TRY(const auto text, connection.query_text(sql));
  std::int64_t number = 0;
  std::from_chars(text.data(), text.data() + text.size(), number);
  return number;
}

Result<void> apply(SqliteConnection& connection, const Migration& step, Timestamp now) {
  TRY_VOID(connection.execute("BEGIN IMMEDIATE"));
  TRY_VOID(connection.execute(create_history));
  TRY_VOID(connection.execute(step.sql.c_str()));
  TRY_VOID(connection.run({insert_history, {static_cast<std::int64_t>(step.number), step.name, to_unix_millis(now)}, {}}));
  const auto stamp = "PRAGMA application_id=" + std::to_string(application_id) + "; PRAGMA user_version=" + std::to_string(step.number);
  TRY_VOID(connection.execute(stamp.c_str()));
  return connection.execute("COMMIT");
}

}  // namespace

Result<void> check_ours(SqliteConnection& connection, const std::vector<Migration>& steps) {
  auto id = number_of(connection, "PRAGMA application_id");
  auto version = number_of(connection, "PRAGMA user_version");
  auto tables = number_of(connection, "SELECT count(*) FROM sqlite_master");
  if (!tables || !id || !version) {
    const auto& error = !tables ? tables.error() : !id ? id.error() : version.error();
    return Error{ErrorCode::invalid_argument, "wherry.db cannot be read as a database", error.detail};
  }
  if (*id != application_id && (*tables > 0 || *version != 0)) {
    return Error{ErrorCode::invalid_argument, "wherry.db is not a Wherry database"};
  }
  const auto newest = steps.empty() ? 0 : steps.back().number;
  if (*version > newest) {
    return Error{ErrorCode::invalid_argument, "wherry.db was written by a newer version of Wherry (schema " + std::to_string(*version) +
                                                  ", this one knows " + std::to_string(newest) + ")"};
  }
  return {};
}

Result<void> migrate(SqliteConnection& connection, const std::vector<Migration>& steps, Timestamp now) {
  TRY(const auto version, number_of(connection, "PRAGMA user_version"));
  for (const auto& step : steps) {
    if (step.number <= version) continue;
    auto applied = apply(connection, step, now);
    if (!applied) {
      if (connection.in_transaction()) (void)connection.execute("ROLLBACK");
      return applied.error();
    }
    log::info("schema_migrated", {{"to", step.number}, {"name", step.name}});
  }
  return {};
}

}  // namespace wherry::store
