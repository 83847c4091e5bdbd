#include "store/sqlite/readers.h"

#include <chrono>

#include "base/thread_name.h"
#include "store/sqlite/answers.h"

namespace wherry::store {

namespace {
constexpr std::size_t handful = 16;
// After a slow query its neighbours' answers go out before the next one begins.
constexpr std::chrono::microseconds slow{500};
}  // namespace

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
  bool wanted = false;
  {
    std::lock_guard lock(mutex_);
    if (stopping_ || queue_.size() >= max_queued_) return false;
    queue_.push_back({std::move(statement), std::move(done)});
    wanted = idle_ > 0;
  }
  if (wanted) wake_.notify_one();
  return true;
}

std::vector<SqliteReaders::Job> SqliteReaders::take() {
  std::vector<Job> jobs;
  std::unique_lock lock(mutex_);
  ++idle_;
  wake_.wait(lock, [this] { return stopping_ || !queue_.empty(); });
  --idle_;
  const auto share = std::clamp<std::size_t>(queue_.size() / connections_.size(), 1, handful);
  while (!queue_.empty() && jobs.size() < share) {
    jobs.push_back(std::move(queue_.front()));
    queue_.pop_front();
  }
  return jobs;
}

void SqliteReaders::run(SqliteConnection& connection) {
  name_this_thread("store_reader");
  using Steady = std::chrono::steady_clock;
  Answers<Result<Rows>, Statement> answers;
  for (auto jobs = take(); !jobs.empty(); jobs = take()) {
    auto begun = Steady::now();
    for (auto& job : jobs) {
      auto result = connection.run(job.statement);
      auto rows = result ? Result<Rows>(std::move(result->rows)) : Result<Rows>(result.error());
      answers.add(std::move(job.done), std::move(rows), std::move(job.statement));
      const auto now = Steady::now();
      if (now - begun > slow) answers.post();
      begun = now;
    }
    answers.post();
  }
}

}  // namespace wherry::store
