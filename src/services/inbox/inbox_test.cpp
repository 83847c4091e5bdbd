#include "services/inbox/inbox.h"

#include <gtest/gtest.h>

#include "tests/support/memory_inbound_store.h"
#include "tests/support/memory_message_store.h"
#include "tests/support/run.h"
#include "tests/support/test_channel.h"

namespace wherry {
namespace {

using test::test_now;

class InboxTest : public testing::Test {
 protected:
  InboxTest() {
    access_.channels.push_back(test::test_channel("111"));
    access_.channels.push_back(test::test_channel("222"));
    access_.channels[1].waba_id = "9000";
    const auto loaded = test::run(io_, channels_.load());
    EXPECT_TRUE(loaded);
  }

  static InboundMessage message(std::string wamid, std::string from, std::string number = "111") {
    InboundMessage made;
    made.phone_number_id = std::move(number);
    made.wamid = std::move(wamid);
    made.from.wa_id = WaId{std::move(from)};
    made.at = test_now - seconds(5);
    made.type = "text";
    made.raw = "{}";
    return made;
  }
  static StatusUpdate status(std::string wamid, std::string state) {
    StatusUpdate made;
    made.phone_number_id = "111";
    made.wamid = std::move(wamid);
    made.status = std::move(state);
    made.at = test_now;
    made.raw = "{}";
    return made;
  }
  Result<void> receive(std::vector<InboundEvent> events) { return test::run(io_, inbox_.receive(std::move(events))); }

