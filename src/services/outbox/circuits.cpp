#include "services/outbox/circuits.h"

#include "services/outbox/jitter.h"

namespace wherry {

namespace {
using namespace std::chrono_literals;
constexpr milliseconds first_interval = 1min;
constexpr milliseconds longest_interval = 15min;
}  // namespace

// A probe that is further away than its interval allows is due: the clock went back.
bool Circuits::is_due(const Open& open) const {
  const auto now = clock_.now();
  return now >= open.next_probe || open.next_probe - now > open.interval * 2;
}

std::optional<milliseconds> Circuits::wait_for(const Open& open, const ChannelPtr& channel) const {
  if (open.channel != channel || is_due(open)) return std::nullopt;
  return open.next_probe - clock_.now();
}

std::optional<milliseconds> Circuits::blocked(const ChannelPtr& channel) {
  std::lock_guard lock(mutex_);
  const auto found = open_.find(channel->id);
  return found == open_.end() ? std::nullopt : wait_for(found->second, channel);
}

Circuits::State Circuits::state_of(ChannelId channel) {
  std::lock_guard lock(mutex_);
  const auto found = open_.find(channel);
  if (found == open_.end()) return State::closed;
  return is_due(found->second) ? State::probing : State::blocked;
}

std::optional<milliseconds> Circuits::enter(const ChannelPtr& channel) {
  std::lock_guard lock(mutex_);
  const auto found = open_.find(channel->id);
  if (found == open_.end()) return std::nullopt;
  auto& open = found->second;
  const auto wait = wait_for(open, channel);
  if (wait) return wait;
  open.channel = channel;
  open.interval = std::min(open.interval * 2, longest_interval);
  open.next_probe = clock_.now() + with_jitter(open.interval);
  return std::nullopt;
}

Circuits::Change Circuits::refused(const ChannelPtr& channel) {
  std::lock_guard lock(mutex_);
  const Open fresh{channel, first_interval, clock_.now() + with_jitter(first_interval)};
  return open_.try_emplace(channel->id, fresh).second ? Change::opened : Change::none;
}

Circuits::Change Circuits::passed(const ChannelPtr& channel) {
  std::lock_guard lock(mutex_);
  return open_.erase(channel->id) > 0 ? Change::closed : Change::none;
}

std::size_t Circuits::open_count() const {
  std::lock_guard lock(mutex_);
  return open_.size();
}

}  // namespace wherry
