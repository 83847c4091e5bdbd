#pragma once

#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>
#include <memory>
#include <thread>
#include <vector>

#include "base/task.h"

namespace wherry::app {

/// The I/O threads: one io_context each; the first runs on the thread that calls run().
class IoThreads {
 public:
  /// `count` 0: one less than the machine's cores, at least one.
  explicit IoThreads(unsigned count);
  ~IoThreads();
  IoThreads(const IoThreads&) = delete;
  IoThreads& operator=(const IoThreads&) = delete;

  std::vector<Executor> executors();
  Executor first();
  /// Serves until stop(). Threads: call from the main thread.
  void run();
  void stop();

 private:
  using Guard = boost::asio::executor_work_guard<Executor>;
  struct Loop {
    boost::asio::io_context io{1};
    Guard guard{io.get_executor()};
  };
  std::vector<std::unique_ptr<Loop>> loops_;
};

}  // namespace wherry::app
