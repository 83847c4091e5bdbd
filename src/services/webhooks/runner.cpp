#include "services/webhooks/runner.h"

#include "base/log.h"
#include "services/webhooks/schedule.h"

namespace wherry::webhooks {

Runner::Runner(RunnerParts parts, Subscription subscription)
    : parts_(parts),
      subscription_(std::move(subscription)),
      random_(subscription_.id.raw.bytes[15] + 256u * subscription_.id.raw.bytes[14]) {}

Runner::~Runner() {
  if (open_) --parts_.counters.circuits_open;
  parts_.counters.set_aside -= static_cast<std::int64_t>(counted_set_aside_);
}

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
    note_store(done);
    if (!done) wake_at(parts_.clock.now() + parts_.limits.store_pause);
    parts_.counters.set_aside += static_cast<std::int64_t>(set_aside_.size()) - static_cast<std::int64_t>(counted_set_aside_);
    counted_set_aside_ = set_aside_.size();
  }
  pumping_ = false;
}

/// An outage is one line when it begins and one when it ends, however long it lasts.
void Runner::note_store(const Result<void>& done) {
  if (!done) {
    ++parts_.counters.store_failures;
    if (store_failures_++ > 0) return;
    log::warn("webhook_store_failed", {{"subscription", subscription_.id.text()}, {"error", to_string(done.error().code)}});
  } else if (store_failures_ > 0) {
    log::info("webhook_store_recovered", {{"subscription", subscription_.id.text()}, {"failures", std::exchange(store_failures_, 0)}});
  }
}

Task<Result<void>> Runner::load() {
  if (loaded_) co_return Result<void>();
  CO_TRY(auto progress, co_await parts_.store.progress(subscription_.id));
  window_ = Window(progress.cursor);
  stored_cursor_ = progress.cursor;
  stored_failing_since_ = subscription_.failing_since;
  for (auto& pending : progress.pending) known_pending_.emplace(pending.sequence, pending);
  known_settled_ = std::move(progress.settled_beyond);
  for (const auto& one : progress.set_aside) {
    const bool first = !set_aside_.holds(one.lane);
    if (one.sequence > progress.cursor) known_set_aside_.emplace(one.sequence, one);  // is read again, in its place
    else if (first) set_aside_.put_front(one.lane, {one.sequence}, one.attempts, one.next_attempt_at.value_or(parts_.clock.now()));
    else set_aside_.append(one.lane, one.sequence);
  }
  loaded_ = true;
  co_return Result<void>();
}

bool Runner::is_for_us(const JournalItem& item) const {
  const auto& kinds = subscription_.kinds;
  const auto& renderer = parts_.renderer;
  if (!kinds.empty() && std::find(kinds.begin(), kinds.end(), renderer.name_of(item.event.kind)) == kinds.end()) return false;
  if (subscription_.channel && item.event.channel != subscription_.channel) return false;
  if (renderer.only_moves() && is_idle_status(item.event)) return false;
  const auto channel = item.event.channel ? parts_.channels.find(*item.event.channel) : nullptr;
  return renderer.tells(item.event.kind) && (!channel || renderer.is_about(channel->kind));
}

void Runner::add(JournalItem item) {
  const auto sequence = item.event.sequence;
  const auto lane = lane_of(item);
  window_.note_read(sequence);
  if (known_settled_.erase(sequence) > 0 || !is_for_us(item)) return;
  const auto before = known_set_aside_.extract(sequence);
  if (set_aside_.holds(lane) || window_.size_of(Window::Kind::fresh, lane) >= parts_.limits.lane) {
    set_aside_.append(lane, sequence);
    if (!before) newly_set_aside_.push_back(sequence);
    return;
  }
  if (before && before.mapped().next_attempt_at) {
    return set_aside_.put_front(lane, {sequence}, before.mapped().attempts, *before.mapped().next_attempt_at);
  }
  Window::Entry entry;
  entry.stored = !before.empty();
  entry.item = std::move(item);
  entry.may_share = parts_.renderer.may_share(entry.item);
  if (auto known = known_pending_.extract(sequence)) {
    entry.attempts = known.mapped().attempts;
    entry.not_before = known.mapped().next_attempt_at;
  }
  window_.add(std::move(entry));
}

