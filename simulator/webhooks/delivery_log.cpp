#include "simulator/webhooks/delivery_log.h"

namespace wherry::sim {

namespace {
std::size_t weight(const Attempt& attempt) { return attempt.body ? attempt.body->size() : 0; }
}  // namespace

void DeliveryLog::add(Attempt attempt) {
  std::deque<Attempt> gone;
  std::lock_guard lock(mutex_);
  attempt.number = next_++;
  bytes_ += weight(attempt);
  attempts_.push_back(std::move(attempt));
  while (attempts_.size() > limit_ || (bytes_ > bytes_limit && attempts_.size() > 1)) {
    bytes_ -= weight(attempts_.front());
    gone.push_back(std::move(attempts_.front()));
    attempts_.pop_front();
  }
}

std::vector<Attempt> DeliveryLog::latest(std::size_t limit, std::uint64_t delivery) const {
  std::vector<Attempt> out;
  std::lock_guard lock(mutex_);
  for (auto it = attempts_.rbegin(); it != attempts_.rend() && out.size() < limit; ++it) {
    if (delivery == 0 || it->delivery == delivery) out.push_back(*it);
  }
  return out;
}

void DeliveryLog::clear() {
  std::lock_guard lock(mutex_);
  attempts_.clear();
  bytes_ = 0;
}

}  // namespace wherry::sim
