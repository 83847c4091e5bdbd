#pragma once

#include <boost/asio/awaitable.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>

namespace wherry {

/// One I/O thread's executor. Concrete on purpose: no type erasure on the hot path.
using Executor = boost::asio::io_context::executor_type;

/// A coroutine that runs on one I/O thread. Data goes in by value, services by reference.
/// Rule: one co_await per statement, operands named first (docs/decisions; scripts/lint checks it).
template <class T = void>
using Task = boost::asio::awaitable<T, Executor>;

/// The completion token to pass to every Asio operation.
inline constexpr boost::asio::use_awaitable_t<Executor> use_task{};

}  // namespace wherry
