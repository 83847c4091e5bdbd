// Which events go, and in which call.
#include "services/webhooks/own_header.h"
#include "services/webhooks/runner.h"
#include "services/webhooks/schedule.h"

namespace wherry::webhooks {

/// One call that is counted, also when it is cancelled.
struct Runner::Call {
  Runner& runner;
  bool held_up;
  Call(Runner& of, bool of_one_held_up) : runner(of), held_up(of_one_held_up) { ++runner.parts_.counters.running; }
  Call(const Call&) = delete;
  Call& operator=(const Call&) = delete;
  ~Call() {
    --runner.parts_.counters.running;
    --runner.calls_;
    if (held_up) --runner.held_up_calls_;
  }
};

void Runner::start_due() {
  const auto now = parts_.clock.now();
  const auto most = parts_.limits.concurrency;
  auto room = most - std::min(most, calls_);
  if (open_) {
    if (now < next_probe_) return wake_at(next_probe_);
    room = calls_ == 0 ? 1 : 0;
  }
  std::vector<std::uint64_t> alone, shared;
  for (const auto sequence : window_.due(now)) (may_share(*window_.find(sequence)) ? shared : alone).push_back(sequence);
  room = start_shared(std::move(shared), room, now);
  for (const auto sequence : alone) {
    const bool held_up = window_.find(sequence)->kind == Window::Kind::set_aside;
    if (room == 0 || (held_up && held_up_calls_ >= std::max<std::size_t>(1, most / 2))) continue;
    start_call({sequence});
    --room;
  }
  if (const auto next = window_.next_due(now)) wake_at(*next);
  const auto held_up = set_aside_.next_due();
  if (held_up && *held_up > now) wake_at(*held_up);
}

/// The last try of an event is its own, so that none is given up because of another it shared its calls with.
bool Runner::may_share(const Window::Entry& entry) const {
  const bool last_try = (entry.attempts + 1) % most_attempts(subscription_) == 0;
  return parts_.renderer.sharing().most > 1 && entry.may_share && !last_try;
}

/// Full calls go at once, the rest when the oldest of it has been in the journal long enough. Gives the room that is left.
std::size_t Runner::start_shared(std::vector<std::uint64_t> due, std::size_t room, Timestamp now) {
  if (due.empty()) return room;
  const auto sharing = parts_.renderer.sharing();
  const auto complete_at = std::min(now, window_.find(due.front())->item.event.recorded_at) + sharing.gather;
  auto first = due.begin();
  while (first != due.end() && room > 0) {
    const auto count = std::min<std::ptrdiff_t>(static_cast<std::ptrdiff_t>(sharing.most), due.end() - first);
    if (static_cast<std::size_t>(count) < sharing.most && now < complete_at) {
      wake_at(complete_at);
      break;
    }
    start_call(std::vector(first, first + count));
    first += count;
    --room;
  }
  return room;
}

void Runner::start_call(std::vector<std::uint64_t> sequences) {
  const bool held_up = sequences.size() == 1 && window_.find(sequences.front())->kind == Window::Kind::set_aside;
  for (const auto sequence : sequences) window_.start(sequence);
  ++calls_;
  if (held_up) ++held_up_calls_;
  group_.spawn(*executor_, deliver(std::move(sequences), held_up), "webhook_delivery");
}

Task<void> Runner::deliver(std::vector<std::uint64_t> sequences, bool held_up) {
  const Call counted(*this, held_up);
  const auto ready = co_await ready_ones(std::move(sequences));
  const auto begun = parts_.clock.now();
  if (auto call = render(ready, begun)) {
    add_own_header(subscription_, *call);
    auto answer = co_await parts_.sender.post(std::move(*call));
    if (stopping_) co_return;
    for (const auto sequence : ready) settle(*window_.find(sequence), answer, begun);
    note_health(answer);
  } else {
    for (const auto sequence : ready) give_up(*window_.find(sequence), begun);
  }
  wake();
}

/// Those whose file is there, or is not worth waiting for; the others wait a little.
Task<std::vector<std::uint64_t>> Runner::ready_ones(std::vector<std::uint64_t> sequences) {
  std::vector<std::uint64_t> ready;
  for (const auto sequence : sequences) {
    const auto there = co_await refresh_file(sequence);
    if (there && *there) {
      ready.push_back(sequence);
    } else {
      window_.postpone(sequence, window_.find(sequence)->attempts, parts_.clock.now() + parts_.limits.store_pause);
    }
  }
  co_return ready;
}

std::optional<WebhookCall> Runner::render(const std::vector<std::uint64_t>& sequences, Timestamp now) {
  std::vector<WebhookEvent> events;
  for (const auto sequence : sequences) {
    const auto& item = window_.find(sequence)->item;
    events.push_back({item, item.event.channel ? parts_.channels.find(*item.event.channel) : nullptr});
  }
  if (events.empty()) return std::nullopt;
  if (events.size() > 1) return parts_.renderer.render_shared(subscription_, events, now);
  return parts_.renderer.render(subscription_, events.front().channel.get(), events.front().item, now);
}

}  // namespace wherry::webhooks
