#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.h"
#include "base/result.h"

namespace wherry {

/// So many requests in a window of this length.
struct RateLimit {
  std::uint32_t requests = 60;
  seconds window{60};
  bool operator==(const RateLimit&) const = default;
};
/// All of them hold, the shortest window first. Empty: unlimited.
using RateLimits = std::vector<RateLimit>;

/// Sorts them. Errors: invalid_argument: more than four, two windows of one length, a window that is not 1 second to 24 hours, or
/// 0 or more than 10 million requests.
Result<RateLimits> checked(RateLimits limits);
/// "100/60,1000/3600"
std::string to_text(const RateLimits& limits);
/// Errors: invalid_argument (the form, and those of checked()).
Result<RateLimits> rate_limits_from(std::string_view text);

/// One window as it stands.
struct RateState {
  std::uint32_t limit = 0;
  std::uint32_t remaining = 0;
  Timestamp reset;          ///< when it ends
  seconds window{60};
};

/// Counts requests in fixed windows: the first request opens one, a refused request does not move it. Threads: one at a time.
class RateWindows {
 public:
  RateWindows() = default;
  explicit RateWindows(const RateLimits& limits) { configure(limits); }
  /// What was counted in a window of the same length stays counted.
  void configure(const RateLimits& limits);
  bool has_room(Timestamp now) const;
  void count(Timestamp now);
  std::vector<RateState> states(Timestamp now) const;

 private:
  struct Window {
    RateLimit limit;
    Timestamp opened;
    std::uint32_t used = 0;
    bool is_over(Timestamp now) const { return used == 0 || now >= opened + limit.window || now < opened; }
  };
  std::vector<Window> windows_;
};

/// The window a caller is told of: the shortest, unless others are used up; then the one of those that ends last.
std::optional<RateState> most_telling(const std::vector<RateState>& states);

}  // namespace wherry
