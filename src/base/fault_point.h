#pragma once

#include <atomic>

namespace wherry {

namespace detail {
extern std::atomic<bool> fault_points_armed;
void pass_fault_point(const char* name);
}  // namespace detail

/// A place where tests may end the process, as a power failure would: WHERRY_FAULT_POINT=NAME:COUNT in the environment ends it at
/// the COUNTth pass of NAME, with status 86 and nothing flushed. Without it: one relaxed load. Threads: any.
inline void fault_point(const char* name) {
  if (detail::fault_points_armed.load(std::memory_order_relaxed)) detail::pass_fault_point(name);
}

}  // namespace wherry
