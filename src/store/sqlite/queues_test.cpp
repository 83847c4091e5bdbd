#include <gtest/gtest.h>

#include <condition_variable>
#include <mutex>

#include <boost/asio/co_spawn.hpp>

#include "tests/support/store_world.h"

namespace wherry::store {
namespace {

constexpr const char* insert = "INSERT INTO tenants (id, name, created_at) VALUES ($1, $2, 0)";
constexpr const char* count_all = "SELECT count(*) FROM tenants";
// Some tenths of a second of work.
constexpr const char* slow = "WITH RECURSIVE c (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM c WHERE n < 3000000) SELECT count(*) FROM c";

Statement named(const std::string& name) { return {insert, {value_of(make_raw_id(from_unix_millis(1))), name}, {}}; }

/// Stops the writer in its first statement until it is opened.
class Gate {
 public:
  bool pass() {
    std::unique_lock lock(mutex_);
    reached_ = true;
    changed_.notify_all();
    changed_.wait(lock, [this] { return open_; });
    return false;
  }
  void wait_until_reached() {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [this] { return reached_; });
  }
  void open() {
    std::lock_guard lock(mutex_);
    open_ = true;
    changed_.notify_all();
  }

 private:
  std::mutex mutex_;
  std::condition_variable changed_;
  bool reached_ = false;
  bool open_ = false;
};

class SqliteQueues : public test::StoreWorld {
 protected:
  void start(Batch batch) {
    boost::asio::co_spawn(io, db().commit(std::move(batch)), [this](std::exception_ptr, Result<BatchResult> done) {
      if (done) ++stored;
      if (!done && done.error().code == ErrorCode::unavailable && done.error().retry_after) ++refused;
    });
    io.poll();
  }
  Gate gate;
  int stored = 0;
  int refused = 0;
};

TEST_F(SqliteQueues, AFullWriteQueueRefusesInsteadOfGrowing) {
  options.max_queued_batches = 3;
  options.fail_statement = [this] { return gate.pass(); };
  start({named("taken")});
  gate.wait_until_reached();

  for (int i = 0; i < 5; ++i) start({named(std::to_string(i))});
  gate.open();
  io.run();

  EXPECT_EQ(refused, 2);
  EXPECT_EQ(stored, 4);
  EXPECT_EQ(count(count_all), 4);
}

TEST_F(SqliteQueues, TheWriteQueueIsBoundedInBytesToo) {
  options.max_queued_bytes = 10'000;
  options.fail_statement = [this] { return gate.pass(); };
  start({named("taken")});
  gate.wait_until_reached();

  for (int i = 0; i < 5; ++i) start({named(std::to_string(i) + std::string(4'000, 'x'))});
  gate.open();
  io.run();

  EXPECT_EQ(refused, 3);
  EXPECT_EQ(stored, 3);
}

TEST_F(SqliteQueues, ACallThatIsLargerThanTheBoundPassesWhenNothingElseWaits) {
  options.max_queued_batches = 2;

  auto done = run(db().commit_all({{named("a")}, {named("b")}, {named("c")}}));

  ASSERT_TRUE(done);
  for (const auto& result : *done) EXPECT_TRUE(result);
  EXPECT_EQ(count(count_all), 3);
}

TEST_F(SqliteQueues, AFullReadQueueRefusesInsteadOfGrowing) {
  options.readers = 1;
  options.max_queued_queries = 1;
  (void)db();
  int given = 0;
  for (int i = 0; i < 5; ++i) {
    boost::asio::co_spawn(io, db().query({slow, {}, {}}), [&](std::exception_ptr, Result<Rows> rows) {
      if (rows) ++given;
      if (!rows && rows.error().code == ErrorCode::unavailable) ++refused;
    });
  }
  io.run();

  EXPECT_GE(given, 1);
  EXPECT_GE(refused, 3);
  EXPECT_EQ(given + refused, 5);
}

TEST_F(SqliteQueues, ClosingFinishesWhatIsQueued) {
  options.fail_statement = [this] { return gate.pass(); };
  start({named("a")});
  gate.wait_until_reached();
  for (int i = 0; i < 10; ++i) start({named(std::to_string(i))});
  gate.open();

  database.reset();
  io.run();

  EXPECT_EQ(stored, 11);
  EXPECT_EQ(count(count_all), 11);
}

TEST_F(SqliteQueues, QueriesRunBesideASlowOne) {
  options.readers = 2;
  (void)db();
  bool slow_done = false;
  int quick_before = 0;
  boost::asio::co_spawn(io, db().query({slow, {}, {}}), [&](std::exception_ptr, Result<Rows>) { slow_done = true; });
  auto quick = [](Database& database, const bool& over, int& before) -> Task<void> {
    for (int i = 0; i < 20; ++i) {
      Statement statement{count_all, {}, {}};
      auto rows = co_await database.query(std::move(statement));
      if (rows && !over) ++before;
    }
  };
  boost::asio::co_spawn(io, quick(db(), slow_done, quick_before), [](std::exception_ptr) {});
  io.run();

  EXPECT_EQ(quick_before, 20);
}

}  // namespace
}  // namespace wherry::store
