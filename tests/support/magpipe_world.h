#pragma once

#include "api/magpipe/routes.h"
#include "api/magpipe/webhook_format.h"
#include "tests/support/door_world.h"
#include "tests/support/memory_webhooks.h"
#include "tests/support/scripted_accounts.h"

namespace wherry::test {

/// Messages that a test puts in, and those that were sent.
class MemoryHistory final : public MessageHistory {
 public:
  explicit MemoryHistory(MemoryMessageStore& messages) : messages_(messages) {}
  std::vector<HistoryItem> received;
  TenantId owner;
  bool outage = false;
  std::optional<HistoryFilter> asked;  ///< the last list

  Task<Result<HistoryPage>> list(HistoryFilter filter) override {
    if (outage) co_return Error{ErrorCode::unavailable, "the store is down"};
    asked = filter;
    HistoryPage page;
    for (const auto& item : all()) {
      const bool fits = filter.tenant == owner && (!filter.direction || item.direction == *filter.direction) &&
                        (!filter.conversation || item.conversation == *filter.conversation);
      if (!fits || page.total++ < filter.offset || page.items.size() == filter.limit) continue;
      page.items.push_back(item);
    }
    co_return page;
  }
  Task<Result<std::optional<HistoryItem>>> find(TenantId tenant, MessageId id) override {
    co_return first(tenant, [&](const HistoryItem& item) { return item.id == id; });
  }
  Task<Result<std::optional<HistoryItem>>> find_sent(TenantId tenant, std::string wamid) override {
    co_return first(tenant, [&](const HistoryItem& item) { return item.wamid == wamid; });
  }

 private:
  template <class Fits>
  Result<std::optional<HistoryItem>> first(TenantId tenant, Fits fits) const {
    if (outage) return Error{ErrorCode::unavailable, "the store is down"};
    for (const auto& item : all()) {
      if (tenant == owner && fits(item)) return std::optional(item);
    }
    return std::optional<HistoryItem>();
  }
  std::vector<HistoryItem> all() const {
    auto items = received;
    for (const auto& [id, message] : messages_.messages) {
      HistoryItem item;
      item.id = id;
      item.channel = message.channel;
      item.conversation = message.conversation;
      item.contact = messages_.conversations.at(message.conversation).identity;
      item.wamid = message.wamid;
      item.at = message.created_at;
      item.content = message.content;
      item.state = message.state;
      item.error = message.error;
      items.push_back(std::move(item));
    }
    std::sort(items.begin(), items.end(), [](const auto& a, const auto& b) { return a.id > b.id; });
    return items;
  }
  MemoryMessageStore& messages_;
};

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

/// The Magpipe door, with a key of the first tenant.
class MagpipeWorld : public DoorWorld {
 public:
  MagpipeWorld() {
    history.owner = tenant;
    key = key_with({});
    foreign_channel = add_channel(other_tenant, "1002");
    api::magpipe::add_magpipe_routes(router,
                                     {access, channels, accounts, outbox, media, history, webhooks, clock, "https://wherry.example.org"});
  }
  std::string key_with(Scopes scopes) {
    NewKey wanted;
    wanted.tenant = tenant;
    wanted.style = "magpipe";
    wanted.label = "shop";
    wanted.scopes = scopes;
    return make_key(std::move(wanted));
  }

  MemoryHistory history{messages};
  ScriptedAccounts accounts;
  MemorySubscriptions subscriptions;
  MemoryJournal journal;
  JournalFeed feed{clock};
  ScriptedEndpoint endpoint;
  api::magpipe::MagpipeWebhookFormat format;
  Webhooks webhooks{
      {subscriptions, journal, feed, access_store, channels, endpoint, {&format, &format, &format, &format, &format}, clock, {}}};
  ChannelPtr foreign_channel;
  std::string key;
};

}  // namespace wherry::test
