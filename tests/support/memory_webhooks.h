#pragma once

#include <deque>
#include <functional>
#include <map>

#include "base/completion.h"
#include "services/ports/webhook_endpoint.h"

namespace wherry::test {

/// A journal of one tenant in memory.
class MemoryJournal final : public JournalStore {
 public:
  std::vector<JournalItem> items;
  bool outage = false;
  int reads = 0;

  Task<Result<std::vector<JournalItem>>> read(TenantId, std::uint64_t after, std::uint32_t limit) override {
    ++reads;
    if (outage) co_return Error{ErrorCode::unavailable, "the store is down"};
    std::vector<JournalItem> page;
    for (const auto& item : items) {
      if (item.event.sequence > after && page.size() < limit) page.push_back(item);
    }
    co_return page;
  }
  Task<Result<ReceivedPage>> read_received(TenantId, std::uint64_t after, std::uint32_t limit) override {
    if (outage) co_return Error{ErrorCode::unavailable, "the store is down"};
    ReceivedPage page{{}, after};
    for (const auto& item : items) {
      if (item.event.sequence <= after || page.items.size() == limit) continue;
      page.read_to = item.event.sequence;
      if (item.event.kind == "message.received") page.items.push_back(item);
    }
    co_return page;
  }
  Task<Result<std::uint64_t>> last(TenantId) override { co_return items.empty() ? 0 : items.back().event.sequence; }

  JournalItem& add(TenantId tenant, ConversationId conversation, std::string kind = "message.sent", Timestamp at = {}) {
    JournalItem item;
    item.event.sequence = items.size() + 1;
    item.event.tenant = tenant;
    item.event.kind = std::move(kind);
    item.event.conversation = conversation;
    item.event.at = at;
    item.event.body = "{}";
    items.push_back(std::move(item));
    return items.back();
  }
};

/// Progress of one subscription in memory, with every outcome it was told.
class MemoryWebhookStore final : public WebhookStore {
 public:
  bool outage = false;
  DeliveryProgress state;
  std::vector<DeliveryOutcome> outcomes;
  std::vector<std::uint64_t> cursors;
  std::string disabled;
  std::optional<Timestamp> failing_since;

  Task<Result<Subscription>> add_subscription(Subscription subscription) override { co_return subscription; }
  Task<Result<std::vector<Subscription>>> list_subscriptions() override { co_return std::vector<Subscription>(); }
  Task<Result<void>> update_subscription(Subscription) override { co_return Result<void>(); }
  Task<Result<void>> remove_subscription(SubscriptionId, Timestamp) override { co_return Result<void>(); }
  Task<Result<DeliveryProgress>> progress(SubscriptionId) override {
    if (outage) co_return down();
    co_return state;
  }
  Task<Result<void>> record(Subscription subscription, std::vector<DeliveryOutcome> told, std::uint64_t cursor) override {
    if (outage) co_return down();
    outcomes.insert(outcomes.end(), told.begin(), told.end());
    cursors.push_back(cursor);
    failing_since = subscription.failing_since;
    co_return Result<void>();
  }
  Task<Result<void>> disable(Subscription, std::string reason, Timestamp) override {
    disabled = std::move(reason);
    co_return Result<void>();
  }
  Task<Result<std::vector<DeadLetter>>> dead_letters(SubscriptionId, std::uint64_t, std::uint32_t) override {
    co_return std::vector<DeadLetter>();
  }
  Task<Result<std::uint64_t>> replay(Subscription, Replay, Timestamp, milliseconds) override { co_return std::uint64_t{0}; }
  Task<Result<std::uint64_t>> forget_dropped() override { co_return std::uint64_t{0}; }
  Task<Result<DeliveryCounts>> counts(Subscription) override { co_return DeliveryCounts(); }

 private:
  static Error down() { return {ErrorCode::unavailable, "the store is down"}; }
};

/// An endpoint: answers what `answer` says, 200 without it; can hold calls back.
class ScriptedEndpoint final : public WebhookSender {
 public:
  std::vector<std::string> bodies;  ///< of the calls, in order
  std::function<WebhookAnswer(const WebhookCall&)> answer;
  bool hold = false;
  int running = 0, most = 0;
  std::vector<Completion<int>> waiting;

  Task<WebhookAnswer> post(WebhookCall call) override {
    bodies.push_back(call.body);
    most = std::max(most, ++running);
    if (hold) {
      auto wait = [this](Completion<int> waiter) { waiting.push_back(std::move(waiter)); };
      co_await await_completion<int>(wait);
    }
    --running;
    co_return answer ? answer(call) : WebhookAnswer{200, {}, {}};
  }
  void release_all() {
    for (auto& waiter : std::exchange(waiting, {})) waiter.complete(0);
  }
};

/// The body is the event's sequence number.
class NumberFormat final : public WebhookRenderer {
 public:
  std::vector<std::string> kinds() const override { return {}; }
  std::optional<WebhookCall> render(const Subscription& subscription, const Channel*, const JournalItem& item, Timestamp) const override {
    if (item.event.kind == "unsayable") return std::nullopt;
    return WebhookCall{subscription.url, {}, std::to_string(item.event.sequence), seconds(15)};
  }
};

}  // namespace wherry::test
