#include "store/sqlite/writer.h"

#include "base/log.h"
#include "base/thread_name.h"
#include "store/sqlite/answers.h"

namespace wherry::store {

namespace {

// A checkpoint inside a commit would stall everybody, so it runs between groups: while nothing waits from the first size on,
// under steady load only from the second. Never from another connection (docs/decisions/0002).
constexpr int idle_checkpoint_pages = 1'000;
constexpr int busy_checkpoint_pages = 8'000;

// A savepoint for each batch costs a third more, so a group is first tried without. After a batch failed, this many groups are
// written with savepoints at once: duplicates come in swarms.
constexpr int guarded_groups_after_failure = 32;

const Statement begin_sql{"BEGIN IMMEDIATE", {}, {}};
const Statement commit_sql{"COMMIT", {}, {}};
const Statement rollback_sql{"ROLLBACK", {}, {}};
const Statement savepoint_sql{"SAVEPOINT batch", {}, {}};
const Statement release_sql{"RELEASE batch", {}, {}};
const Statement undo_sql{"ROLLBACK TO batch", {}, {}};

std::size_t size_of(const Value& value) {
  if (const auto* text = std::get_if<std::string>(&value)) return text->size();
  const auto* bytes = std::get_if<Bytes>(&value);
  return bytes == nullptr ? 0 : bytes->size();
}

std::size_t size_of(const std::vector<Batch>& batches) {
  std::size_t bytes = 0;
  for (const auto& batch : batches) {
    for (const auto& statement : batch) {
      bytes += sizeof(Statement) + statement.params.size() * sizeof(Value);
      for (const auto& value : statement.params) bytes += size_of(value);
    }
  }
  return bytes;
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
}

bool SqliteWriter::submit(std::vector<Batch>& batches, Completion<BatchResults>& done) {
  const auto bytes = size_of(batches);
  bool was_empty = false;
  {
    std::lock_guard lock(mutex_);
    was_empty = queue_.empty();
    // One job may be over the bound when nothing else waits: it would never be taken otherwise.
    const bool full = queued_batches_ + batches.size() > options_.max_queued_batches || queued_bytes_ + bytes > options_.max_queued_bytes;
    if (stopping_ || (full && !was_empty)) return false;
    queued_batches_ += batches.size();
    queued_bytes_ += bytes;
    queue_.push_back({std::move(batches), std::move(done), bytes, {}});
  }
  if (was_empty) wake_.notify_one();
  return true;
}

SqliteWriter::Group SqliteWriter::take() {
  Group group;
  std::size_t size = 0;
  while (!queue_.empty() && (group.empty() || size + queue_.front().batches.size() <= options_.group_limit)) {
    size += queue_.front().batches.size();
    queued_bytes_ -= queue_.front().bytes;
    group.push_back(std::move(queue_.front()));
    queue_.pop_front();
  }
  queued_batches_ -= size;
  return group;
}

void SqliteWriter::run() {
  name_this_thread("store_writer");
  Answers<BatchResults, std::vector<Batch>> answers;
  while (true) {
    Group group;
    {
      std::unique_lock lock(mutex_);
      wake_.wait(lock, [this] { return stopping_ || !queue_.empty(); });
      if (queue_.empty()) return;
      group = take();
    }
    write(group);
    for (auto& job : group) answers.add(std::move(job.done), std::move(job.results), std::move(job.batches));
    answers.post();
    checkpoint_if_due();
  }
}

void SqliteWriter::write(Group& group) {
  const bool plain = guarded_groups_ == 0;
  if (!plain) --guarded_groups_;
  auto written = plain ? write_plain(group) : write_guarded(group);
  if (plain && !written && written.error().code != ErrorCode::unavailable) {
    guarded_groups_ = guarded_groups_after_failure;
    written = write_guarded(group);
  }
  if (written) return;
  log::error("store_write_failed", {{"detail", written.error().detail}, {"jobs", group.size()}});
  for (auto& job : group) job.results.assign(job.batches.size(), written.error());
}

Result<void> SqliteWriter::write_plain(Group& group) {
  TRY_VOID(control(begin_sql));
  for (auto& job : group) {
    job.results.clear();
    job.results.reserve(job.batches.size());
    for (const auto& batch : job.batches) {
      auto applied = apply(batch);
      if (!applied) {
        roll_back();
        return applied.error();
      }
      job.results.push_back(std::move(applied));
    }
  }
  return commit();
}

Result<void> SqliteWriter::write_guarded(Group& group) {
  TRY_VOID(control(begin_sql));
  for (auto& job : group) {
    job.results.clear();
    for (const auto& batch : job.batches) {
      auto applied = apply_guarded(batch);
      // On a full or broken disk SQLite may have rolled back everything already: the group ends here.
      const bool storage = !applied && (applied.error().code == ErrorCode::unavailable || !connection_->in_transaction());
      if (storage) {
        roll_back();
        return storage_failure(applied.error().detail);
      }
      job.results.push_back(std::move(applied));
    }
  }
  return commit();
}

Result<BatchResult> SqliteWriter::apply_guarded(const Batch& batch) {
  TRY_VOID(control(savepoint_sql));
  auto result = apply(batch);
  if (!result && (result.error().code == ErrorCode::unavailable || !connection_->in_transaction())) return result;
  if (!result) {
    auto undone = control(undo_sql);
    if (!undone) return storage_failure(undone.error().detail);
  }
  auto released = control(release_sql);
  if (!released) return storage_failure(released.error().detail);
  return result;
}

Result<BatchResult> SqliteWriter::apply(const Batch& batch) {
  BatchResult results;
  results.reserve(batch.size());
  for (std::size_t i = 0; i < batch.size(); ++i) {
    if (options_.fail_statement && options_.fail_statement()) return storage_failure("injected failure");
    TRY(auto result, connection_->run(batch[i]));
    if (batch[i].expect_rows && result.changed != *batch[i].expect_rows) {
      return Error{ErrorCode::conflict, "the stored state is another", std::to_string(i)};
    }
    results.push_back(std::move(result));
  }
  return results;
}

Result<void> SqliteWriter::control(const Statement& statement) {
  TRY_VOID(connection_->run(statement));
  return {};
}

Result<void> SqliteWriter::commit() {
  auto done = options_.fail_commit && options_.fail_commit() ? Result<void>(storage_failure("injected failure")) : control(commit_sql);
  if (done) return done;
  roll_back();
  return storage_failure(done.error().detail);
}

void SqliteWriter::roll_back() {
  if (connection_->in_transaction()) (void)control(rollback_sql);
}

void SqliteWriter::checkpoint_if_due() {
  const int pages = connection_->wal_pages();
  if (pages < last_pages_) next_checkpoint_pages_ = 0;  // the log began anew
  last_pages_ = pages;
  if (pages < idle_checkpoint_pages || pages < next_checkpoint_pages_) return;
  {
    std::lock_guard lock(mutex_);
    if (!queue_.empty() && pages < busy_checkpoint_pages) return;
  }
  connection_->checkpoint();
  next_checkpoint_pages_ = pages + idle_checkpoint_pages;  // a reader may keep the log from beginning anew for a while
}

}  // namespace wherry::store
