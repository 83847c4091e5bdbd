#pragma once

#include <condition_variable>
#include <deque>
#include <mutex>
#include <thread>
#include <vector>

#include "base/completion.h"
#include "store/sqlite/connection.h"

namespace wherry::store {

/// A few threads that read, each with its own connection. Each takes a handful of what waits at a time.
class SqliteReaders {
 public:
  SqliteReaders(std::vector<std::unique_ptr<SqliteConnection>> connections, std::size_t max_queued);
  /// Finishes what is queued, then ends the threads.
  ~SqliteReaders();
  /// False when the queue is full.
  bool submit(Statement& statement, Completion<Result<Rows>>& done);

 private:
  struct Job {
    Statement statement;
    Completion<Result<Rows>> done;
  };
  void run(SqliteConnection& connection);
  /// Waits for work. Empty: the end.
  std::vector<Job> take();

  std::vector<std::unique_ptr<SqliteConnection>> connections_;
  std::size_t max_queued_;
  std::mutex mutex_;
  std::condition_variable wake_;
  std::deque<Job> queue_;
  std::size_t idle_ = 0;
  bool stopping_ = false;
  std::vector<std::thread> threads_;
};

}  // namespace wherry::store
