#include "services/live/dispatch.h"

#include "tests/support/live_world.h"

namespace wherry {
namespace {

using namespace std::chrono_literals;
using test::test_now;

using LiveDispatchTest = test::LiveWorld;

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
