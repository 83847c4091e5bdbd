#include "services/webhooks/runner.h"

#include "base/log.h"
#include "services/webhooks/schedule.h"

namespace wherry::webhooks {

Runner::Runner(RunnerParts parts, Subscription subscription)
    : parts_(parts),
      subscription_(std::move(subscription)),
      random_(subscription_.id.raw.bytes[15] + 256u * subscription_.id.raw.bytes[14]) {}

Runner::~Runner() = default;

void Runner::start(Executor executor) {
  executor_ = executor;
  group_.spawn(executor, listen(), "webhook_listen");
}

Task<void> Runner::listen() {
  constexpr milliseconds long_enough = seconds(30);
  while (!stopping_ && !parts_.feed.closed()) {
    const auto seen = parts_.feed.generation(subscription_.tenant);
    wake();
    co_await parts_.feed.wait(subscription_.tenant, seen, long_enough);
  }
}

void Runner::wake() {
  if (!executor_ || stopping_ || wanted_.exchange(true)) return;
  group_.spawn(*executor_, pump(), "webhook_pump");
}

Task<void> Runner::stop() {
  stopping_ = true;
  co_await group_.stop();
}

void Runner::wake_at(Timestamp at) {
  if (armed_for_ && *armed_for_ <= at) return;
  armed_for_ = at;
  group_.spawn(*executor_, wait_and_wake(at), "webhook_timer");
}

Task<void> Runner::wait_and_wake(Timestamp at) {
  const auto pause = std::max(at - parts_.clock.now(), milliseconds(0));
  co_await parts_.clock.sleep_for(pause);
  if (armed_for_ == at) armed_for_.reset();
  wake();
}

Task<void> Runner::pump() {
  if (pumping_) co_return;  // wanted_ stays set: the running pump goes round again
  pumping_ = true;
  while (!stopping_ && wanted_.exchange(false)) {
    auto done = co_await load();
    if (done) done = co_await commit();
    if (done && subscription_.enabled()) done = co_await fill();
    if (done && subscription_.enabled()) start_due();
    if (!done) {
      log::warn("webhook_store_failed", {{"subscription", subscription_.id.text()}, {"error", to_string(done.error().code)}});
      wake_at(parts_.clock.now() + parts_.limits.store_pause);
    }
  }
  pumping_ = false;
}

Task<Result<void>> Runner::load() {
  if (loaded_) co_return Result<void>();
  CO_TRY(auto progress, co_await parts_.store.progress(subscription_.id));
  window_ = Window(progress.cursor);
  stored_cursor_ = progress.cursor;
  stored_failing_since_ = subscription_.failing_since;
  for (auto& pending : progress.pending) known_pending_.emplace(pending.sequence, pending);
  known_acked_ = std::move(progress.acked_beyond);
  loaded_ = true;
  co_return Result<void>();
}

bool Runner::is_for_us(const JournalItem& item) const {
  const auto& kinds = subscription_.kinds;
  if (!kinds.empty() && std::find(kinds.begin(), kinds.end(), item.event.kind) == kinds.end()) return false;
  if (subscription_.channel && item.event.channel != subscription_.channel) return false;
  return parts_.renderer.tells(item.event.kind);
}

void Runner::add(JournalItem item) {
  const auto sequence = item.event.sequence;
  window_.note_read(sequence);
  if (known_acked_.erase(sequence) > 0 || !is_for_us(item)) return;
  Window::Entry entry;
  entry.item = std::move(item);
  if (auto known = known_pending_.extract(sequence)) {
    entry.attempts = known.mapped().attempts;
    entry.not_before = known.mapped().next_attempt_at;
  }
  window_.add(std::move(entry));
}

Task<Result<void>> Runner::fill() {
  CO_TRY_VOID(co_await fill_replays());
  while (window_.size() < parts_.limits.window && window_.bytes() < parts_.limits.window_bytes) {
    // While the endpoint is down one event is enough to probe with.
    if (open_ && window_.size() > 0) break;
    CO_TRY(auto items, co_await parts_.journal.read(subscription_.tenant, window_.read_position(), parts_.limits.page));
    for (auto& item : items) add(std::move(item));
    if (items.size() < parts_.limits.page) break;
  }
  if (window_.cursor() != stored_cursor_ && window_.size() == 0) wake();  // the cursor passes over what is for others
  co_return Result<void>();
}

/// Events up to the cursor that are to be sent again: what a replay asked for.
Task<Result<void>> Runner::fill_replays() {
  while (!known_pending_.empty() && known_pending_.begin()->first <= stored_cursor_ && window_.size() < parts_.limits.window) {
    const auto pending = known_pending_.begin()->second;
    CO_TRY(auto items, co_await parts_.journal.read(subscription_.tenant, pending.sequence - 1, 1));
    known_pending_.erase(pending.sequence);
    if (items.empty() || items.front().event.sequence != pending.sequence) continue;  // retention was faster
    Window::Entry entry;
    entry.item = std::move(items.front());
    entry.attempts = pending.attempts;
    entry.not_before = pending.next_attempt_at;
    entry.replay = true;
    window_.add(std::move(entry));
  }
  co_return Result<void>();
}

void Runner::start_due() {
  const auto now = parts_.clock.now();
  auto room = parts_.limits.concurrency - std::min(parts_.limits.concurrency, window_.running());
  if (open_) {
    if (now < next_probe_) return wake_at(next_probe_);
    room = window_.running() == 0 ? 1 : 0;
  }
  for (const auto sequence : window_.start_due(now, room)) {
    ++parts_.counters.running;
    group_.spawn(*executor_, deliver(sequence), "webhook_delivery");
  }
  const auto next = window_.next_due();
  if (next && *next > now) wake_at(*next);
}

}  // namespace wherry::webhooks
