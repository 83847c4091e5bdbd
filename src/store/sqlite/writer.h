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
    BatchResults results;
  };
  void run();
  std::vector<Job> take();
  void write(std::vector<Job>& group);
  Result<BatchResult> apply(const Batch& batch);
  Result<BatchResult> apply_statements(const Batch& batch);
  Result<void> end_transaction();
  void checkpoint_if_due();
  static void answer(std::vector<Job> group);

  std::unique_ptr<SqliteConnection> connection_;
  const SqliteOptions& options_;
  std::mutex mutex_;
  std::condition_variable wake_;
  std::deque<Job> queue_;
  std::size_t queued_batches_ = 0;
  bool stopping_ = false;
  std::thread thread_;
};

}  // namespace wherry::store
