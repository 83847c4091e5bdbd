#pragma once

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <exception>
#include <optional>
#include <utility>

#include "base/task.h"

namespace wherry::test {

/// Runs one coroutine to its end on an io_context of its own and gives its value.
template <class T>
T run(boost::asio::io_context& io, Task<T> task) {
  std::optional<T> value;
  std::exception_ptr failure;
  boost::asio::co_spawn(io.get_executor(), std::move(task), [&](std::exception_ptr error, T result) {
    failure = error;
    if (!error) value.emplace(std::move(result));
    io.stop();
  });
  io.restart();
  io.run();
  if (failure) std::rethrow_exception(failure);
  return std::move(*value);
}

inline void run(boost::asio::io_context& io, Task<void> task) {
  std::exception_ptr failure;
  boost::asio::co_spawn(io.get_executor(), std::move(task), [&](std::exception_ptr error) {
    failure = error;
    io.stop();
  });
  io.restart();
  io.run();
  if (failure) std::rethrow_exception(failure);
}

template <class T>
auto run(Task<T> task) {
  boost::asio::io_context io(1);
  return run(io, std::move(task));
}

}  // namespace wherry::test
