#pragma once

#include <algorithm>
#include <vector>

#include "services/ports/webhook_store.h"

namespace wherry::test {

/// Subscriptions in memory; nothing is ever delivered.
class MemorySubscriptions final : public WebhookStore {
 public:
  std::vector<Subscription> subscriptions;
  Task<Result<Subscription>> add_subscription(Subscription subscription) override {
    subscriptions.push_back(subscription);
    co_return subscription;
  }
  Task<Result<std::vector<Subscription>>> list_subscriptions() override { co_return subscriptions; }
  Task<Result<void>> update_subscription(Subscription changed) override {
    for (auto& one : subscriptions) {
      if (one.id == changed.id) one = changed;
    }
    co_return Result<void>();
  }
  Task<Result<void>> remove_subscription(SubscriptionId id, Timestamp) override {
    std::erase_if(subscriptions, [&](const Subscription& one) { return one.id == id; });
    co_return Result<void>();
  }
  Task<Result<DeliveryProgress>> progress(SubscriptionId) override { co_return DeliveryProgress(); }
  Task<Result<void>> record(Subscription, std::vector<std::uint64_t>, std::vector<DeliveryOutcome>, std::uint64_t) override {
    co_return Result<void>();
  }
  Task<Result<void>> disable(Subscription, std::string, Timestamp) override { co_return Result<void>(); }
  Task<Result<std::vector<DeadLetter>>> dead_letters(SubscriptionId, std::uint64_t, std::uint32_t) override {
    co_return std::vector<DeadLetter>();
  }
  Task<Result<std::uint64_t>> replay(Subscription, Replay, Timestamp, milliseconds) override { co_return std::uint64_t{0}; }
  Task<Result<std::uint64_t>> forget_dropped() override { co_return std::uint64_t{0}; }
  Task<Result<DeliveryCounts>> counts(Subscription, bool) override { co_return DeliveryCounts(); }
};

}  // namespace wherry::test
