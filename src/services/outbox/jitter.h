#pragma once

#include <cstdint>
#include <span>

#include "base/clock.h"
#include "base/random.h"

namespace wherry {

/// Up to a quarter more, so that what was held back together does not return all at once.
inline milliseconds with_jitter(milliseconds delay) {
  std::uint8_t random = 0;
  fill_random(std::span(&random, 1));
  return delay + delay * random / 1024;
}

}  // namespace wherry
