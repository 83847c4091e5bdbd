#include "store/sqlite/readers.h"

namespace wherry::store {

SqliteReaders::SqliteReaders(std::vector<std::unique_ptr<SqliteConnection>> connections, std::size_t max_queued)
    : connections_(std::move(connections)), max_queued_(max_queued) {
  for (auto& connection : connections_) threads_.emplace_back([this, &connection] { run(*connection); });
}

SqliteReaders::~SqliteReaders() {
  {
    std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  wake_.notify_all();
  for (auto& thread : threads_) thread.join();
}

bool SqliteReaders::submit(Statement& statement, Completion<Result<Rows>>& done) {
  {
    std::lock_guard lock(mutex_);
    if (stopping_ || queue_.size() >= max_queued_) return false;
    queue_.push_back({std::move(statement), std::move(done)});
  }
  wake_.notify_one();
  return true;
}

void SqliteReaders::run(SqliteConnection& connection) {
  while (true) {
    std::optional<Job> job;
    {
      std::unique_lock lock(mutex_);
      wake_.wait(lock, [this] { return stopping_ || !queue_.empty(); });
      if (queue_.empty()) return;
      job.emplace(std::move(queue_.front()));
      queue_.pop_front();
    }
    auto result = connection.run(job->statement);
    if (result) {
      job->done.complete(std::move(result->rows));
    } else {
      job->done.complete(result.error());
    }
  }
}

}  // namespace wherry::store
