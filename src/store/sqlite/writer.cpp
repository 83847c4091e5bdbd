#include "store/sqlite/writer.h"

#include "base/log.h"

namespace wherry::store {

namespace {
// A checkpoint inside a commit would stall everybody for tens of milliseconds, so it runs between groups: small ones while nothing
// waits, a larger one only when the log has grown under steady load. Never from another connection (docs/decisions).
constexpr int idle_checkpoint_pages = 1'000;
constexpr int forced_checkpoint_pages = 16'000;

Error disk_full() {
  Error error{ErrorCode::unavailable, "the store cannot be written or read at the moment", "injected failure"};
  error.retry_after = seconds(5);
  return error;
}
}  // namespace

SqliteWriter::SqliteWriter(std::unique_ptr<SqliteConnection> connection, const SqliteOptions& options)
    : connection_(std::move(connection)), options_(options), thread_([this] { run(); }) {}

SqliteWriter::~SqliteWriter() {
  {
    std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  wake_.notify_one();
  thread_.join();
  connection_->checkpoint(true);
}

bool SqliteWriter::submit(std::vector<Batch>& batches, Completion<BatchResults>& done) {
  bool was_empty = false;
  {
    std::lock_guard lock(mutex_);
    if (stopping_ || queued_batches_ + batches.size() > options_.max_queued_batches) return false;
    was_empty = queue_.empty();
    queued_batches_ += batches.size();
    queue_.push_back({std::move(batches), std::move(done), {}});
  }
  if (was_empty) wake_.notify_one();
  return true;
}

std::vector<SqliteWriter::Job> SqliteWriter::take() {
  std::vector<Job> group;
  std::size_t size = 0;
  while (!queue_.empty() && (group.empty() || size + queue_.front().batches.size() <= options_.group_limit)) {
    size += queue_.front().batches.size();
    group.push_back(std::move(queue_.front()));
    queue_.pop_front();
  }
  queued_batches_ -= size;
  return group;
}

void SqliteWriter::run() {
  while (true) {
    std::vector<Job> group;
    {
      std::unique_lock lock(mutex_);
      wake_.wait(lock, [this] { return stopping_ || !queue_.empty(); });
      if (queue_.empty()) return;
      group = take();
    }
    write(group);
    answer(std::move(group));
    checkpoint_if_due();
  }
}

void SqliteWriter::write(std::vector<Job>& group) {
  auto begun = connection_->execute("BEGIN IMMEDIATE");
  for (auto& job : group) {
    for (const auto& batch : job.batches) {
      job.results.push_back(begun ? apply(batch) : Result<BatchResult>(begun.error()));
    }
  }
  if (!begun) return;
  auto ended = end_transaction();
  if (ended) return;
  log::error("store_commit_failed", {{"detail", ended.error().detail}, {"jobs", group.size()}});
  (void)connection_->execute("ROLLBACK");
  for (auto& job : group) {
    for (auto& result : job.results) result = ended.error();
  }
}

Result<void> SqliteWriter::end_transaction() {
  if (options_.fail_commit && options_.fail_commit()) return disk_full();
  return connection_->execute("COMMIT");
}

Result<BatchResult> SqliteWriter::apply(const Batch& batch) {
  // One statement undoes itself when it fails; only an expectation or a second statement needs a savepoint.
  const bool guarded = batch.size() > 1 || (batch.size() == 1 && batch.front().expect_rows.has_value());
  if (!guarded) return apply_statements(batch);
  static const Statement savepoint{"SAVEPOINT batch", {}, {}};
  static const Statement release{"RELEASE batch", {}, {}};
  static const Statement undo{"ROLLBACK TO batch", {}, {}};
  TRY_VOID(connection_->run(savepoint));
  auto result = apply_statements(batch);
  if (!result) {
    TRY_VOID(connection_->run(undo));
  }
  TRY_VOID(connection_->run(release));
  return result;
}

Result<BatchResult> SqliteWriter::apply_statements(const Batch& batch) {
  BatchResult results;
  results.reserve(batch.size());
  for (std::size_t i = 0; i < batch.size(); ++i) {
    if (options_.fail_statement && options_.fail_statement()) return disk_full();
    TRY(auto result, connection_->run(batch[i]));
    if (batch[i].expect_rows && result.changed != *batch[i].expect_rows) {
      return Error{ErrorCode::conflict, "the stored state is another", std::to_string(i)};
    }
    results.push_back(std::move(result));
  }
  return results;
}

void SqliteWriter::checkpoint_if_due() {
  const int pages = connection_->wal_pages();
  if (pages < idle_checkpoint_pages) return;
  {
    std::lock_guard lock(mutex_);
    if (!queue_.empty() && pages < forced_checkpoint_pages) return;
  }
  connection_->checkpoint(false);
}

// One post per executor: a group of hundreds wakes each I/O thread once.
void SqliteWriter::answer(std::vector<Job> group) {
  while (!group.empty()) {
    const auto executor = group.front().done.executor();
    auto theirs = std::make_shared<std::vector<Job>>();  // shared because asio may copy the handler
    std::vector<Job> others;
    for (auto& job : group) (job.done.executor() == executor ? *theirs : others).push_back(std::move(job));
    boost::asio::post(executor, [theirs] {
      for (auto& job : *theirs) job.done.complete_here(std::move(job.results));
    });
    group = std::move(others);
  }
}

}  // namespace wherry::store
