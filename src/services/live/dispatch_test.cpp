#include "services/live/dispatch.h"

#include <gtest/gtest.h>

#include <map>

#include "tests/support/memory_access_store.h"
#include "tests/support/memory_webhooks.h"
#include "tests/support/run.h"
#include "tests/support/test_channel.h"

namespace wherry {
namespace {

using namespace std::chrono_literals;
using test::test_now;

class MemoryLiveStore final : public LiveStore {
 public:
  explicit MemoryLiveStore(test::MemoryJournal& journal) : journal_(journal) {}
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
  test::MemoryJournal& journal_;
};

class LiveDispatchTest : public testing::Test {
 protected:
  LiveDispatchTest() {
    tenant_ = Tenant{TenantId::make(test_now), "acme", test_now};
    access_.tenants.push_back(tenant_);
    dispatch_.emplace(LiveDispatch::Parts{store_, journal_, feed_, access_, channels_, sockets_, clock_,
                                          [](const Channel*, const JournalItem& item) { return item.inbound->text; },
                                          [this](TenantId, std::optional<ChannelId>) { return webhook_; }});
  }
  ~LiveDispatchTest() override {
    feed_.close();
    bool stopped = false;
    boost::asio::co_spawn(io_, dispatch_->stop(), [&](std::exception_ptr) { stopped = true; });
    settle();
    EXPECT_TRUE(stopped);
  }

