#pragma once

#include <condition_variable>
#include <deque>
#include <mutex>
#include <thread>
#include <vector>

#include "base/completion.h"
#include "store/sqlite/connection.h"

namespace wherry::store {

/// A few threads that read, each with its own connection.
class SqliteReaders {
 public:
  SqliteReaders(std::vector<std::unique_ptr<SqliteConnection>> connections, std::size_t max_queued);
  ~SqliteReaders();
  /// False when the queue is full.
  bool submit(Statement& statement, Completion<Result<Rows>>& done);

 private:
  struct Job {
    Statement statement;
    Completion<Result<Rows>> done;
  };
  void run(SqliteConnection& connection);

  std::vector<std::unique_ptr<SqliteConnection>> connections_;
  std::size_t max_queued_;
  std::mutex mutex_;
  std::condition_variable wake_;
  std::deque<Job> queue_;
  bool stopping_ = false;
  std::vector<std::thread> threads_;
};

}  // namespace wherry::store
