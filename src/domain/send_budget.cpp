#include "domain/send_budget.h"

#include <algorithm>

namespace wherry {

namespace {

constexpr milliseconds minute = std::chrono::minutes(1);

// Until the oldest of the last `limit` has left the window.
milliseconds wait_of(const std::deque<Timestamp>& sent, std::uint32_t limit, milliseconds window, Timestamp now) {
  if (limit == 0 || sent.size() < limit) return milliseconds(0);
  return std::clamp(sent[sent.size() - limit] + window - now, milliseconds(0), window);
}

}  // namespace

milliseconds SentLog::wait(const SendBudget& budget, Timestamp now) const {
  return std::max(wait_of(sent_, budget.per_minute, minute, now), wait_of(sent_, budget.per_hour, longest, now));
}

// After the clock went back, what was sent counts as sent now: a wait is never longer than its window.
void SentLog::add(Timestamp now) {
  forget(now);
  for (auto at = sent_.rbegin(); at != sent_.rend() && *at > now; ++at) *at = now;
  sent_.push_back(now);
}

void SentLog::forget(Timestamp now) {
  while (!sent_.empty() && sent_.front() + longest <= now) sent_.pop_front();
}

}  // namespace wherry
