// What waited for a connection, to the connections.
#include <algorithm>
#include <unordered_set>

#include "services/live/live_tenant.h"

namespace wherry {

void LiveTenant::drain() {
  drain_wanted_ = true;
  group_.spawn(executor_, run_drain(), "live_drain");
}

Task<void> LiveTenant::run_drain() {
  if (draining_ || !loaded_) co_return;
  draining_ = true;
  backlog_end_ = window_.read_position();
  bool more = drain_wanted_.exchange(false);
  while (more && !stopping_) {
    auto one = co_await drain_one();
    note_store(one ? Result<void>() : Result<void>(one.error()));
    auto wait = !one || *one == Drained::not_yet ? pause : milliseconds(0);
    if (one && *one == Drained::backlog) wait = LiveDispatch::drain_pace;
    if (wait > milliseconds(0)) {
      co_await parts_.clock.sleep_for(wait);
    }
    more = !one || *one != Drained::nothing || drain_wanted_.exchange(false);
  }
  draining_ = false;
}

Task<Result<LiveTenant::Drained>> LiveTenant::drain_one() {
  const auto open = parts_.sockets.user_scoped(tenant_);
  forget_closed(open);
  for (const auto& socket : open) {
    if (is_up_to_date(socket)) continue;
    CO_TRY(const auto drained, co_await drain_one_to(socket));
    if (drained != Drained::nothing) co_return drained;
  }
  co_return Drained::nothing;
}

void LiveTenant::forget_closed(const std::vector<LiveSocketPtr>& open) {
  if (up_to_date_.empty()) return;
  std::unordered_set<std::string_view> ids;
  for (const auto& socket : open) ids.insert(socket->id);
  std::erase_if(up_to_date_, [&](const std::string& id) { return !ids.contains(id); });
}

/// When nothing is queued for it, the socket gets messages live from then on.
Task<Result<LiveTenant::Drained>> LiveTenant::drain_one_to(LiveSocketPtr socket) {
  const auto generation = queue_generation_;
  const auto not_before = parts_.clock.now() - LiveStore::queue_lifetime;
  CO_TRY(auto item, co_await parts_.store.next_queued(tenant_, socket->channel, not_before));
  if (!item) {
    const bool settled = generation == queue_generation_ && to_queue_.empty() && queueing_ == 0;
    if (settled) up_to_date_.insert(socket->id);  // otherwise the commit that queues it wants another drain
    co_return Drained::nothing;
  }
  const bool pending = item->inbound && item->inbound->file == InboundView::File::pending;
  if (pending && parts_.clock.now() < item->event.at + file_patience) co_return Drained::not_yet;
  const auto channel = item->event.channel ? parts_.channels.find(*item->event.channel) : nullptr;
  auto frame = parts_.render(channel.get(), *item);
  auto written = co_await socket->write(std::move(frame));
  if (!written) co_return Drained::backlog;  // it stays queued for the next connection
  CO_TRY_VOID(co_await parts_.store.unqueue(tenant_, item->event.sequence));
  ++counters_.drained;
  co_return item->event.sequence <= backlog_end_ ? Drained::backlog : Drained::recent;
}

}  // namespace wherry
