#include "app/signals.h"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/signal_set.hpp>
#include <csignal>
#include <cstdio>
#include <exception>

#include "app/command_line.h"

namespace wherry::app {

Task<int> wait_for_signal() {
  auto executor = co_await boost::asio::this_coro::executor;
  int number = 0;
  {
    boost::asio::basic_signal_set<Executor> signals(executor, SIGTERM, SIGINT);
    number = co_await signals.async_wait(use_task);
  }
  // From here on the default action is back: a second signal kills, for an operator who will not wait.
  std::signal(SIGTERM, SIG_DFL);
  std::signal(SIGINT, SIG_DFL);
  co_return number;
}

int run_on(IoThreads& threads, Task<int> task) {
  std::signal(SIGPIPE, SIG_IGN);
  std::signal(SIGXFSZ, SIG_IGN);  // a file size limit is a full disk, not the end
  int status = exit_failed;
  boost::asio::co_spawn(threads.first(), std::move(task), [&](std::exception_ptr failure, int result) {
    status = result;
    if (failure) {
      status = exit_failed;
      try {
        std::rethrow_exception(failure);
      } catch (const std::exception& error) {
        std::fprintf(stderr, "wherry: %s\n", error.what());
      }
    }
    threads.stop();
  });
  threads.run();
  return status;
}

}  // namespace wherry::app