  boost::asio::io_context io_{1};
  VirtualClock clock_{test_now};
  test::MemoryAccessStore access_;
  test::MemoryMessageStore messages_;
  test::MemoryInboundStore store_;
  Channels channels_{access_, access_, clock_, "https://graph.facebook.com", "v23.0"};
  Conversations conversations_{messages_};
  Inbox inbox_{store_, channels_, conversations_, clock_};
};

TEST_F(InboxTest, AWholePostIsStoredInOneCallAndInOrder) {
  ASSERT_TRUE(receive({message("wamid.1", "15550100042"), status("wamid.0", "sent"), message("wamid.2", "15550100043"),
                       OtherEvent{"", "9000", "account_update", "{}"}}));

  EXPECT_EQ(store_.calls, 1);
  ASSERT_EQ(store_.messages.size(), 2u);
  EXPECT_EQ(store_.messages[0].message.wamid, "wamid.1");
  EXPECT_EQ(store_.messages[0].channel, access_.channels[0].id);
  EXPECT_EQ(store_.messages[0].tenant, access_.channels[0].tenant);
  EXPECT_EQ(store_.messages[0].contact_key, "15550100042");
  EXPECT_NE(store_.messages[0].id, store_.messages[1].id);
  ASSERT_EQ(store_.statuses.size(), 1u);
  ASSERT_EQ(store_.others.size(), 1u);
  EXPECT_EQ(store_.others[0].channel, access_.channels[1].id);
  EXPECT_EQ(inbox_.counters().messages, 2u);
  EXPECT_EQ(inbox_.counters().statuses, 1u);
  EXPECT_EQ(inbox_.counters().others, 1u);
}

TEST_F(InboxTest, EventsForNumbersThatAreNotOursAreCountedAndHoldUpNothing) {
  ASSERT_TRUE(receive({message("wamid.1", "15550100042", "999"), message("wamid.2", "15550100042"), OtherEvent{"", "777", "x", "{}"},
                       OtherEvent{"", "", "x", "{}"}}));

  EXPECT_EQ(inbox_.counters().unknown_numbers, 3u);
  ASSERT_EQ(store_.messages.size(), 1u);
  EXPECT_EQ(store_.messages[0].message.wamid, "wamid.2");

  ASSERT_TRUE(receive({message("wamid.3", "15550100042", "999")}));
  EXPECT_EQ(store_.calls, 1);
}

TEST_F(InboxTest, AReplayIsCountedAsDuplicatesAndStoredOnce) {
  for (int i = 0; i < 3; ++i) ASSERT_TRUE(receive({message("wamid.1", "15550100042"), status("wamid.0", "read")}));

  EXPECT_EQ(store_.messages.size(), 1u);
  EXPECT_EQ(inbox_.counters().messages, 1u);
  EXPECT_EQ(inbox_.counters().statuses, 1u);
  EXPECT_EQ(inbox_.counters().duplicates, 4u);
}

TEST_F(InboxTest, AStoreOutageIsReportedAndNothingIsCounted) {
  store_.outage = true;

  const auto received = receive({message("wamid.1", "15550100042")});

  ASSERT_FALSE(received);
  EXPECT_EQ(received.error().code, ErrorCode::unavailable);
  EXPECT_EQ(inbox_.counters().messages, 0u);
}

TEST_F(InboxTest, WhatWasStoredOfAHalfFailedPostOpensItsWindowAtOnce) {
  store_.fail_from = 1;

  const auto received = receive({message("wamid.1", "15550100042"), message("wamid.2", "15550100043")});

  ASSERT_FALSE(received);
  EXPECT_EQ(received.error().code, ErrorCode::unavailable);
  EXPECT_EQ(inbox_.counters().messages, 1u);
  const auto known = test::run(io_, conversations_.find(store_.opened[0].id));
  ASSERT_TRUE(known && *known);
  EXPECT_EQ((*known)->last_inbound_at, test_now - seconds(5));
}

TEST_F(InboxTest, TheVariantsOfANumberMeetInOneConversation) {
  ASSERT_TRUE(receive({message("wamid.1", "551187654321"), message("wamid.2", "5511987654321")}));

  EXPECT_EQ(store_.messages[0].contact_key, store_.messages[1].contact_key);
  EXPECT_EQ(store_.messages[0].contact_key, "5511987654321");
}

TEST_F(InboxTest, ASenderWithoutANumberHasNoContactKey) {
  auto hidden = message("wamid.1", "1");
  hidden.from.wa_id.reset();
  hidden.from.bsuid = "US.1349";
  ASSERT_TRUE(receive({hidden}));
  EXPECT_EQ(store_.messages[0].contact_key, "");
}

TEST_F(InboxTest, AMessageOpensItsConversationsWindowFromWhatsAppsOwnTime) {
  ASSERT_TRUE(receive({message("wamid.1", "15550100042")}));

  const auto cached = test::run(io_, conversations_.find(store_.opened.at(0).id));

  ASSERT_TRUE(cached->has_value());
  EXPECT_EQ((*cached)->last_inbound_at, test_now - seconds(5));
}

TEST_F(InboxTest, ATimeInTheFutureOrMissingBecomesNow) {
  auto future = message("wamid.1", "15550100042");
  future.at = test_now + std::chrono::hours(1000);
  auto missing = message("wamid.2", "15550100042");
  missing.at = {};

  ASSERT_TRUE(receive({future, missing}));

  EXPECT_EQ(store_.messages[0].message.at, test_now);
  EXPECT_EQ(store_.messages[1].message.at, test_now);
}

TEST_F(InboxTest, OnlyNewMediaWakesTheWorker) {
  int woken = 0;
  inbox_.on_media([&] { ++woken; });
  auto picture = message("wamid.1", "15550100042");
  picture.media = InboundMedia{"5550", "image/jpeg", "", ""};

  ASSERT_TRUE(receive({message("wamid.0", "15550100042")}));
  EXPECT_EQ(woken, 0);
  ASSERT_TRUE(receive({picture}));
  EXPECT_EQ(woken, 1);
  EXPECT_TRUE(store_.messages[1].media.has_value());
  ASSERT_TRUE(receive({picture}));
  EXPECT_EQ(woken, 1);
}

TEST_F(InboxTest, WhicheverEventFailsARepeatOfThePostStoresItAndNothingTwice) {
  const std::vector<InboundEvent> post{message("wamid.1", "15550100042"), status("wamid.0", "sent"), message("wamid.2", "15550100043"),
                                       status("wamid.0", "delivered"), message("wamid.1", "15550100042")};
  for (int n = 1; n <= static_cast<int>(post.size()); ++n) {
    SCOPED_TRACE(n);
    test::MemoryInboundStore store;
    Inbox inbox(store, channels_, conversations_, clock_);
    store.fail_event = n;

    const auto first = test::run(io_, inbox.receive(post));
    const auto again = test::run(io_, inbox.receive(post));

    EXPECT_FALSE(first) << "only what is stored is acknowledged";
    EXPECT_TRUE(again);
    EXPECT_EQ(store.messages.size(), 2u);
    EXPECT_EQ(store.statuses.size(), 2u);
    EXPECT_EQ(inbox.counters().messages, 2u);
  }
}

TEST_F(InboxTest, OtherEventsAreHeardAfterTheyWereStoredAndAFailureIsNotAcknowledged) {
  std::vector<std::string> heard;
  Result<void> answer;
  inbox_.on_other([&](OtherEvent event) -> Task<Result<void>> {
    EXPECT_EQ(store_.calls, 1);
    heard.push_back(event.field + " " + event.waba_id);
    co_return answer;
  });

  EXPECT_TRUE(receive({message("wamid.1", "15550100042"), OtherEvent{"", "9000", "account_update", "{}"}}));
  EXPECT_EQ(heard, std::vector<std::string>{"account_update 9000"});
  store_.calls = 0;
  answer = Error{ErrorCode::unavailable, "the store is down"};
  EXPECT_EQ(receive({OtherEvent{"", "9000", "account_update", "{}"}}).error().code, ErrorCode::unavailable);
}

}  // namespace
}  // namespace wherry
