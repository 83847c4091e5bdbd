#pragma once

#include <boost/asio/associated_executor.hpp>
#include <boost/asio/async_result.hpp>
#include <boost/asio/post.hpp>
#include <memory>
#include <optional>
#include <utility>

#include "base/task.h"

namespace wherry {

/// The other end of a suspended coroutine: whoever holds it resumes the coroutine exactly once with a T.
/// Move-only. Threads: complete() may be called from any thread; the coroutine resumes on its own.
/// A Completion dropped without a value ends the coroutine's wait by destroying the coroutine.
template <class T>
class Completion {
 public:
  Completion() = default;

  template <class Handler>
  explicit Completion(Handler handler, Executor executor) : op_(std::make_unique<Op<Handler>>(std::move(handler))), executor_(executor) {}

  explicit operator bool() const { return op_ != nullptr; }
  Executor executor() const { return *executor_; }

  /// Resumes the coroutine on its executor.
  void complete(T value) {
    auto executor = *executor_;
    boost::asio::post(executor, [op = std::move(op_), value = std::move(value)]() mutable { op->run(std::move(value)); });
  }

  /// Resumes the coroutine inside this call: only on its own executor's thread (used to post many at once).
  void complete_here(T value) {
    auto op = std::move(op_);
    op->run(std::move(value));
  }

 private:
  struct Base {
    virtual ~Base() = default;
    virtual void run(T value) = 0;
  };
  template <class Handler>
  struct Op final : Base {
    explicit Op(Handler h) : handler(std::move(h)) {}
    void run(T value) override { std::move(handler)(std::move(value)); }
    Handler handler;
  };
  std::unique_ptr<Base> op_;
  std::optional<Executor> executor_;
};

/// Suspends the caller, hands `start` a Completion<T>, and gives what the Completion is completed with.
/// `start` must not throw and must not be a temporary lambda in the co_await statement: name it first.
template <class T, class Start>
Task<T> await_completion(Start start) {
  auto executor = co_await boost::asio::this_coro::executor;
  auto initiate = [&start, executor](auto handler) { start(Completion<T>(std::move(handler), executor)); };
  co_return co_await boost::asio::async_initiate<const boost::asio::use_awaitable_t<Executor>&, void(T)>(initiate, use_task);
}

}  // namespace wherry
