#pragma once

#include <gtest/gtest.h>

#include <map>

#include "base/completion.h"
#include "services/live/dispatch.h"
#include "tests/support/memory_access_store.h"
#include "tests/support/memory_webhooks.h"
#include "tests/support/run.h"
#include "tests/support/test_channel.h"

namespace wherry::test {

/// What waits for sockets, in memory.
class MemoryLiveStore final : public LiveStore {
 public:
  explicit MemoryLiveStore(MemoryJournal& journal) : journal_(journal) {}
  std::uint64_t cursor = 0;
  std::map<Timestamp, std::vector<std::uint64_t>> queue;  ///< by the message's time
  bool outage = false, hold_range = false;
  int ranges = 0;
  Completion<int> held;

  std::vector<std::uint64_t> queued() const {
    std::vector<std::uint64_t> all;
    for (const auto& [at, some] : queue) all.insert(all.end(), some.begin(), some.end());
    return all;
  }
  Task<Result<std::uint64_t>> live_cursor(TenantId) override { co_return cursor; }
  Task<Result<std::uint64_t>> record_live(TenantId, std::uint64_t to, std::vector<std::uint64_t> some) override {
    if (outage) co_return Error{ErrorCode::unavailable, "the store is down"};
    cursor = to;
    for (const auto sequence : some) queue[journal_.items[sequence - 1].inbound->at].push_back(sequence);
    co_return std::uint64_t{0};
  }
  Task<Result<QueuedRange>> queue_all(TenantId, std::uint64_t from, Timestamp not_before) override {
    if (outage) co_return Error{ErrorCode::unavailable, "the store is down"};
    ++ranges;
    if (hold_range) {
      auto wait = [this](Completion<int> waiter) { held = std::move(waiter); };
      co_await await_completion<int>(wait);
    }
    QueuedRange range{std::max<std::uint64_t>(from, journal_.items.size()), 0, 0};
    for (auto at = from; at < range.cursor; ++at) {
      const auto& item = journal_.items[at];
      if (!item.inbound || item.event.at <= not_before) continue;
      queue[item.inbound->at].push_back(at + 1);
      ++range.queued;
    }
    cursor = range.cursor;
    co_return range;
  }
  Task<Result<std::optional<JournalItem>>> next_queued(TenantId, std::optional<ChannelId> channel, Timestamp not_before) override {
    for (const auto sequence : queued()) {
      const auto& item = journal_.items[sequence - 1];
      if (channel && item.event.channel != channel) continue;
      if (item.inbound->at > not_before) co_return std::optional(item);
    }
    co_return std::optional<JournalItem>();
  }
  Task<Result<void>> unqueue(TenantId, std::uint64_t sequence) override {
    for (auto& [at, some] : queue) std::erase(some, sequence);
    co_return Result<void>();
  }
  Task<Result<std::uint64_t>> expire_queue(Timestamp) override { co_return std::uint64_t{0}; }

 private:
  MemoryJournal& journal_;
};

/// One tenant whose customers write and whose application connects, on a clock that a test moves.
class LiveWorld : public testing::Test {
 protected:
  LiveWorld() {
    tenant_ = Tenant{TenantId::make(test_now), "acme", test_now};
    access_.tenants.push_back(tenant_);
    dispatch_.emplace(LiveDispatch::Parts{store_, journal_, feed_, access_, channels_, sockets_, clock_,
                                          [](const Channel*, const JournalItem& item) { return item.inbound->text; },
                                          [this](TenantId, std::optional<ChannelId>) { return webhook_; }});
  }
  ~LiveWorld() override {
    feed_.close();
    bool stopped = false;
    boost::asio::co_spawn(io_, dispatch_->stop(), [&](std::exception_ptr) { stopped = true; });
    settle();
    EXPECT_TRUE(stopped);
  }

  void start() {
    ASSERT_TRUE(run(io_, ready()));
    settle();
  }
  Task<Result<void>> ready() {
    auto executor = io_.get_executor();
    std::vector<Executor> executors{executor};
    co_return co_await dispatch_->start(std::move(executors));
  }
  void settle() {
    io_.restart();
    io_.poll();
  }
  void pass(milliseconds time) {
    for (milliseconds passed{0}; passed < time; passed += milliseconds(250)) {
      clock_.advance(milliseconds(250));
      settle();
    }
  }
  InboundView& write(std::string text, std::optional<ConversationId> conversation = std::nullopt) {
    auto& item = journal_.add(tenant_.id, conversation.value_or(anna_), "message.received", clock_.now());
    item.event.channel = number_;
    auto& message = item.inbound.emplace();
    message.text = std::move(text);
    message.at = clock_.now() + milliseconds(static_cast<int>(journal_.items.size()));
    feed_.notify(tenant_.id);
    return message;
  }
  struct Client {
    std::vector<std::string> frames;
    bool broken = false;
    LiveSocketPtr socket;
  };
  std::shared_ptr<Client> connect(std::optional<ConversationId> conversation = std::nullopt,
                                  std::optional<ChannelId> channel = std::nullopt) {
    auto& client = clients_.emplace_back(std::make_shared<Client>());
    auto* const its = client.get();
    LiveSocket socket{LiveSockets::make_id(), tenant_.id, KeyId{}, conversation, channel, {}, {}, {}, io_.get_executor()};
    socket.write = [its](std::string frame) -> Task<Result<void>> {
      if (its->broken) co_return Error{ErrorCode::cancelled, "closed"};
      its->frames.push_back(std::move(frame));
      co_return Result<void>();
    };
    socket.send = [its](std::string frame) -> Result<void> {
      if (its->broken) return Error{ErrorCode::cancelled, "closed"};
      its->frames.push_back(std::move(frame));
      return {};
    };
    client->socket = sockets_.add(std::move(socket));
    settle();
    return client;
  }
  using Frames = std::vector<std::string>;

  boost::asio::io_context io_{1};
  VirtualClock clock_{test_now};
  MemoryAccessStore access_;
  Channels channels_{access_, access_, clock_, "https://graph.facebook.com", "v23.0"};
  JournalFeed feed_{clock_};
  MemoryJournal journal_;
  MemoryLiveStore store_{journal_};
  LiveSockets sockets_;
  Tenant tenant_;
  ChannelId number_ = ChannelId::make(test_now);
  ConversationId anna_ = ConversationId::make(test_now), ben_ = ConversationId::make(test_now);
  bool webhook_ = false;
  std::vector<std::shared_ptr<Client>> clients_;  // shared with the test
  std::optional<LiveDispatch> dispatch_;
};

}  // namespace wherry::test
