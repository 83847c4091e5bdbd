#include "services/outbox/budgets.h"

namespace wherry {

milliseconds Budgets::take(const Channel& channel) {
  const auto budget = channel.budget(defaults_);
  if (!budget.limits()) return milliseconds(0);
  const auto now = clock_.now();
  std::lock_guard lock(mutex_);
  auto& log = logs_[channel.id];
  const auto wait = log.wait(budget, now);
  if (wait == milliseconds(0)) log.add(now);
  return wait;
}

milliseconds Budgets::wait(const Channel& channel) {
  const auto budget = channel.budget(defaults_);
  if (!budget.limits()) return milliseconds(0);
  std::lock_guard lock(mutex_);
  const auto log = logs_.find(channel.id);
  return log == logs_.end() ? milliseconds(0) : log->second.wait(budget, clock_.now());
}

void Budgets::note(ChannelId channel, Timestamp at) {
  std::lock_guard lock(mutex_);
  logs_[channel].add(std::min(at, clock_.now()));
}

void Budgets::sweep() {
  std::lock_guard lock(mutex_);
  const auto now = clock_.now();
  for (auto log = logs_.begin(); log != logs_.end();) {
    log->second.forget(now);
    log = log->second.empty() ? logs_.erase(log) : std::next(log);
  }
}

}  // namespace wherry
