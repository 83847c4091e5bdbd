#include "domain/pacing.h"

#include <algorithm>

namespace wherry {

Timestamp Gcra::next(Timestamp now) const {
  const auto earliest = theoretical_ - tolerance_;
  if (earliest <= now) return now;
  return std::chrono::ceil<milliseconds>(earliest);
}

void Gcra::take(Timestamp at) { theoretical_ = std::max(theoretical_, std::chrono::sys_time<Nanos>(at)) + interval_; }

bool Gcra::idle(Timestamp now) const { return theoretical_ <= now; }

}  // namespace wherry