  void start() {
    ASSERT_TRUE(test::run(io_, ready()));
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
    for (milliseconds passed{0}; passed < time; passed += 250ms) {
      clock_.advance(250ms);
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
    LiveSocket socket{LiveSockets::make_id(), tenant_.id, conversation, channel, {}, {}, io_.get_executor()};
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
  test::MemoryAccessStore access_;
  Channels channels_{access_, access_, clock_, "https://graph.facebook.com", "v23.0"};
  JournalFeed feed_{clock_};
  test::MemoryJournal journal_;
  MemoryLiveStore store_{journal_};
  LiveSockets sockets_;
  Tenant tenant_;
  ChannelId number_ = ChannelId::make(test_now);
  ConversationId anna_ = ConversationId::make(test_now), ben_ = ConversationId::make(test_now);
  bool webhook_ = false;
  std::vector<std::shared_ptr<Client>> clients_;  // shared with the test
  std::optional<LiveDispatch> dispatch_;
};

TEST_F(LiveDispatchTest, EveryUserScopedConnectionGetsEveryMessageLive) {
  start();
  auto first = connect();
  auto second = connect();
  auto elsewhere = connect(std::nullopt, ChannelId::make(test_now));
  write("one");
  write("two");
  settle();

  EXPECT_EQ(first->frames, (Frames{"one", "two"}));
  EXPECT_EQ(second->frames, (Frames{"one", "two"}));
  EXPECT_TRUE(elsewhere->frames.empty());
  EXPECT_TRUE(store_.queued().empty());
  EXPECT_EQ(store_.cursor, 2u);
}

TEST_F(LiveDispatchTest, ABrokenFirstConnectionTakesNothingFromTheOthersAndTheMessageWaits) {
  start();
  auto first = connect();
  auto second = connect();
  first->broken = true;
  write("one");
  settle();

  EXPECT_EQ(second->frames, Frames{"one"});
  EXPECT_EQ(store_.queued(), std::vector<std::uint64_t>{1}) << "only the first one's write would have proved that it arrived";
}

TEST_F(LiveDispatchTest, WithNobodyThereMessagesWaitAndTheFirstUserScopedConnectionGetsThemAtThePace) {
  start();
  for (const auto* text : {"one", "two", "three"}) write(text);
  settle();
  EXPECT_EQ(store_.queued().size(), 3u);

  auto first = connect();
  auto second = connect();
  EXPECT_EQ(first->frames, Frames{"one"});
  pass(500ms);
  EXPECT_EQ(first->frames, Frames{"one"});
  pass(250ms);
  EXPECT_EQ(first->frames, (Frames{"one", "two"}));
  pass(3s);

  EXPECT_EQ(first->frames, (Frames{"one", "two", "three"}));
  EXPECT_TRUE(second->frames.empty());
  EXPECT_TRUE(store_.queued().empty());
}

TEST_F(LiveDispatchTest, WhatComesDuringADrainIsBehindTheBacklogThereAndLiveElsewhere) {
  start();
  write("one");
  write("two");
  settle();
  auto first = connect();
  auto second = connect();
  write("three");
  settle();
  EXPECT_EQ(first->frames, Frames{"one"});
  EXPECT_EQ(second->frames, Frames{"three"});
  pass(5s);

  EXPECT_EQ(first->frames, (Frames{"one", "two", "three"}));
  EXPECT_EQ(second->frames, Frames{"three"});
  write("four");
  settle();
  EXPECT_EQ(first->frames.back(), "four") << "live again, without the pace";
}

TEST_F(LiveDispatchTest, WithNobodyThereTheQueueIsWrittenAFewTimesASecondHoweverManyCome) {
  start();
  for (int i = 0; i < 100; ++i) {
    write(std::to_string(i));
    clock_.advance(5ms);
    settle();
  }
  pass(500ms);

  EXPECT_EQ(store_.queued().size(), 100u);
  EXPECT_LE(store_.ranges, 6);
  EXPECT_EQ(dispatch_->counters().queued, 100u);
}

TEST_F(LiveDispatchTest, AMessageThatWaitsInTheQueueIsHandedOutWithItsFile) {
  start();
  write("picture").file = InboundView::File::pending;
  settle();
  auto client = connect();
  pass(10s);
  EXPECT_TRUE(client->frames.empty());

  journal_.items[0].inbound->file = InboundView::File::available;
  pass(1s);
  EXPECT_EQ(client->frames, Frames{"picture"});

  sockets_.remove(client->socket);
  settle();
  write("lost picture").file = InboundView::File::pending;
  pass(1s);
  auto again = connect();
  pass(61s);
  EXPECT_EQ(again->frames, Frames{"lost picture"}) << "not for ever";
}

// A connection that opens while the queue is written must not be told anything live before what is in it.
TEST_F(LiveDispatchTest, ARangeOnItsWayIntoTheQueueIsNotOvertaken) {
  start();
  store_.hold_range = true;
  write("one");
  settle();
  auto client = connect();
  write("two");
  settle();
  EXPECT_TRUE(client->frames.empty());
  store_.hold_range = false;
  store_.held.complete(0);
  pass(5s);

  EXPECT_EQ(client->frames, (Frames{"one", "two"}));
  EXPECT_TRUE(store_.queued().empty());
}

// A connection that opens between a message and its place in the queue: the next message must not overtake.
TEST_F(LiveDispatchTest, WhatIsOnItsWayIntoTheQueueIsNotOvertaken) {
  start();
  auto broken = connect();
  broken->broken = true;
  store_.outage = true;
  write("one");
  settle();
  sockets_.remove(broken->socket);
  auto client = connect();
  write("two");
  settle();
  EXPECT_TRUE(client->frames.empty());
  store_.outage = false;
  pass(5s);

  EXPECT_EQ(client->frames, (Frames{"one", "two"}));
  write("three");
  settle();
  EXPECT_EQ(client->frames.back(), "three");
}

TEST_F(LiveDispatchTest, OnlyWhatWaitedForAConnectionIsPaced) {
  start();
  write("waited");
  settle();
  auto client = connect();
  for (int i = 0; i < 20; ++i) write("recent " + std::to_string(i));
  settle();
  EXPECT_EQ(client->frames, Frames{"waited"});
  pass(1s);

  EXPECT_EQ(client->frames.size(), 21U);
  EXPECT_EQ(client->frames.back(), "recent 19");
}

TEST_F(LiveDispatchTest, AConversationScopedConnectionTakesItsOwnLiveAndNeverTheQueue) {
  start();
  write("queued", anna_);
  settle();
  auto scoped = connect(anna_);
  pass(3s);
  EXPECT_TRUE(scoped->frames.empty());

  write("for anna", anna_);
  write("for ben", ben_);
  settle();

  EXPECT_EQ(scoped->frames, Frames{"for anna"});
  EXPECT_EQ(store_.queued(), (std::vector<std::uint64_t>{1, 3}));
}

TEST_F(LiveDispatchTest, ABrokenConnectionLosesNothing) {
  start();
  auto client = connect();
  client->broken = true;
  write("one");
  settle();
  EXPECT_EQ(store_.queued(), std::vector<std::uint64_t>{1});
  sockets_.remove(client->socket);
  pass(2s);

  auto again = connect();
  pass(2s);
  EXPECT_EQ(again->frames, Frames{"one"});
}

TEST_F(LiveDispatchTest, AConnectionThatDiesInADrainLeavesTheRestQueued) {
  start();
  for (const auto* text : {"one", "two", "three"}) write(text);
  settle();
  auto client = connect();
  client->broken = true;
  sockets_.remove(client->socket);
  pass(5s);
  EXPECT_EQ(store_.queued().size(), 2u);

  auto again = connect();
  pass(5s);
  EXPECT_EQ(again->frames, (Frames{"two", "three"}));
}

TEST_F(LiveDispatchTest, WhatAWebhookTakesIsNotForSockets) {
  webhook_ = true;
  start();
  auto client = connect();
  write("one");
  settle();

  EXPECT_TRUE(client->frames.empty());
  EXPECT_TRUE(store_.queued().empty());
  EXPECT_EQ(store_.cursor, 1u);
}

TEST_F(LiveDispatchTest, AMessageWaitsForItsFileWithoutHoldingUpOthers) {
  start();
  auto client = connect();
  write("picture").file = InboundView::File::pending;
  write("after it");
  write("ben", ben_);
  settle();
  EXPECT_EQ(client->frames, Frames{"ben"});

  journal_.items[0].inbound->file = InboundView::File::available;
  pass(2s);

  EXPECT_EQ(client->frames, (Frames{"ben", "picture", "after it"}));
}

TEST_F(LiveDispatchTest, AStoreOutageNeitherLosesNorRepeats) {
  start();
  auto client = connect();
  store_.outage = true;
  write("one");
  settle();
  sockets_.remove(client->socket);
  write("two");
  settle();
  EXPECT_EQ(client->frames, Frames{"one"});
  store_.outage = false;
  pass(3s);

  EXPECT_EQ(store_.queued(), std::vector<std::uint64_t>{2});
  EXPECT_EQ(store_.cursor, 2u);
}

TEST_F(LiveDispatchTest, AfterARestartItGoesOnFromTheCursorAndLeavesOldMessages) {
  write("old");
  clock_.advance(25h);
  write("seen");
  write("new");
  store_.cursor = 2;
  start();
  auto client = connect();
  pass(3s);

  EXPECT_EQ(client->frames, Frames{"new"});
}

}  // namespace
}  // namespace wherry
