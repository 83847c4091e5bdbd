#include "store/live_store.h"

#include "store/access_store.h"
#include "store/journal_store.h"
#include "tests/support/store_world.h"

namespace wherry::store {
namespace {

class LiveRows : public test::StoreWorld {
 protected:
  LiveRows() : store(db()), inbound(db()) {}
  /// Gives its sequence.
  std::uint64_t receive(const std::string& number = "491500000001") {
    clock.advance(seconds(1));
    auto event = text("wamid." + std::to_string(++received), customer(number));
    event.message.at = now();
    std::vector<NewInboundEvent> post{event};
    EXPECT_TRUE(run(inbound.store(std::move(post), now())).front());
    return received;
  }
  std::optional<std::uint64_t> next(std::optional<ChannelId> of = std::nullopt, Timestamp not_before = {}) {
    auto item = run(store.next_queued(tenant, of, not_before));
    EXPECT_TRUE(item) << item.error().detail;
    return item && *item ? std::optional((*item)->event.sequence) : std::nullopt;
  }
  SqlLiveStore store;
  SqlInboundStore inbound;
  std::uint64_t received = 0;
};

TEST_F(LiveRows, TheCursorBeginsAtZeroAndIsKept) {
  EXPECT_EQ(run(store.live_cursor(tenant)).value(), 0u);
  ASSERT_TRUE(run(store.record_live(tenant, 7, {})));
  ASSERT_TRUE(run(store.record_live(tenant, 9, {})));
  EXPECT_EQ(run(store.live_cursor(tenant)).value(), 9u);
}

TEST_F(LiveRows, OnlyCustomersMessagesAreReadAndTheRestIsPassedOver) {
  JournalEvent other;
  other.tenant = tenant;
  other.kind = "channel.test";
  other.at = now();
  SqlMessageStore messages(db());
  SqlJournalStore journal(db());
  const auto first = receive();
  ASSERT_TRUE(run(messages.record(other)));
  const auto second = receive() + 1;  // behind the other row
  ASSERT_TRUE(run(messages.record(other)));

  const auto page = run(journal.read_received(tenant, 0, 1)).value();
  const auto rest = run(journal.read_received(tenant, page.read_to, 2)).value();
  const auto nothing = run(journal.read_received(tenant, rest.read_to, 2)).value();

  ASSERT_EQ(page.items.size(), 1u);
  EXPECT_EQ(page.items[0].event.sequence, first);
  EXPECT_EQ(page.read_to, first) << "there may be more";
  ASSERT_EQ(rest.items.size(), 1u);
  EXPECT_EQ(rest.items[0].event.sequence, second);
  EXPECT_EQ(rest.read_to, 4u);
  EXPECT_TRUE(nothing.items.empty());
  EXPECT_EQ(nothing.read_to, 4u);
}

TEST_F(LiveRows, TheQueueIsHandedOutByTimeAndByChannel) {
  const auto first = receive();
  const auto second = receive("491500000002");
  ASSERT_TRUE(run(store.record_live(tenant, 2, {second, first})));

  EXPECT_EQ(next(), first);
  EXPECT_EQ(next(channel), first);
  EXPECT_EQ(next(ChannelId::make(now())), std::nullopt);
  ASSERT_TRUE(run(store.unqueue(tenant, first)));
  EXPECT_EQ(next(), second);
  EXPECT_EQ(next(std::nullopt, now()), std::nullopt) << "too old";
}

TEST_F(LiveRows, ACustomerHasAHundredPlacesAndTheOldestGoes) {
  std::vector<std::uint64_t> mine;
  for (int i = 0; i < 103; ++i) mine.push_back(receive());
  const auto other = receive("491500000002");
  std::uint64_t dropped = 0;
  for (const auto sequence : mine) dropped += run(store.record_live(tenant, sequence, {sequence})).value();
  dropped += run(store.record_live(tenant, other, {other})).value();

  EXPECT_EQ(dropped, 3u);
  EXPECT_EQ(count("SELECT count(*) FROM offline_queue"), 101);
  EXPECT_EQ(next(), mine[3]);
}

TEST_F(LiveRows, WithNobodyThereEverythingAfterTheCursorIsQueuedAtOnce) {
  const auto old = receive();
  const auto until = now();
  ASSERT_TRUE(run(store.record_live(tenant, old, {})));
  const auto too_old = receive();
  const auto not_before = now();
  for (int i = 0; i < 101; ++i) receive();
  const auto last = receive("491500000002");

  const auto range = run(store.queue_all(tenant, old, not_before)).value();

  EXPECT_EQ(range.cursor, last);
  EXPECT_EQ(range.queued, 102u);
  EXPECT_EQ(range.dropped, 1u) << "of the first customer";
  EXPECT_EQ(run(store.live_cursor(tenant)).value(), last);
  EXPECT_EQ(next(std::nullopt, until), too_old + 2);
  EXPECT_EQ(run(store.queue_all(tenant, last, not_before)).value().queued, 0u);
  EXPECT_EQ(count("SELECT count(*) FROM offline_queue"), 101);
}

TEST_F(LiveRows, OldOnesExpireAndOtherEventsAreNeverQueued) {
  SqlAccessStore access(db());
  ASSERT_TRUE(run(access.add_tenant({tenant, "acme", now()})));
  const auto first = receive();
  const auto until = now();
  const auto second = receive();
  ASSERT_TRUE(run(store.record_live(tenant, 2, {first, second, 77})));
  EXPECT_EQ(count("SELECT count(*) FROM offline_queue"), 2);

  EXPECT_EQ(run(store.expire_queue(until)).value(), 1u);
  EXPECT_EQ(next(), second);
}

}  // namespace
}  // namespace wherry::store
