#pragma once

#include <boost/asio/co_spawn.hpp>
#include <exception>
#include <optional>

#include "base/completion.h"

namespace wherry::linked {

/// Runs the task on another executor and resumes on the caller's. When the caller is cancelled the task still runs to its end: half of a start or
/// a stop must not remain.
template <class T>
Task<T> there(Executor executor, Task<T> task) {
  struct Ended {
    std::exception_ptr failure;
    std::optional<T> value;
  };
  auto start = [executor, &task](Completion<Ended> done) {
    boost::asio::co_spawn(executor, std::move(task), [done = std::move(done)](std::exception_ptr failure, T value) mutable {
      Ended ended{failure, std::nullopt};
      if (!failure) ended.value.emplace(std::move(value));
      done.complete(std::move(ended));
    });
  };
  auto ended = co_await await_completion<Ended>(start);
  if (ended.failure) std::rethrow_exception(ended.failure);
  co_return std::move(*ended.value);
}

inline Task<void> there(Executor executor, Task<void> task) {
  struct Ended {
    std::exception_ptr failure;
  };
  auto start = [executor, &task](Completion<Ended> done) {
    boost::asio::co_spawn(executor, std::move(task),
                          [done = std::move(done)](std::exception_ptr failure) mutable { done.complete(Ended{failure}); });
  };
  auto ended = co_await await_completion<Ended>(start);
  if (ended.failure) std::rethrow_exception(ended.failure);
}

}  // namespace wherry::linked
