#include "services/live/dispatch.h"

#include "services/live/live_tenant.h"

namespace wherry {

LiveDispatch::LiveDispatch(Parts parts) : parts_(std::move(parts)) {}
LiveDispatch::~LiveDispatch() = default;

/// nullptr before start() and after stop().
std::shared_ptr<LiveTenant> LiveDispatch::tenant(TenantId id) {
  std::lock_guard lock(mutex_);
  if (stopping_ || executors_.empty()) return nullptr;
  auto& place = tenants_[id];
  if (!place) {
    place = std::make_shared<LiveTenant>(parts_, counters_, id, executors_[next_executor_++ % executors_.size()]);
    place->start();
  }
  return place;
}

Task<Result<void>> LiveDispatch::start(std::vector<Executor> executors) {
  {
    std::lock_guard lock(mutex_);
    executors_ = std::move(executors);
  }
  parts_.sockets.on_user_connect([this](const LiveSocketPtr& socket) {
    if (auto own = tenant(socket->tenant)) own->drain();
  });
  co_return co_await sweep();
}

Task<Result<void>> LiveDispatch::sweep() {
  CO_TRY(auto tenants, co_await parts_.access.list_tenants());
  for (const auto& one : tenants) tenant(one.id);
  const auto before = parts_.clock.now() - LiveStore::queue_lifetime;
  CO_TRY(const auto expired, co_await parts_.store.expire_queue(before));
  counters_.dropped += expired;
  co_return Result<void>();
}

Task<void> LiveDispatch::stop() {
  std::vector<std::shared_ptr<LiveTenant>> running;
  {
    std::lock_guard lock(mutex_);
    stopping_ = true;
    for (auto& [id, one] : tenants_) running.push_back(one);
  }
  for (auto& one : running) {
    co_await one->stop();
  }
}

}  // namespace wherry
