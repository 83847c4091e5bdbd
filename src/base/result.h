#pragma once

#include <boost/system/result.hpp>
#include <stdexcept>

#include "base/error.h"

namespace wherry {

/// Thrown only when `value()` is called on a failure, which is a bug.
struct BadResultAccess : std::logic_error {
  using std::logic_error::logic_error;
};

[[noreturn]] inline void throw_exception_from_error(const Error& error, const boost::source_location&) {
  throw BadResultAccess("value() of a failed Result: " + error.message + " " + error.detail);
}

/// A value or an expected failure. Return either: `return value;` or `return Error{...};`.
template <class T = void>
using Result = boost::system::result<T, Error>;

}  // namespace wherry

#define WHERRY_CONCAT_INNER(a, b) a##b
#define WHERRY_CONCAT(a, b) WHERRY_CONCAT_INNER(a, b)
#define WHERRY_TRY_AS(temporary, leave, declaration, ...) \
  auto temporary = __VA_ARGS__;                           \
  if (!temporary) leave std::move(temporary).error();     \
  declaration = std::move(*temporary)
#define WHERRY_CHECK_AS(temporary, leave, ...) \
  auto temporary = __VA_ARGS__;                \
  if (!temporary) leave std::move(temporary).error()

/// TRY(auto x, f()): x is the value of f(), or the function returns f()'s error. A whole statement.
#define TRY(declaration, ...) WHERRY_TRY_AS(WHERRY_CONCAT(try_result_, __LINE__), return, declaration, __VA_ARGS__)
/// TRY_VOID(f()): returns f()'s error, if any.
#define TRY_VOID(...) WHERRY_CHECK_AS(WHERRY_CONCAT(try_result_, __LINE__), return, __VA_ARGS__)
/// The same inside a coroutine: CO_TRY(auto x, co_await f(a)).
#define CO_TRY(declaration, ...) WHERRY_TRY_AS(WHERRY_CONCAT(try_result_, __LINE__), co_return, declaration, __VA_ARGS__)
#define CO_TRY_VOID(...) WHERRY_CHECK_AS(WHERRY_CONCAT(try_result_, __LINE__), co_return, __VA_ARGS__)
