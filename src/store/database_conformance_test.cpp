// What every driver must do. A second driver joins the list of types at the end.
#include <gtest/gtest.h>

#include <atomic>
#include <limits>
#include <thread>

#include <boost/asio/co_spawn.hpp>

#include "store/sqlite/open.h"
#include "store/values.h"
#include "tests/support/run.h"
#include "tests/support/temp_dir.h"

namespace wherry::store {
namespace {

constexpr const char* insert = "INSERT INTO tenants (id, name, created_at) VALUES ($1, $2, $3)";
constexpr const char* rename_tenant = "UPDATE tenants SET name = $2 WHERE name = $1";
constexpr const char* select_named = "SELECT id, name, created_at FROM tenants WHERE name = $1";
constexpr const char* count_all = "SELECT count(*) FROM tenants";

Statement named(const std::string& name, std::int64_t created_at = 0) {
  return {insert, {value_of(make_raw_id(from_unix_millis(1))), name, created_at}, {}};
}

struct SqliteDriver {
  test::TempDir dir;
  VirtualClock clock{from_unix_millis(1'790'000'000'000)};
  std::unique_ptr<Database> open() {
    SqliteOptions options;
    options.directory = dir.path();
    auto opened = open_sqlite(options, clock);
    EXPECT_TRUE(opened);
    return opened ? std::move(*opened) : nullptr;
  }
};

template <class Driver>
class DatabaseConformance : public ::testing::Test {
 protected:
  Result<BatchResult> commit(Batch batch) { return run(database->commit(std::move(batch))); }
  Result<Rows> query(Statement statement) { return run(database->query(std::move(statement))); }
  std::int64_t stored() {
    auto rows = query({count_all, {}, {}});
    return rows ? as_int((*rows)[0][0]) : -1;
  }
  template <class T>
  T run(Task<T> task) {
    return test::run(io, std::move(task));
  }
  boost::asio::io_context io{1};  // outlives the database, whose threads post to it
  Driver driver;
  std::unique_ptr<Database> database = driver.open();
};
using Drivers = ::testing::Types<SqliteDriver>;
TYPED_TEST_SUITE(DatabaseConformance, Drivers);

TYPED_TEST(DatabaseConformance, ACommittedBatchIsSeenAtOnceAndAfterAReopen) {
  ASSERT_TRUE(this->commit({named("a"), named("b")}));
  EXPECT_EQ(this->stored(), 2);

  this->database.reset();
  this->database = this->driver.open();

  EXPECT_EQ(this->stored(), 2);
}

TYPED_TEST(DatabaseConformance, ValuesComeBackAsTheyWere) {
  const std::string text = "caf\u00e9 \U0001F600 'quoted' $1";
  const auto most = std::numeric_limits<std::int64_t>::max();
  Bytes bytes(16);
  for (std::size_t i = 0; i < bytes.size(); ++i) bytes[i] = static_cast<std::uint8_t>(i * 17);

  ASSERT_TRUE(this->commit({{insert, {bytes, text, most}, 1}, {insert, {Bytes(), std::string(), -most - 1}, 1}}));
  auto full = this->query({select_named, {text}, {}});
  auto empty = this->query({select_named, {std::string()}, {}});

  ASSERT_TRUE(full);
  EXPECT_EQ((*full)[0], (Row{bytes, text, most}));
  ASSERT_TRUE(empty);
  EXPECT_EQ((*empty)[0], (Row{Bytes(), std::string(), -most - 1}));
}

TYPED_TEST(DatabaseConformance, ABatchIsAllOrNothing) {
  auto done = this->commit({named("a"), named("a")});

  ASSERT_FALSE(done);
  EXPECT_EQ(done.error().code, ErrorCode::already_exists);
  EXPECT_EQ(this->stored(), 0);
}

TYPED_TEST(DatabaseConformance, AFailedExpectationUndoesItsBatchAndNamesTheStatement) {
  Statement nobody{rename_tenant, {std::string("nobody"), std::string("b")}, 1};

  auto done = this->commit({named("a"), nobody});

  ASSERT_FALSE(done);
  EXPECT_EQ(done.error().code, ErrorCode::conflict);
  EXPECT_EQ(done.error().detail, "1");
  EXPECT_EQ(this->stored(), 0);
}

TYPED_TEST(DatabaseConformance, ASelectInABatchCountsItsRowsAndSeesWhatCameBefore) {
  auto there = this->commit({named("a", 7), {select_named, {std::string("a")}, 1}});
  auto missing = this->commit({named("b"), {select_named, {std::string("c")}, 1}});

  ASSERT_TRUE(there);
  EXPECT_EQ(as_int((*there)[1].rows.at(0)[2]), 7);
  ASSERT_FALSE(missing);
  EXPECT_EQ(missing.error().code, ErrorCode::conflict);
  EXPECT_EQ(this->stored(), 1);
}

TYPED_TEST(DatabaseConformance, ChangedRowsAreCountedAndReturned) {
  constexpr const char* all = "UPDATE tenants SET created_at = $1 RETURNING name";
  ASSERT_TRUE(this->commit({named("a"), named("b")}));

  auto done = this->commit({{all, {std::int64_t{5}}, 2}});

  ASSERT_TRUE(done);
  EXPECT_EQ(done->front().changed, 2U);
  EXPECT_EQ(done->front().rows.size(), 2U);
}

TYPED_TEST(DatabaseConformance, ARowThatRefersToNothingIsRefused) {
  constexpr const char* orphan =
      "INSERT INTO api_keys (id, tenant_id, style, prefix, hash, label, created_at) "
      "VALUES ($1, $2, '', '', $1, '', 0)";
  const auto id = value_of(make_raw_id(from_unix_millis(1)));

  auto done = this->commit({{orphan, {id, id}, {}}});

  ASSERT_FALSE(done);
  EXPECT_EQ(done.error().code, ErrorCode::not_found);
}

TYPED_TEST(DatabaseConformance, BrokenSqlIsABugAndLeavesItsNeighboursAlone) {
  constexpr const char* broken = "INSERT INTO no_such_table VALUES ($1)";
  constexpr const char* missing = "INSERT INTO tenants (id, name, created_at) VALUES ($1, 'x', NULL)";
  const auto id = value_of(make_raw_id(from_unix_millis(1)));

  auto done = this->run(
      this->database->commit_all({{named("a")}, {{broken, {id}, {}}}, {{missing, {id}, {}}}, {{insert, {id}, {}}}, {named("b")}}));

  ASSERT_TRUE(done);
  EXPECT_TRUE((*done)[0]);
  for (std::size_t i : {1U, 2U, 3U}) EXPECT_EQ((*done)[i].error().code, ErrorCode::internal) << i;
  EXPECT_TRUE((*done)[4]);
  EXPECT_EQ(this->stored(), 2);
}

TYPED_TEST(DatabaseConformance, BatchesAreAppliedInOrderAndEachSeesThoseBeforeIt) {
  Statement first{rename_tenant, {std::string("a"), std::string("b")}, 1};
  Statement second{rename_tenant, {std::string("b"), std::string("c")}, 1};

  auto done = this->run(this->database->commit_all({{named("a")}, {first}, {named("a"), named("a")}, {second}, {first}}));

  ASSERT_TRUE(done);
  EXPECT_TRUE((*done)[0]);
  EXPECT_TRUE((*done)[1]);
  EXPECT_EQ((*done)[2].error().code, ErrorCode::already_exists);
  EXPECT_TRUE((*done)[3]);
  EXPECT_EQ((*done)[4].error().code, ErrorCode::conflict);
  auto rows = this->query({select_named, {std::string("c")}, {}});
  ASSERT_TRUE(rows);
  EXPECT_EQ(rows->size(), 1U);
  EXPECT_EQ(this->stored(), 1);
}

TYPED_TEST(DatabaseConformance, FailuresAmongManyConcurrentBatchesTouchNobodyElse) {
  constexpr int batches = 400;
  std::vector<std::optional<Result<BatchResult>>> results(batches);
  for (int i = 0; i < batches; ++i) {
    // Every third one asks for the name its neighbour took, after having written a row of its own.
    Batch batch = i % 3 == 2 ? Batch{named("own " + std::to_string(i)), named(std::to_string(i - 1))} : Batch{named(std::to_string(i))};
    boost::asio::co_spawn(this->io, this->database->commit(std::move(batch)), [&results, i](std::exception_ptr, Result<BatchResult> done) {
      results[static_cast<std::size_t>(i)] = std::move(done);
    });
  }
  this->io.run();

  std::int64_t good = 0;
  for (int i = 0; i < batches; ++i) {
    ASSERT_TRUE(results[static_cast<std::size_t>(i)]);
    EXPECT_EQ(results[static_cast<std::size_t>(i)]->has_value(), i % 3 != 2) << i;
    good += i % 3 != 2 ? 1 : 0;
  }
  EXPECT_EQ(this->stored(), good);
}

TYPED_TEST(DatabaseConformance, EveryCallerOnEveryThreadGetsItsOwnAnswer) {
  constexpr int threads = 3;
  constexpr int each = 300;
  std::atomic<int> right{0};
  std::vector<std::thread> running;
  std::vector<std::unique_ptr<boost::asio::io_context>> contexts;
  for (int t = 0; t < threads; ++t) contexts.push_back(std::make_unique<boost::asio::io_context>(1));
  for (int t = 0; t < threads; ++t) {
    running.emplace_back([&, t] {
      auto& io = *contexts[static_cast<std::size_t>(t)];
      for (int i = 0; i < each; ++i) {
        auto life = [](Database& database, std::string name) -> Task<bool> {
          Batch batch{named(name)};
          auto done = co_await database.commit(std::move(batch));
          Statement again{select_named, {name}, {}};
          auto rows = co_await database.query(std::move(again));
          co_return done&& rows && rows->size() == 1 && as_text((*rows)[0][1]) == name;
        };
        boost::asio::co_spawn(io, life(*this->database, std::to_string(t) + "-" + std::to_string(i)),
                              [&](std::exception_ptr, bool ok) { right += ok ? 1 : 0; });
      }
      io.run();
    });
  }
  for (auto& thread : running) thread.join();

  EXPECT_EQ(right, threads * each);
  EXPECT_EQ(this->stored(), threads * each);
  this->database.reset();
}

TYPED_TEST(DatabaseConformance, NothingToCommitIsNoError) {
  auto none = this->run(this->database->commit_all({}));
  auto empty = this->commit({});

  ASSERT_TRUE(none);
  EXPECT_TRUE(none->empty());
  ASSERT_TRUE(empty);
  EXPECT_TRUE(empty->empty());
}

}  // namespace
}  // namespace wherry::store
