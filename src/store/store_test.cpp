#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <thread>

#include <boost/asio/co_spawn.hpp>

#include "store/database.h"
#include "store/sqlite/open.h"
#include "store/values.h"
#include "tests/support/run.h"
#include "tests/support/temp_dir.h"

namespace wherry::store {
namespace {

const SystemClock system_clock;
constexpr const char* insert = "INSERT INTO tenants (id, name, created_at) VALUES ($1, $2, 0)";
constexpr const char* count = "SELECT count(*) FROM tenants";

Statement tenant(const std::string& name) { return {insert, {value_of(make_raw_id(system_clock.now())), name}, {}}; }

std::int64_t rows_in(Database& database) {
  auto rows = test::run(database.query({count, {}, {}}));
  return rows ? as_int((*rows)[0][0]) : -1;
}

class SqliteTest : public ::testing::Test {
 protected:
  std::unique_ptr<Database> open() {
    options.directory = dir.path();
    auto opened = open_sqlite(options, system_clock);
    EXPECT_TRUE(opened) << opened.error().message << opened.error().detail;
    return opened ? std::move(*opened) : nullptr;
  }
  test::TempDir dir;
  SqliteOptions options;
};

TEST_F(SqliteTest, ACommittedBatchIsThereAfterAReopen) {
  auto database = open();
  ASSERT_TRUE(test::run(database->commit({tenant("a"), tenant("b")})));
  database.reset();

  EXPECT_EQ(rows_in(*open()), 2);
}

TEST_F(SqliteTest, ABatchIsAllOrNothing) {
  auto database = open();

  auto done = test::run(database->commit({tenant("a"), tenant("a")}));

  ASSERT_FALSE(done);
  EXPECT_EQ(done.error().code, ErrorCode::already_exists);
  EXPECT_EQ(rows_in(*database), 0);
}

TEST_F(SqliteTest, AFailedExpectationUndoesItsBatchAndNamesTheStatement) {
  auto database = open();
  Statement nothing{"DELETE FROM tenants WHERE name = $1", {std::string("nobody")}, 1};

  auto done = test::run(database->commit({tenant("a"), nothing}));

  ASSERT_FALSE(done);
  EXPECT_EQ(done.error().code, ErrorCode::conflict);
  EXPECT_EQ(done.error().detail, "1");
  EXPECT_EQ(rows_in(*database), 0);
}

TEST_F(SqliteTest, BatchesAreAppliedInOrderAndOneFailureLeavesTheOthersAlone) {
  auto database = open();

  auto done = test::run(database->commit_all({{tenant("a")}, {tenant("a")}, {tenant("b")}}));

  ASSERT_TRUE(done);
  EXPECT_TRUE((*done)[0]);
  EXPECT_FALSE((*done)[1]);
  EXPECT_TRUE((*done)[2]);
  EXPECT_EQ(rows_in(*database), 2);
}

TEST_F(SqliteTest, AFailedCommitIsAnErrorForEveryBatchAndTheStoreWorksAfterwards) {
  bool broken = true;
  options.fail_commit = [&] { return broken; };
  auto database = open();

  auto refused = test::run(database->commit({tenant("a")}));
  broken = false;
  auto accepted = test::run(database->commit({tenant("a")}));

  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, ErrorCode::unavailable);
  EXPECT_TRUE(refused.error().retry_after);
  EXPECT_TRUE(accepted);
  EXPECT_EQ(rows_in(*database), 1);
}

TEST_F(SqliteTest, ManyCoroutinesOnSeveralThreadsAllGetTheirOwnAnswer) {
  auto database = open();
  constexpr int threads = 3;
  constexpr int each = 500;
  std::atomic<int> stored{0};
  std::vector<std::thread> running;
  for (int t = 0; t < threads; ++t) {
    running.emplace_back([&, t] {
      boost::asio::io_context io(1);
      for (int i = 0; i < each; ++i) {
        boost::asio::co_spawn(io, database->commit({tenant(std::to_string(t) + "-" + std::to_string(i))}),
                              [&](std::exception_ptr, Result<BatchResult> done) { stored += done ? 1 : 0; });
      }
      io.run();
    });
  }
  for (auto& thread : running) thread.join();

  EXPECT_EQ(stored, threads * each);
  EXPECT_EQ(rows_in(*database), threads * each);
}

TEST_F(SqliteTest, AFullQueueRefusesInsteadOfGrowing) {
  options.max_queued_batches = 2;
  auto database = open();

  auto done = test::run(database->commit_all({{tenant("a")}, {tenant("b")}, {tenant("c")}}));

  ASSERT_TRUE(done);
  for (const auto& result : *done) EXPECT_EQ(result.error().code, ErrorCode::unavailable);
  EXPECT_EQ(rows_in(*database), 0);
}

TEST_F(SqliteTest, WhatWasAcknowledgedIsInACopyOfTheFilesTakenWhileItRuns) {
  auto database = open();
  for (int i = 0; i < 100; ++i) ASSERT_TRUE(test::run(database->commit({tenant(std::to_string(i))})));
  test::TempDir copy;
  for (const auto* name : {"wherry.db", "wherry.db-wal"}) std::filesystem::copy(dir.path() + "/" + name, copy.path() + "/" + name);

  SqliteOptions other;
  other.directory = copy.path();
  auto reopened = open_sqlite(other, system_clock);

  ASSERT_TRUE(reopened);
  EXPECT_EQ(rows_in(**reopened), 100);
}

TEST_F(SqliteTest, OnlyOneProcessHasTheDirectory) {
  auto database = open();

  auto second = open_sqlite(options, system_clock);

  ASSERT_FALSE(second);
  EXPECT_EQ(second.error().code, ErrorCode::unavailable);
  EXPECT_NE(second.error().message.find("--url"), std::string::npos);
}

TEST_F(SqliteTest, FilesAreForTheirOwnerOnly) {
  auto database = open();
  ASSERT_TRUE(test::run(database->commit({tenant("a")})));

  for (const auto* name : {"wherry.db", "wherry.db-wal", "wherry.lock"}) {
    const auto mode = std::filesystem::status(dir.path() + "/" + name).permissions() & std::filesystem::perms::all;
    EXPECT_EQ(mode, std::filesystem::perms::owner_read | std::filesystem::perms::owner_write) << name;
  }
}

TEST_F(SqliteTest, ADatabaseOfAnotherProgramOrANewerVersionIsRefused) {
  { auto database = open(); }
  ASSERT_EQ(std::system(("python3 -c \"import sqlite3; c = sqlite3.connect('" + dir.path() + "/wherry.db'); c.execute('PRAGMA user_version=99')\"").c_str()), 0);

  auto newer = open_sqlite(options, system_clock);

  ASSERT_FALSE(newer);
  EXPECT_NE(newer.error().message.find("newer"), std::string::npos);
}

TEST_F(SqliteTest, TheLogDoesNotGrowWithoutBound) {
  auto database = open();
  for (int round = 0; round < 40; ++round) {
    std::vector<Batch> batches;
    for (int i = 0; i < 500; ++i) batches.push_back({tenant(std::to_string(round) + "-" + std::to_string(i) + std::string(200, 'x'))});
    ASSERT_TRUE(test::run(database->commit_all(std::move(batches))));
  }

  EXPECT_LT(std::filesystem::file_size(dir.path() + "/wherry.db-wal"), 80U * 1024 * 1024);
  EXPECT_EQ(rows_in(*database), 20'000);
}

}  // namespace
}  // namespace wherry::store
