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
    for (auto at = after; at < items.size() && page.size() < limit; ++at) page.push_back(items[at]);
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
    item.event.at = item.event.recorded_at = at;
    item.event.body = "{}";
    items.push_back(std::move(item));
    return items.back();
  }
};

/// Progress of one subscription in memory, with every outcome it was told.
class MemoryWebhookStore final : public WebhookStore {
 public:
  explicit MemoryWebhookStore(MemoryJournal& journal) : journal_(journal) {}
  bool outage = false;
  DeliveryProgress state;
  std::vector<DeliveryOutcome> outcomes;
  std::vector<std::uint64_t> cursors;
  std::string disabled;
  std::optional<Timestamp> failing_since;

  /// Begins anew.
  void clear() {
    state = {};
    outcomes.clear();
    cursors.clear();
    rows_.clear();
  }
  /// What a restart would find.
  DeliveryProgress stored() const {
    DeliveryProgress found = state;
    for (const auto& [sequence, one] : rows_) found.set_aside.push_back(one);
    if (!cursors.empty()) found.cursor = cursors.back();
    for (const auto& one : outcomes) {
      const bool settled = one.state == DeliveryOutcome::State::acked || one.state == DeliveryOutcome::State::dead;
      if (settled && one.sequence > found.cursor) found.settled_beyond.insert(one.sequence);
    }
    return found;
  }

  Task<Result<Subscription>> add_subscription(Subscription subscription) override { co_return subscription; }
  Task<Result<std::vector<Subscription>>> list_subscriptions() override { co_return std::vector<Subscription>(); }
  Task<Result<void>> update_subscription(Subscription) override { co_return Result<void>(); }
  Task<Result<void>> remove_subscription(SubscriptionId, Timestamp) override { co_return Result<void>(); }
  Task<Result<DeliveryProgress>> progress(SubscriptionId) override {
    if (outage) co_return down();
    co_return stored();
  }
  Task<Result<void>> record(Subscription subscription, std::vector<std::uint64_t> set_aside, std::vector<DeliveryOutcome> told,
                            std::uint64_t cursor) override {
    if (outage) co_return down();
    for (const auto sequence : set_aside) rows_[sequence] = {lane_of(sequence), sequence, 0, std::nullopt};
    for (const auto& one : told) {
      if (one.state == DeliveryOutcome::State::set_aside)
        rows_[one.sequence] = {lane_of(one.sequence), one.sequence, one.attempt, one.next_attempt_at};
      else if (one.state != DeliveryOutcome::State::acked || one.attempt > 1 || one.was_set_aside) rows_.erase(one.sequence);
    }
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
  Task<Result<DeliveryCounts>> counts(Subscription, bool) override { co_return DeliveryCounts(); }

 private:
  static Error down() { return {ErrorCode::unavailable, "the store is down"}; }
  RawId lane_of(std::uint64_t sequence) const { return journal_.items[sequence - 1].event.conversation->raw; }

  MemoryJournal& journal_;
  std::map<std::uint64_t, SetAsideDelivery> rows_;
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

/// The body is the event's sequence number, or those of the statuses that share the call.
class NumberFormat final : public WebhookRenderer {
 public:
  CallSharing shares;

  std::vector<std::string> kinds() const override { return {}; }
  std::optional<WebhookCall> render(const Subscription& subscription, const Channel*, const JournalItem& item, Timestamp) const override {
    if (item.event.kind == "unsayable") return std::nullopt;
    return WebhookCall{subscription.url, {}, std::to_string(item.event.sequence), seconds(15)};
  }
  CallSharing sharing() const override { return shares; }
  bool may_share(const JournalItem& item) const override { return item.event.kind == "message.status"; }
  std::optional<WebhookCall> render_shared(const Subscription& subscription, std::span<const WebhookEvent> events,
                                           Timestamp) const override {
    std::string numbers;
    for (const auto& one : events) numbers += (numbers.empty() ? "" : " ") + std::to_string(one.item.event.sequence);
    return WebhookCall{subscription.url, {}, std::move(numbers), seconds(15)};
  }
};

}  // namespace wherry::test
