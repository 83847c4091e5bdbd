#include "app/io_threads.h"

#include <algorithm>

#include "base/log.h"
#include "base/thread_name.h"

namespace wherry::app {

namespace {
// An exception here is a bug in a completion handler; the thread goes on serving the other connections.
void run_loop(boost::asio::io_context& io) {
  while (true) {
    try {
      io.run();
      return;
    } catch (const std::exception& error) {
      log::error("io_thread_exception", {{"error", error.what()}});
    }
  }
}
}  // namespace

IoThreads::IoThreads(unsigned count) {
  if (count == 0) count = std::max(2U, std::thread::hardware_concurrency()) - 1;
  for (unsigned i = 0; i < count; ++i) loops_.push_back(std::make_unique<Loop>());
}

IoThreads::~IoThreads() = default;

std::vector<Executor> IoThreads::executors() {
  std::vector<Executor> all;
  for (auto& loop : loops_) all.push_back(loop->io.get_executor());
  return all;
}

Executor IoThreads::first() { return loops_.front()->io.get_executor(); }

void IoThreads::run() {
  std::vector<std::thread> threads;
  for (std::size_t i = 1; i < loops_.size(); ++i) {
    threads.emplace_back([this, i] {
      name_this_thread("io");
      run_loop(loops_[i]->io);
    });
  }
  run_loop(loops_.front()->io);
  for (auto& thread : threads) thread.join();
}

void IoThreads::stop() {
  for (auto& loop : loops_) loop->io.stop();
}

}  // namespace wherry::app
