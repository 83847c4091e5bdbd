#include "store/sqlite/open.h"

#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <sstream>

#include "store/sqlite/migrate.h"
#include "tests/support/store_world.h"

namespace wherry::store {
namespace {

namespace fs = std::filesystem;

std::string content_of(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  std::ostringstream text;
  text << file.rdbuf();
  return text.str();
}

class SqliteOpen : public test::StoreWorld {
 protected:
  std::string path() const { return dir.path() + "/wherry.db"; }
  Result<std::unique_ptr<Database>> try_open() { return open_sqlite(options, clock); }
  /// Overwrites a page, counted from the end: 1 is the last.
  void spoil_page(std::uintmax_t from_end) {
    std::fstream file(path(), std::ios::in | std::ios::out | std::ios::binary);
    file.seekp(static_cast<std::streamoff>(fs::file_size(path()) - from_end * 4096));
    file << std::string(4096, '\x5a');
  }
  void write_with_sqlite(const std::string& sql) {
    {
      std::ofstream touch(path(), std::ios::app);
    }
    auto connection = SqliteConnection::open(path(), SqliteConnection::Mode::read_write);
    ASSERT_TRUE(connection);
    auto done = (*connection)->execute(sql.c_str());
    ASSERT_TRUE(done) << done.error().detail;
  }
};

TEST_F(SqliteOpen, OnlyOneInstanceHasTheDirectory) {
  reopen();

  auto second = try_open();
  database.reset();
  auto third = try_open();

  ASSERT_FALSE(second);
  EXPECT_EQ(second.error().code, ErrorCode::unavailable);
  EXPECT_NE(second.error().message.find("--url"), std::string::npos);
  EXPECT_TRUE(third);
}

TEST_F(SqliteOpen, AnotherProcessIsKeptOut) {
  reopen();

  const auto child = ::fork();
  if (child == 0) {
    auto opened = try_open();
    ::_exit(!opened && opened.error().code == ErrorCode::unavailable ? 0 : 1);
  }
  int status = -1;
  ASSERT_EQ(::waitpid(child, &status, 0), child);

  EXPECT_TRUE(WIFEXITED(status));
  EXPECT_EQ(WEXITSTATUS(status), 0);
}

TEST_F(SqliteOpen, DirectoryAndFilesAreForTheirOwnerOnly) {
  options.directory = dir.path() + "/data";
  reopen();
  ASSERT_EQ(count("SELECT count(*) FROM tenants"), 0);

  EXPECT_EQ(fs::status(options.directory).permissions() & fs::perms::all, fs::perms::owner_all);
  for (const auto* name : {"wherry.db", "wherry.db-wal", "wherry.db-shm", "wherry.lock"}) {
    const auto mode = fs::status(options.directory + "/" + name).permissions() & fs::perms::all;
    EXPECT_EQ(mode, fs::perms::owner_read | fs::perms::owner_write) << name;
  }
}

TEST_F(SqliteOpen, ADirectoryThatCannotBeMadeIsNamed) {
  options.directory = dir.path() + "/missing/data";

  auto opened = try_open();

  ASSERT_FALSE(opened);
  EXPECT_EQ(opened.error().code, ErrorCode::unavailable);
  EXPECT_NE(opened.error().message.find("missing/data"), std::string::npos);
}

TEST_F(SqliteOpen, ANewerSchemaIsRefused) {
  reopen();
  database.reset();
  write_with_sqlite("PRAGMA user_version=99");

  auto opened = try_open();

  ASSERT_FALSE(opened);
  EXPECT_EQ(opened.error().code, ErrorCode::invalid_argument);
  EXPECT_NE(opened.error().message.find("newer version"), std::string::npos);
}

TEST_F(SqliteOpen, TheDatabaseOfAnotherProgramIsRefusedAndLeftAsItIs) {
  write_with_sqlite("CREATE TABLE recipes (name TEXT)");
  const auto before = content_of(path());

  auto opened = try_open();

  ASSERT_FALSE(opened);
  EXPECT_EQ(opened.error().code, ErrorCode::invalid_argument);
  EXPECT_EQ(content_of(path()), before);
}

TEST_F(SqliteOpen, AFileThatIsNoDatabaseIsRefusedAndLeftAsItIs) {
  std::ofstream(path()) << std::string(8192, 'x');

  auto opened = try_open();

  ASSERT_FALSE(opened);
  EXPECT_EQ(opened.error().code, ErrorCode::invalid_argument);
  EXPECT_EQ(content_of(path()), std::string(8192, 'x'));
}

TEST_F(SqliteOpen, EveryEarlierSchemaIsBroughtToTheNewest) {
  const auto newest = static_cast<std::int64_t>(migrations().size());
  for (std::size_t from = 0; from <= migrations().size(); ++from) {
    fs::remove_all(dir.path());
    fs::create_directory(dir.path());
    {
      std::ofstream touch(path());
      auto connection = SqliteConnection::open(path(), SqliteConnection::Mode::read_write);
      ASSERT_TRUE(connection);
      const std::vector<Migration> earlier(migrations().begin(), migrations().begin() + static_cast<std::ptrdiff_t>(from));
      ASSERT_TRUE(migrate(**connection, earlier, now()));
    }

    reopen();

    EXPECT_EQ(count("SELECT count(*) FROM schema_history"), newest) << "from " << from;
    EXPECT_EQ(count("SELECT count(*) FROM journal"), 0) << "from " << from;
    database.reset();
  }
}

TEST_F(SqliteOpen, StepsAreNumberedWithoutGaps) {
  for (std::size_t i = 0; i < migrations().size(); ++i) EXPECT_EQ(migrations()[i].number, static_cast<int>(i) + 1);
}

TEST_F(SqliteOpen, AStepThatFailsHalfwayLeavesNothingBehind) {
  {
    std::ofstream touch(path());
  }
  auto opened = SqliteConnection::open(path(), SqliteConnection::Mode::read_write);
  ASSERT_TRUE(opened);
  auto& connection = **opened;
  ASSERT_TRUE(migrate(connection, {{1, "0001_good", "CREATE TABLE good (x TEXT)"}}, now()));
  const std::vector<Migration> steps{{1, "0001_good", ""}, {2, "0002_bad", "CREATE TABLE half (x TEXT); CREATE TABLE half (x TEXT)"}};

  auto failed = migrate(connection, steps, now());

  EXPECT_FALSE(failed);
  EXPECT_FALSE(connection.in_transaction());
  EXPECT_EQ(*connection.query_text("SELECT count(*) FROM sqlite_master WHERE name = 'half'"), "0");
  EXPECT_EQ(*connection.query_text("PRAGMA user_version"), "1");
  EXPECT_TRUE(migrate(connection, {steps[0], {2, "0002_mended", "CREATE TABLE half (x TEXT)"}}, now()));
}

TEST_F(SqliteOpen, ADamagedPageIsSaidAtTheStart) {
  for (const std::uintmax_t from_end : {1, 2, 5}) {
    reopen();
    database.reset();
    const auto whole = content_of(path());
    spoil_page(from_end);

    auto refused = try_open();

    ASSERT_FALSE(refused) << from_end;
    EXPECT_NE(refused.error().message.find(path() + " is damaged"), std::string::npos) << refused.error().message;
    std::ofstream(path(), std::ios::binary) << whole;
  }
  EXPECT_TRUE(try_open());
}

TEST_F(SqliteOpen, AFileThatWasCutOffIsSaidAtTheStart) {
  reopen();
  database.reset();
  fs::resize_file(path(), fs::file_size(path()) - 4096);

  auto refused = try_open();

  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, ErrorCode::unavailable);
}

}  // namespace
}  // namespace wherry::store
