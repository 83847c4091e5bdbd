#pragma once

#include <cstdint>
#include <optional>

#include "base/clock.h"

namespace wherry::sim {

/// How long to wait after the n-th failed attempt (from 1): at once, 5 s, 15 s, 45 s, 2 min, 5 min, 15 min, 1 h, then hourly
/// with a jitter of 10 % that depends on `salt` alone.
milliseconds retry_delay(unsigned failures, std::uint64_t salt);

}  // namespace wherry::sim
