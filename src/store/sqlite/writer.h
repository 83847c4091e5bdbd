#pragma once

#include <condition_variable>
#include <deque>
#include <mutex>
#include <thread>

#include "base/completion.h"
#include "store/sqlite/connection.h"
#include "store/sqlite/open.h"

namespace wherry::store {

using BatchResults = std::vector<Result<BatchResult>>;

/// The one thread that writes: takes every batch that waits (up to the group limit) into one transaction and syncs once.
/// While a sync runs the next group gathers, so groups grow with the load and nobody waits on a timer.
class SqliteWriter {
 public:
  SqliteWriter(std::unique_ptr<SqliteConnection> connection, const SqliteOptions& options);
  /// Finishes what is queued, then ends the thread.
  ~SqliteWriter();

  /// Queues the batches; `done` gets one result each once they are durable or refused. False when the queue is full.
  bool submit(std::vector<Batch>& batches, Completion<BatchResults>& done);

 private:
  struct Job {
    std::vector<Batch> batches;
    Completion<BatchResults> done;
    std::size_t bytes = 0;
    BatchResults results;
  };
  using Group = std::vector<Job>;
  void run();
  Group take();
  void write(Group& group);
  /// One whole transaction. Errors: nothing of the group is stored.
  Result<void> write_plain(Group& group);
  Result<void> write_guarded(Group& group);
  Result<BatchResult> apply(const Batch& batch);
  Result<BatchResult> apply_guarded(const Batch& batch);
  Result<void> control(const Statement& statement);
  Result<void> commit();
  void roll_back();
  void checkpoint_if_due();

  std::unique_ptr<SqliteConnection> connection_;
  const SqliteOptions& options_;
  int guarded_groups_ = 0;         ///< how many of the next groups expect a failing batch
  int next_checkpoint_pages_ = 0;  ///< no use in trying before the log has this many
  int last_pages_ = 0;
  std::mutex mutex_;
  std::condition_variable wake_;
  std::deque<Job> queue_;
  std::size_t queued_batches_ = 0;
  std::size_t queued_bytes_ = 0;
  bool stopping_ = false;
  std::thread thread_;
};

}  // namespace wherry::store
