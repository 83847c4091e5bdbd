#include "services/outbox/pacer.h"

namespace wherry {

namespace {
using namespace std::chrono_literals;
constexpr int pair_burst = 45;
constexpr std::chrono::nanoseconds pair_interval = 6s;
constexpr int slots_that_may_pass = 9;
}  // namespace

// When the clock goes back, what was reserved lies in a future that is not: everything begins anew. Call with the lock held.
void Pacer::follow_clock() {
  const auto now = clock_.now();
  if (now + 1s < latest_) {
    pairs_.clear();
    for (auto& [channel, number] : numbers_) number.rate = 0;
  }
  latest_ = now;
}

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
  follow_clock();
  return take(pairs_.try_emplace(conversation, Gcra(pair_interval, pair_burst)).first->second, limit);
}

// Call with the lock held, for a channel that is paced.
Pacer::Number& Pacer::number_of(const Channel& channel) {
  follow_clock();
  const int rate = static_cast<int>(channel.messages_per_second);
  const Gcra fresh(std::chrono::nanoseconds(1s) / rate, rate);
  auto& number = numbers_.try_emplace(channel.id, Number{fresh, rate, {}}).first->second;
  if (number.rate != rate) {
    number.gcra = fresh;
    number.rate = rate;
    for (auto& line : number.lines) line.set_aside.clear();
  }
  return number;
}

// A slot goes to `taker`: it is counted for those less urgent, and the tenth sets the next slot aside.
void Pacer::pass_over(Number& number, Urgency taker) {
  for (const auto urgency : {Urgency::interactive, Urgency::bulk}) {
    auto& line = number.line(urgency);
    if (urgency <= taker || line.set_aside.size() >= line.waiting()) continue;
    if (++line.passed_over < slots_that_may_pass) continue;
    line.passed_over = 0;
    const auto at = number.gcra.next(clock_.now());
    number.gcra.take(at);
    line.set_aside.push_back(at);
  }
}

std::optional<milliseconds> Pacer::reserve_number(const Channel& channel, milliseconds limit) {
  if (channel.messages_per_second == 0) return 0ms;
  std::lock_guard lock(mutex_);
  auto& number = number_of(channel);
  const auto wait = take(number.gcra, limit);
  if (wait) pass_over(number, Urgency::awaited);
  return wait;
}

Pacer::Place Pacer::join_line(const Channel& channel, Urgency line) {
  if (channel.messages_per_second == 0) return {line, 0};
  std::lock_guard lock(mutex_);
  return {line, number_of(channel).line(line).joined++};
}

milliseconds Pacer::ask(const Channel& channel, Place place) {
  if (channel.messages_per_second == 0) return 0ms;
  std::lock_guard lock(mutex_);
  auto& number = number_of(channel);
  auto& line = number.line(place.line);
  const auto now = clock_.now();
  const auto ahead_of_it = place.line == Urgency::bulk ? number.line(Urgency::interactive).waiting() : 0;
  if (!line.set_aside.empty() && line.set_aside.front() <= now) {
    line.set_aside.pop_front();
    ++line.left;
    return 0ms;
  }
  if (ahead_of_it == 0 && take(number.gcra, 0ms)) {
    ++line.left;
    line.passed_over = 0;
    pass_over(number, place.line);
    return 0ms;
  }
  const auto free = std::chrono::ceil<milliseconds>(number.gcra.next(now) - now);
  // Those ahead take one slot each: asking before them would only be in vain. But slots set aside come sooner, so a second is the most.
  const auto ahead = ahead_of_it + (place.number > line.left ? place.number - line.left : 0);
  auto wait = std::max(1ms, free + milliseconds(ahead * 1000 / static_cast<std::uint64_t>(number.rate)));
  if (!line.set_aside.empty()) wait = std::min(wait, std::max(1ms, line.set_aside.front() - now));
  return std::min<milliseconds>(wait, 1s);
}

void Pacer::leave_line(const Channel& channel, Place place) {
  if (channel.messages_per_second == 0) return;
  std::lock_guard lock(mutex_);
  auto& line = number_of(channel).line(place.line);
  ++line.left;
  if (line.set_aside.size() > line.waiting()) line.set_aside.pop_back();
}

void Pacer::sweep() {
  const auto now = clock_.now();
  std::lock_guard lock(mutex_);
  std::erase_if(pairs_, [&](const auto& entry) { return entry.second.idle(now); });
  std::erase_if(numbers_, [&](const auto& entry) {
    const auto& number = entry.second;
    return number.gcra.idle(now) && number.lines[0].waiting() + number.lines[1].waiting() == 0;
  });
}

std::size_t Pacer::size() const {
  std::lock_guard lock(mutex_);
  return pairs_.size() + numbers_.size();
}

}  // namespace wherry