Task<Result<void>> Runner::fill() {
  CO_TRY_VOID(co_await fill_replays());
  CO_TRY_VOID(co_await fill_set_aside());
  while (window_.size() < parts_.limits.window && window_.bytes() < parts_.limits.window_bytes &&
         set_aside_.size() < parts_.limits.set_aside) {
    // While the endpoint is down one event is enough to probe with.
    if (open_ && window_.size_of(Window::Kind::fresh) > 0) break;
    CO_TRY(auto items, co_await parts_.journal.read(subscription_.tenant, window_.read_position(), parts_.limits.page));
    for (auto& item : items) add(std::move(item));
    if (items.size() < parts_.limits.page) break;
    if (newly_set_aside_.size() < parts_.limits.window) continue;
    wake();  // first to disk with these
    break;
  }
  if (window_.cursor() != stored_cursor_ && window_.size() == 0) wake();  // the cursor passes over what is for others
  if (!newly_set_aside_.empty()) wake();
  co_return Result<void>();
}

/// Reads one event into the window. False when retention was faster.
Task<Result<bool>> Runner::fetch(std::uint64_t sequence, Window::Entry entry) {
  CO_TRY(auto items, co_await parts_.journal.read(subscription_.tenant, sequence - 1, 1));
  if (items.empty() || items.front().event.sequence != sequence) co_return false;
  entry.item = std::move(items.front());
  entry.may_share = parts_.renderer.may_share(entry.item);
  window_.add(std::move(entry));
  co_return true;
}

/// Events up to the cursor that are to be sent again: what a replay asked for. Never more than half of the window.
Task<Result<void>> Runner::fill_replays() {
  while (!known_pending_.empty() && known_pending_.begin()->first <= stored_cursor_ &&
         window_.size_of(Window::Kind::replay) < parts_.limits.window / 2) {
    const auto pending = known_pending_.begin()->second;
    Window::Entry entry;
    entry.attempts = pending.attempts;
    entry.not_before = pending.next_attempt_at;
    entry.kind = Window::Kind::replay;
    CO_TRY_VOID(co_await fetch(pending.sequence, std::move(entry)));
    known_pending_.erase(pending.sequence);
  }
  co_return Result<void>();
}

/// Conversations that are held up share half of the calls, or a quarter of the window where many events share a call. While the endpoint
/// is down, one of them is tried when there is nothing else to probe with.
std::vector<SetAside::Due> Runner::due_set_aside() {
  const auto now = parts_.clock.now();
  if (!open_) {
    const bool shared = parts_.renderer.sharing().most > 1;
    const auto most = std::max<std::size_t>(1, shared ? parts_.limits.window / 4 : parts_.limits.concurrency / 2);
    return set_aside_.start_due(now, most - std::min(most, window_.size_of(Window::Kind::set_aside)));
  }
  std::vector<SetAside::Due> due;
  const bool probe = now >= next_probe_ && window_.running() == 0 && window_.due(now).empty();
  const auto next = probe ? set_aside_.start_next(now) : std::nullopt;
  if (next) due.push_back(*next);
  return due;
}

Task<Result<void>> Runner::fill_set_aside() {
  auto due = due_set_aside();
  for (std::size_t i = 0; i < due.size(); ++i) {
    Window::Entry entry;
    entry.attempts = due[i].attempts;
    entry.early = due[i].early;
    entry.kind = Window::Kind::set_aside;
    auto there = co_await fetch(due[i].sequence, std::move(entry));
    if (!there) {
      for (; i < due.size(); ++i) set_aside_.give_back(due[i].lane);
      co_return there.error();
    }
    if (*there) continue;
    set_aside_.settle(due[i].lane, parts_.clock.now());
    wake();
  }
  co_return Result<void>();
}

}  // namespace wherry::webhooks
