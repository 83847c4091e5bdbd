#pragma once

#include <cstdint>
#include <deque>

#include "base/clock.h"

namespace wherry {

/// How many messages a number may send in any minute and in any hour. 0: not limited.
struct SendBudget {
  std::uint32_t per_minute = 0;
  std::uint32_t per_hour = 0;
  bool limits() const { return per_minute != 0 || per_hour != 0; }
  bool operator==(const SendBudget&) const = default;
};

/// When messages were sent, as far as a budget asks: the windows slide, so there is no instant at which two budgets can be had at once.
class SentLog {
 public:
  /// How long until one more is within the budget: zero, if now.
  milliseconds wait(const SendBudget& budget, Timestamp now) const;
  /// One goes at `now`.
  void add(Timestamp now);
  /// Forgets what no budget asks about any more.
  void forget(Timestamp now);
  bool empty() const { return sent_.empty(); }

  static constexpr milliseconds longest = std::chrono::hours(1);

 private:
  std::deque<Timestamp> sent_;  ///< ascending
};

}  // namespace wherry
