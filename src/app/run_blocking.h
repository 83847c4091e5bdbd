#pragma once

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <exception>
#include <optional>

#include "base/task.h"

namespace wherry::app {

/// Runs one coroutine to its end on this thread: for commands that do one thing and exit.
template <class T>
T run_blocking(boost::asio::io_context& io, Task<T> task) {
  std::optional<T> value;
  std::exception_ptr failure;
  boost::asio::co_spawn(io, std::move(task), [&](std::exception_ptr error, T result) {
    failure = error;
    if (!error) value.emplace(std::move(result));
    io.stop();
  });
  auto work = boost::asio::make_work_guard(io);
  io.run();
  if (failure) std::rethrow_exception(failure);
  return std::move(*value);
}

}  // namespace wherry::app
