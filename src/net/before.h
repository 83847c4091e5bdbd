#pragma once

#include <boost/asio/basic_waitable_timer.hpp>
#include <boost/asio/experimental/awaitable_operators.hpp>
#include <boost/asio/redirect_error.hpp>
#include <chrono>

#include "base/result.h"
#include "base/task.h"

namespace wherry::http {

inline Task<void> sleep_until(std::chrono::steady_clock::time_point when) {
  using Steady = std::chrono::steady_clock;
  auto executor = co_await boost::asio::this_coro::executor;
  boost::asio::basic_waitable_timer<Steady, boost::asio::wait_traits<Steady>, Executor> timer(executor, when);
  boost::system::error_code ignored;
  co_await timer.async_wait(boost::asio::redirect_error(use_task, ignored));
}

/// The task's value, or `late` when it has none by the deadline: the task is then cancelled, and has to end by that.
/// A caller that is itself cancelled gets Error cancelled.
template <class T>
Task<Result<T>> before(std::chrono::steady_clock::time_point deadline, Task<Result<T>> task, Error late) {
  using namespace boost::asio::experimental::awaitable_operators;
  auto alarm = sleep_until(deadline);
  auto first = co_await (std::move(task) || std::move(alarm));
  auto state = co_await boost::asio::this_coro::cancellation_state;
  if (state.cancelled() != boost::asio::cancellation_type::none) co_return Error{ErrorCode::cancelled, "cancelled"};
  if (first.index() == 1) co_return late;
  co_return std::get<0>(std::move(first));
}

}  // namespace wherry::http
