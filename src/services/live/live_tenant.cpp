#include "services/live/live_tenant.h"

#include <algorithm>

#include "base/log.h"

namespace wherry {

namespace {
constexpr std::uint32_t page = 128;
}  // namespace

LiveTenant::LiveTenant(const LiveDispatch::Parts& parts, LiveCounters& counters, TenantId tenant, Executor executor)
    : parts_(parts), counters_(counters), tenant_(tenant), executor_(executor) {}

void LiveTenant::start() { group_.spawn(executor_, listen(), "live_listen"); }

Task<void> LiveTenant::stop() {
  stopping_ = true;
  co_await group_.stop();
}

Task<void> LiveTenant::listen() {
  constexpr milliseconds long_enough = seconds(30);
  while (!stopping_ && !parts_.received.closed()) {
    const auto seen = parts_.received.generation(tenant_);
    wake();
    co_await parts_.received.wait(tenant_, seen, long_enough);
  }
}

void LiveTenant::wake() {
  if (stopping_ || wanted_.exchange(true)) return;
  group_.spawn(executor_, pump(), "live_pump");
}

void LiveTenant::wake_at(Timestamp at) {
  if (armed_for_ && *armed_for_ <= at) return;
  armed_for_ = at;
  group_.spawn(executor_, wait_and_wake(at), "live_timer");
}

Task<void> LiveTenant::wait_and_wake(Timestamp at) {
  const auto wait = std::max(at - parts_.clock.now(), milliseconds(0));
  co_await parts_.clock.sleep_for(wait);
  if (armed_for_ == at) armed_for_.reset();
  wake();
}

Task<void> LiveTenant::pump() {
  if (pumping_) co_return;  // wanted_ stays set: the running pump goes round again
  pumping_ = true;
  while (!stopping_ && wanted_.exchange(false)) {
    auto done = co_await step();
    note_store(done);
    if (!done) wake_at(parts_.clock.now() + pause);
  }
  pumping_ = false;
}

/// An outage is one line when it begins and one when it ends, however long it lasts.
void LiveTenant::note_store(const Result<void>& done) {
  if (std::exchange(store_failing_, !done) == !done) return;
  if (!done) log::warn("live_store_failed", {{"tenant", tenant_.text()}, {"error", to_string(done.error().code)}});
  else log::info("live_store_recovered", {{"tenant", tenant_.text()}});
}

Task<Result<void>> LiveTenant::step() {
  if (!loaded_) {
    CO_TRY(stored_cursor_, co_await parts_.store.live_cursor(tenant_));
    window_ = webhooks::Window(stored_cursor_);
    loaded_ = true;
    drain();  // somebody may be connected already
  }
  CO_TRY_VOID(co_await commit());
  if (nobody_listens()) co_return co_await queue_all();
  CO_TRY_VOID(co_await fill());
  start_due();
  co_return Result<void>();
}

/// Nothing is under way either: then messages go into the queue without being looked at one by one.
bool LiveTenant::nobody_listens() const {
  return window_.size() == 0 && to_queue_.empty() && !parts_.sockets.any(tenant_) && !parts_.taken_by_webhook(tenant_, std::nullopt);
}

Task<Result<void>> LiveTenant::queue_all() {
  const auto now = parts_.clock.now();
  if (now < next_queueing_) {
    wake_at(next_queueing_);
    co_return Result<void>();
  }
  ++queueing_;
  ++queue_generation_;
  const auto not_before = now - LiveStore::queue_lifetime;
  auto done = co_await parts_.store.queue_all(tenant_, stored_cursor_, not_before);
  --queueing_;
  if (!done) co_return done.error();
  if (done->cursor == stored_cursor_) co_return Result<void>();
  next_queueing_ = now + queue_pace;
  stored_cursor_ = done->cursor;
  window_.note_read(stored_cursor_);
  counters_.queued += done->queued;
  counters_.dropped += done->dropped;
  wake_at(next_queueing_);  // there may be more
  if (done->queued > 0) drain();  // for one who connected meanwhile
  co_return Result<void>();
}

Task<Result<void>> LiveTenant::commit() {
  const auto cursor = window_.cursor();
  if (cursor == stored_cursor_ && to_queue_.empty()) co_return Result<void>();
  auto queued = std::exchange(to_queue_, {});
  queueing_ = queued.size();
  auto stored = co_await parts_.store.record_live(tenant_, cursor, queued);
  queueing_ = 0;
  if (!stored) {
    to_queue_.insert(to_queue_.begin(), queued.begin(), queued.end());
    co_return stored.error();
  }
  stored_cursor_ = cursor;
  counters_.queued += queued.size();
  counters_.dropped += *stored;
  if (!queued.empty()) drain();  // for one who connected meanwhile
  co_return Result<void>();
}

bool LiveTenant::is_for_sockets(const JournalItem& item) const {
  if (!item.inbound || !item.event.channel || !item.event.conversation) return false;
  if (item.event.at + LiveStore::queue_lifetime <= parts_.clock.now()) return false;
  return !parts_.taken_by_webhook(tenant_, *item.event.channel);
}

Task<Result<void>> LiveTenant::fill() {
  while (window_.size() < window) {
    CO_TRY(auto found, co_await parts_.journal.read_received(tenant_, window_.read_position(), page));
    for (auto& item : found.items) {
      if (!is_for_sockets(item)) continue;
      webhooks::Window::Entry entry;
      entry.item = std::move(item);
      window_.add(std::move(entry));
    }
    window_.note_read(found.read_to);
    if (found.items.size() < page) break;
  }
  if (window_.size() == 0 && window_.cursor() != stored_cursor_) wake();  // the cursor passes over what is for others
  co_return Result<void>();
}

void LiveTenant::start_due() {
  const auto now = parts_.clock.now();
  const auto room = concurrency - std::min(concurrency, window_.running());
  auto due = window_.due(now);
  if (due.size() > room) due.resize(room);
  for (const auto sequence : due) {
    window_.start(sequence);
    group_.spawn(executor_, deliver(sequence), "live_delivery");
  }
  if (const auto next = window_.next_due(now)) wake_at(*next);
}

/// A message's file may still be on its way: false while it is worth waiting for.
Task<Result<bool>> LiveTenant::file_is_ready(std::uint64_t sequence) {
  const auto* entry = window_.find(sequence);
  if (entry->item.inbound->file != InboundView::File::pending) co_return true;
  CO_TRY(auto items, co_await parts_.journal.read(tenant_, sequence - 1, 1));
  auto* again = window_.find(sequence);
  if (items.empty() || items.front().event.sequence != sequence || !items.front().inbound) co_return true;
  again->item = std::move(items.front());
  const bool pending = again->item.inbound->file == InboundView::File::pending;
  co_return !pending || parts_.clock.now() >= again->item.event.at + file_patience;
}

Task<void> LiveTenant::deliver(std::uint64_t sequence) {
  auto ready = co_await file_is_ready(sequence);
  if (!ready || !*ready) {
    window_.postpone(sequence, 0, parts_.clock.now() + pause);
    wake();
    co_return;
  }
  const auto& item = window_.find(sequence)->item;
  const auto of = *item.event.channel;
  auto audience = parts_.sockets.audience(tenant_, *item.event.channel, *item.event.conversation);
  // The oldest connection is given the queue first, and what comes meanwhile behind it.
  const bool behind_the_queue = !audience.user_scoped.empty() && !is_up_to_date(audience.user_scoped.front());
  if (behind_the_queue) audience.user_scoped.erase(audience.user_scoped.begin());
  const auto channel = parts_.channels.find(*item.event.channel);
  bool delivered = false;
  if (!audience.empty()) {
    auto frame = parts_.render(channel.get(), item);
    delivered = co_await hand_out(std::move(audience), std::move(frame));
  }
  if (stopping_) co_return;
  if (delivered) ++counters_.delivered;
  if (!delivered || behind_the_queue) queue(sequence, of);
  window_.settle(sequence);
  wake();
}

/// Whether it is sure that somebody got it: the first of them, whose slowness holds up none of the others.
Task<bool> LiveTenant::hand_out(LiveSockets::Audience audience, std::string frame) {
  auto sockets = std::move(audience.user_scoped);
  sockets.insert(sockets.end(), audience.conversation_scoped.begin(), audience.conversation_scoped.end());
  for (std::size_t i = 1; i < sockets.size(); ++i) (void)sockets[i]->send(frame);  // too slow ones are cut off
  auto written = co_await sockets.front()->write(std::move(frame));
  co_return written.has_value();
}

/// Whoever would get it is no longer up to date until it is handed out.
void LiveTenant::queue(std::uint64_t sequence, ChannelId channel) {
  ++queue_generation_;
  for (const auto& socket : parts_.sockets.user_scoped(tenant_)) {
    if (socket->channel.value_or(channel) == channel) up_to_date_.erase(socket->id);
  }
  to_queue_.push_back(sequence);
}

}  // namespace wherry
