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

// Call with the lock held, for a channel that is paced.
Pacer::Number& Pacer::number_of(const Channel& channel) {
  const int rate = static_cast<int>(channel.messages_per_second);
  const Gcra fresh(std::chrono::nanoseconds(1s) / rate, rate);
  auto& number = numbers_.try_emplace(channel.id, Number{fresh, rate}).first->second;
  if (number.rate != rate) {
    number.gcra = fresh;
    number.rate = rate;
  }
  return number;
}

std::optional<milliseconds> Pacer::reserve_number(const Channel& channel, milliseconds limit) {
  if (channel.messages_per_second == 0) return 0ms;
  std::lock_guard lock(mutex_);
  return take(number_of(channel).gcra, limit);
}

std::uint64_t Pacer::join_line(const Channel& channel) {
  if (channel.messages_per_second == 0) return 0;
  std::lock_guard lock(mutex_);
  return number_of(channel).joined++;
}

milliseconds Pacer::ask(const Channel& channel, std::uint64_t place) {
  if (channel.messages_per_second == 0) return 0ms;
  std::lock_guard lock(mutex_);
  auto& number = number_of(channel);
  if (take(number.gcra, 0ms)) {
    ++number.left;
    return 0ms;
  }
  const auto now = clock_.now();
  const auto free = std::chrono::ceil<milliseconds>(number.gcra.next(now) - now);
  // Those ahead take one slot each: asking before them would only be in vain.
  const auto ahead = place > number.left ? place - number.left : 0;
  return std::max(1ms, free + milliseconds(ahead * 1000 / static_cast<std::uint64_t>(number.rate)));
}

void Pacer::leave_line(const Channel& channel) {
  if (channel.messages_per_second == 0) return;
  std::lock_guard lock(mutex_);
  ++number_of(channel).left;
}

void Pacer::sweep() {
  const auto now = clock_.now();
  std::lock_guard lock(mutex_);
  std::erase_if(pairs_, [&](const auto& entry) { return entry.second.idle(now); });
  std::erase_if(numbers_, [&](const auto& entry) {
    const auto& number = entry.second;
    return number.gcra.idle(now) && number.left >= number.joined;
  });
}

std::size_t Pacer::size() const {
  std::lock_guard lock(mutex_);
  return pairs_.size() + numbers_.size();
}

}  // namespace wherry
