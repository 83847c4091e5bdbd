#include "services/outbox/pacer.h"

namespace wherry {

namespace {
using namespace std::chrono_literals;
constexpr int pair_burst = 45;
constexpr std::chrono::nanoseconds pair_interval = 6s;
}  // namespace

std::optional<milliseconds> Pacer::take(Gcra& gcra, milliseconds limit) {
  const auto now = clock_.now();
  const auto at = gcra.next(now);
  if (at - now > limit) return std::nullopt;
  gcra.take(at);
  return at - now;
}

std::optional<milliseconds> Pacer::reserve_pair(const Channel& channel, ConversationId conversation, milliseconds limit) {
  if (!channel.pair_limit) return 0ms;
  std::lock_guard lock(mutex_);
  return take(pairs_.try_emplace(conversation, Gcra(pair_interval, pair_burst)).first->second, limit);
}

std::optional<milliseconds> Pacer::reserve_number(const Channel& channel, milliseconds limit) {
  if (channel.messages_per_second == 0) return 0ms;
  const int rate = static_cast<int>(channel.messages_per_second);
  const Number fresh{Gcra(std::chrono::nanoseconds(1s) / rate, rate), rate};
  std::lock_guard lock(mutex_);
  auto& number = numbers_.try_emplace(channel.id, fresh).first->second;
  if (number.rate != rate) number = fresh;
  return take(number.gcra, limit);
}

void Pacer::sweep() {
  const auto now = clock_.now();
  std::lock_guard lock(mutex_);
  std::erase_if(pairs_, [&](const auto& entry) { return entry.second.idle(now); });
  std::erase_if(numbers_, [&](const auto& entry) { return entry.second.gcra.idle(now); });
}

std::size_t Pacer::size() const {
  std::lock_guard lock(mutex_);
  return pairs_.size() + numbers_.size();
}

}  // namespace wherry
