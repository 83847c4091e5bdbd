#pragma once

#include "api/magpipe/routes.h"
#include "api/magpipe/webhook_format.h"
#include "tests/support/door_world.h"
#include "tests/support/memory_subscriptions.h"
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
  Task<Result<std::vector<HistoryItem>>> chat(ChatFilter filter) override {
    if (outage) co_return Error{ErrorCode::unavailable, "the store is down"};
    std::vector<HistoryItem> found;
    for (const auto& item : all()) {
      const bool fits = filter.tenant == owner && item.conversation == filter.conversation &&
                        (!filter.before || item.id < *filter.before) && (!filter.since || item.at >= *filter.since);
      if (fits && found.size() < filter.limit) found.push_back(item);
    }
    co_return found;
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

/// The Magpipe door, with a key of the first tenant.
class MagpipeWorld : public DoorWorld {
 public:
  MagpipeWorld() {
    history.owner = tenant;
    key = key_with({});
    foreign_channel = add_channel(other_tenant, "1002");
    add_door({"4711", Secret("hush")});
  }
  /// Adds the door, or puts one with another app in its place.
  void add_door(MetaApp app) {
    router = http::Router();
    api::magpipe::add_magpipe_routes(router, {access, channels, accounts, outbox, media, history, templates, webhooks, clock,
                                              std::move(app), "https://wherry.example.org"});
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
  Webhooks webhooks{{subscriptions,
                     journal,
                     feed,
                     access_store,
                     channels,
                     endpoint,
                     {&format, &format, &format, &format, &format, &format, &format},
                     clock,
                     {}}};
  ChannelPtr foreign_channel;
  std::string key;
};

}  // namespace wherry::test
