#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <atomic>
#include <csignal>
#include <filesystem>
#include <fstream>
#include <set>

#include <boost/asio/co_spawn.hpp>

#include "tests/support/store_world.h"

#if defined(__has_feature)
#if __has_feature(thread_sanitizer)
// A child of fork() starts threads here; this tool would end it for that.
extern "C" const char* __tsan_default_options() { return "die_after_fork=0"; }
#endif
#endif

namespace wherry::store {
namespace {

namespace fs = std::filesystem;

constexpr const char* insert = "INSERT INTO tenants (id, name, created_at) VALUES ($1, $2, 0)";
constexpr const char* count_all = "SELECT count(*) FROM tenants";

Statement named(const std::string& name) { return {insert, {value_of(make_raw_id(from_unix_millis(1))), name}, {}}; }

class SqliteDurability : public test::StoreWorld {
 protected:
  bool commit(const std::string& name) { return run(db().commit({named(name)})).has_value(); }
  /// Opens a copy of the files as a machine that lost its power would find them.
  std::int64_t rows_in_copy(const std::string& directory) {
    SqliteOptions other;
    other.directory = directory;
    auto opened = open_sqlite(other, clock);
    if (!opened) return -1;
    auto found = run((*opened)->query({count_all, {}, {}}));
    return found ? as_int((*found)[0][0]) : -1;
  }
  void copy_files(const std::string& to) const {
    for (const auto* name : {"wherry.db", "wherry.db-wal"}) {
      fs::copy_file(dir.path() + "/" + name, to + "/" + name, fs::copy_options::overwrite_existing);
    }
  }
};

TEST_F(SqliteDurability, AFailedCommitIsAnErrorForEveryBatchAndTheStoreWorksAfterwards) {
  std::atomic<bool> broken{true};
  options.fail_commit = [&] { return broken.load(); };

  auto refused = run(db().commit_all({{named("a")}, {named("b")}}));
  broken = false;
  const bool accepted = commit("a");

  ASSERT_TRUE(refused);
  for (const auto& result : *refused) {
    ASSERT_FALSE(result);
    EXPECT_EQ(result.error().code, ErrorCode::unavailable);
    EXPECT_TRUE(result.error().retry_after);
  }
  EXPECT_TRUE(accepted);
  EXPECT_EQ(count(count_all), 1);
}

TEST_F(SqliteDurability, WhicheverStatementMeetsABrokenDiskNothingOfItsGroupIsStored) {
  for (int failing = 1; failing <= 5; ++failing) {
    int left = failing;
    options.fail_statement = [&left] { return --left == 0; };
    reopen();
    const auto before = count(count_all);
    const auto tag = std::to_string(failing);

    auto done = run(db().commit_all({{named("a" + tag), named("b" + tag)}, {named("c" + tag)}, {named("d" + tag), named("e" + tag)}}));

    ASSERT_TRUE(done);
    for (const auto& result : *done) EXPECT_EQ(result.error().code, ErrorCode::unavailable) << failing;
    EXPECT_EQ(count(count_all), before);
    EXPECT_TRUE(commit("again" + tag));
  }
}

TEST_F(SqliteDurability, AFullDiskIsReportedKeepsWhatIsThereAndRecoversWhenThereIsRoom) {
  options.max_pages = 80;
  reopen();
  int stored = 0;
  const std::string padding(1500, 'x');
  while (stored < 500 && commit(std::to_string(stored) + padding)) ++stored;
  ASSERT_LT(stored, 500);

  auto refused = run(db().commit({named("more" + padding)}));
  auto mixed = run(db().commit_all({{named("more1" + padding), named("more2" + padding)}, {named("more3" + padding)}}));

  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, ErrorCode::unavailable);
  ASSERT_TRUE(mixed);
  for (const auto& result : *mixed) EXPECT_FALSE(result);
  EXPECT_EQ(count(count_all), stored);
  ASSERT_TRUE(run(db().commit({{"DELETE FROM tenants WHERE name LIKE '1%'", {}, {}}})));
  EXPECT_TRUE(commit("fits again"));
  reopen();
  EXPECT_EQ(count("SELECT count(*) FROM tenants WHERE name = 'fits again'"), 1);
}

TEST_F(SqliteDurability, WhatWasAcknowledgedIsInTheFilesAtTheInstantOfAnyLaterCommit) {
  test::TempDir copies;
  std::atomic<int> acknowledged{0};
  std::vector<int> had;  // acknowledged when copy i was taken; taken on the writer's thread, so that no write is half copied
  int commits = 0;
  options.fail_commit = [&] {
    if (++commits % 7 == 0) {
      const auto to = copies.path() + "/" + std::to_string(had.size());
      fs::create_directory(to);
      copy_files(to);
      had.push_back(acknowledged);
    }
    return false;
  };
  reopen();
  for (int i = 0; i < 60; ++i) {
    ASSERT_TRUE(commit(std::to_string(i) + std::string(800, 'x')));
    ++acknowledged;
  }
  database.reset();

  ASSERT_GE(had.size(), 8U);
  for (std::size_t i = 0; i < had.size(); ++i) EXPECT_GE(rows_in_copy(copies.path() + "/" + std::to_string(i)), had[i]);
}

TEST_F(SqliteDurability, AHalfWrittenEndOfTheLogIsNoTrouble) {
  for (int i = 0; i < 20; ++i) ASSERT_TRUE(commit(std::to_string(i)));
  test::TempDir copy;
  copy_files(copy.path());
  std::ofstream(copy.path() + "/wherry.db-wal", std::ios::app | std::ios::binary) << std::string(6000, '\x5a');

  EXPECT_EQ(rows_in_copy(copy.path()), 20);
}

TEST_F(SqliteDurability, AKilledProcessLosesNothingItAcknowledged) {
  int pipe_ends[2];
  ASSERT_EQ(::pipe(pipe_ends), 0);
  const auto child = ::fork();
  if (child == 0) {
    ::close(pipe_ends[0]);
    reopen();
    auto writer = [](Database& database, int me, int fd) -> Task<void> {
      for (int i = 0; i < 100'000; ++i) {
        const std::int32_t number = me * 1'000'000 + i;
        Batch batch{named(std::to_string(number))};
        auto done = co_await database.commit(std::move(batch));
        if (!done || ::write(fd, &number, sizeof number) != sizeof number) ::_exit(1);
      }
    };
    for (int me = 0; me < 8; ++me) boost::asio::co_spawn(io, writer(*database, me, pipe_ends[1]), [](std::exception_ptr) {});
    io.run();
    ::_exit(0);
  }
  ::close(pipe_ends[1]);
  std::set<std::string> acknowledged;
  std::int32_t number = 0;
  while (::read(pipe_ends[0], &number, sizeof number) == sizeof number) {
    acknowledged.insert(std::to_string(number));
    if (acknowledged.size() == 1500) ::kill(child, SIGKILL);
  }
  ::close(pipe_ends[0]);
  int status = 0;
  ::waitpid(child, &status, 0);
  ASSERT_TRUE(WIFSIGNALED(status));
  ASSERT_GE(acknowledged.size(), 1500U);

  std::set<std::string> stored;
  for (const auto& row : rows("SELECT name FROM tenants")) stored.insert(as_text(row[0]));

  for (const auto& name : acknowledged) EXPECT_TRUE(stored.contains(name)) << name;
}

TEST_F(SqliteDurability, TheLogStaysSmallUnderSteadyLoad) {
  const auto log = dir.path() + "/wherry.db-wal";
  const std::string padding(2000, 'x');
  std::uintmax_t written = 0;
  std::uintmax_t largest = 0;
  for (int round = 0; round < 60; ++round) {
    std::vector<Batch> batches;
    for (int i = 0; i < 400; ++i) batches.push_back({named(std::to_string(round) + "-" + std::to_string(i) + padding)});
    ASSERT_TRUE(run(db().commit_all(std::move(batches))));
    written += 400 * padding.size();
    largest = std::max(largest, fs::file_size(log));
  }

  EXPECT_GT(written, 40U * 1024 * 1024);
  EXPECT_LT(largest, 48U * 1024 * 1024) << "about 32 MiB, when the disk keeps up";
  EXPECT_EQ(count(count_all), 60 * 400);
}

TEST_F(SqliteDurability, ClosingEmptiesTheLog) {
  ASSERT_TRUE(commit("a"));

  database.reset();

  EXPECT_FALSE(fs::exists(dir.path() + "/wherry.db-wal"));
}

}  // namespace
}  // namespace wherry::store
