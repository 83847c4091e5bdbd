#include "store/inbound_store.h"

#include "base/json.h"
#include "store/media_rows.h"
#include "tests/support/store_world.h"

namespace wherry::store {
namespace {

constexpr const char* messages = "SELECT count(*) FROM inbound_messages";
constexpr const char* journal = "SELECT count(*) FROM journal";

class InboundRows : public test::StoreWorld {
 protected:
  InboundRows() : store(db()) {}
  std::vector<StoredInboundEvent> take(std::vector<NewInboundEvent> post) {
    std::vector<StoredInboundEvent> stored;
    for (auto& done : run(store.store(std::move(post), now()))) {
      EXPECT_TRUE(done) << done.error().detail;
      stored.push_back(done ? std::move(*done) : StoredInboundEvent());
    }
    return stored;
  }
  StoredInbound take_text(NewInbound event) {
    auto done = take({std::move(event)});
    return done.empty() ? StoredInbound() : std::get<StoredInbound>(done.front());
  }
  NewInbound picture(const std::string& wamid) {
    auto event = text(wamid, customer("491500000001"));
    event.media = MediaId::make(now());
    event.message.media = InboundMedia{"meta-9", "image/jpeg; x=1", "c2hh", "cat.jpg"};
    return event;
  }
  SqlInboundStore store;
};

TEST_F(InboundRows, ATextIsStoredWithItsConversationAndItsJournalRow) {
  auto event = text("wamid.A", customer("491500000001"));
  event.message.from.profile_name = "Ann";

  const auto stored = take_text(event);

  EXPECT_FALSE(stored.duplicate);
  EXPECT_FALSE(stored.conversation.id.raw.is_null());
  EXPECT_EQ(stored.conversation.tenant, tenant);
  EXPECT_EQ(stored.conversation.channel, channel);
  EXPECT_EQ(stored.conversation.identity.profile_name, "Ann");
  EXPECT_EQ(stored.conversation.last_inbound_at, now());
  EXPECT_EQ(count("SELECT count(*) FROM inbound_messages WHERE wamid = 'wamid.A' AND type = 'text' AND body = 'hi'"), 1);
  SqlMessageStore reader(db());
  auto events = run(reader.journal_after(tenant, 0, 10));
  ASSERT_EQ(events->size(), 1U);
  const auto& row = events->front();
  EXPECT_EQ(row.kind, "message.received");
  EXPECT_EQ(row.channel, channel);
  EXPECT_EQ(row.conversation, stored.conversation.id);
  EXPECT_EQ(row.subject, event.id.raw);
  EXPECT_EQ(row.at, event.message.at);
  const auto body = json::parse(row.body)->as_object();
  EXPECT_EQ(json::find_string(body, "messageId"), event.id.text());
  EXPECT_EQ(json::find_string(body, "wamid"), "wamid.A");
  EXPECT_EQ(json::find_string(body, "type"), "text");
}

TEST_F(InboundRows, TheFeedIsToldOfWhatIsNewOnly) {
  JournalFeed feed(clock);
  SqlInboundStore telling(db(), &feed);
  std::vector<NewInboundEvent> post{text("wamid.A", customer("491500000001")), status("wamid.B", "sent")};
  ASSERT_TRUE(run(telling.store(post, now())).front());
  EXPECT_EQ(feed.generation(tenant), 1U);

  run(telling.store(post, now()));

  EXPECT_EQ(feed.generation(tenant), 1U);
}

TEST_F(InboundRows, WhatsAppsIdIsFoundByOursInItsConversationOnly) {
  auto event = text("wamid.A", customer("491500000001"));
  const auto stored = take_text(event);
  SqlMessageStore reader(db());

  EXPECT_EQ(run(reader.find_inbound_wamid(stored.conversation.id, event.id)).value(), "wamid.A");
  EXPECT_EQ(run(reader.find_inbound_wamid(ConversationId::make(now()), event.id)).value(), std::nullopt);
  EXPECT_EQ(run(reader.find_inbound_wamid(stored.conversation.id, MessageId::make(now()))).value(), std::nullopt);
}

TEST_F(InboundRows, ARepeatIsLeftOutAndMarked) {
  const auto first = text("wamid.A", customer("491500000001"));
  auto repeat = text("wamid.A", customer("491500000001"));

  const auto done = take({first, repeat, text("wamid.B", customer("491500000001"))});
  const auto later = take_text(text("wamid.A", customer("491500000001")));

  EXPECT_FALSE(std::get<StoredInbound>(done[0]).duplicate);
  EXPECT_TRUE(std::get<StoredInbound>(done[1]).duplicate);
  EXPECT_FALSE(std::get<StoredInbound>(done[2]).duplicate);
  EXPECT_TRUE(later.duplicate);
  EXPECT_EQ(count(messages), 2);
  EXPECT_EQ(count(journal), 2);
}

TEST_F(InboundRows, ARepeatedOldMessageDoesNotOpenTheWindowAgain) {
  take_text(text("wamid.A", customer("491500000001")));
  const auto then = now();
  clock.advance(std::chrono::hours(30));

  take_text(text("wamid.A", customer("491500000001")));

  SqlMessageStore reader(db());
  auto listed = run(reader.list_conversations({tenant, "", std::nullopt, 5}));
  EXPECT_EQ(listed->at(0).last_inbound_at, then);
}

TEST_F(InboundRows, TheWindowFollowsTheNewestMessageWhateverTheirOrder) {
  const auto base = now();
  auto newer = text("wamid.A", customer("491500000001"));
  newer.message.at = base;
  auto older = text("wamid.B", customer("491500000001"));
  older.message.at = base - std::chrono::hours(5);

  const auto first = take_text(newer);
  const auto second = take_text(older);

  EXPECT_EQ(first.conversation.id, second.conversation.id);
  EXPECT_EQ(second.conversation.last_inbound_at, base);
}

TEST_F(InboundRows, OneConversationPerChannelAndCustomer) {
  const auto here = take_text(text("wamid.A", customer("491500000001")));
  const auto other_customer = take_text(text("wamid.B", customer("491500000002")));
  channel = ChannelId::make(now());
  const auto other_channel = take_text(text("wamid.C", customer("491500000001")));

  EXPECT_NE(here.conversation.id, other_customer.conversation.id);
  EXPECT_NE(here.conversation.id, other_channel.conversation.id);
  EXPECT_EQ(here.conversation.contact, other_channel.conversation.contact);
  EXPECT_EQ(count("SELECT count(*) FROM contacts"), 2);
}

TEST_F(InboundRows, TwoPostsOfANewCustomerAtOnceMakeOneConversation) {
  std::vector<ConversationId> seen;
  for (int i = 0; i < 20; ++i) {
    std::vector<NewInboundEvent> post{text("wamid." + std::to_string(i), customer("491500000001", "DE.1"))};
    boost::asio::co_spawn(io, store.store(std::move(post), now()), [&](std::exception_ptr, std::vector<Result<StoredInboundEvent>> done) {
      if (done.front()) seen.push_back(std::get<StoredInbound>(*done.front()).conversation.id);
    });
  }
  io.restart();
  io.run();

  ASSERT_EQ(seen.size(), 20U);
  for (const auto& id : seen) EXPECT_EQ(id, seen.front());
  EXPECT_EQ(count("SELECT count(*) FROM contacts"), 1);
  EXPECT_EQ(count("SELECT count(*) FROM conversations"), 1);
  EXPECT_EQ(count(messages), 20);
}

TEST_F(InboundRows, AMixedPostIsStoredInOrder) {
  const NewOther other{tenant, channel, {phone_number_id, "900", "account_update", R"({"event":"x"})"}};

  const auto done = take({text("wamid.A", customer("491500000001")), status("wamid.Z", "read"), other});

  ASSERT_EQ(done.size(), 3U);
  EXPECT_TRUE(std::holds_alternative<StoredInbound>(done[0]));
  EXPECT_TRUE(std::holds_alternative<StoredStatus>(done[1]));
  EXPECT_TRUE(std::holds_alternative<std::monostate>(done[2]));
  const auto kinds = rows("SELECT kind FROM journal ORDER BY sequence");
  ASSERT_EQ(kinds.size(), 3U);
  EXPECT_EQ(as_text(kinds[0][0]), "message.received");
  EXPECT_EQ(as_text(kinds[1][0]), "message.status");
  EXPECT_EQ(as_text(kinds[2][0]), "channel.event");
}

TEST_F(InboundRows, WhatIsForgottenIsTakenAgain) {
  take_text(text("wamid.A", customer("491500000001")));
  clock.advance(std::chrono::days(8));
  take_text(text("wamid.B", customer("491500000001")));

  auto forgotten = run(store.forget_seen(now()));

  EXPECT_EQ(*forgotten, 1U);
  EXPECT_FALSE(take_text(text("wamid.A", customer("491500000001"))).duplicate);
  EXPECT_TRUE(take_text(text("wamid.B", customer("491500000001"))).duplicate);
}

TEST_F(InboundRows, ForgettingALotIsOneCall) {
  std::vector<NewInboundEvent> post;
  for (int i = 0; i < 2500; ++i) post.push_back(status("wamid." + std::to_string(i), "read"));
  take(std::move(post));

  auto forgotten = run(store.forget_seen(now() + seconds(1)));

  EXPECT_EQ(*forgotten, 2500U);
  EXPECT_EQ(count("SELECT count(*) FROM seen_events"), 0);
}

TEST_F(InboundRows, AFileWaitsToBeFetchedUntilItsRowIsWritten) {
  const auto event = picture("wamid.P");
  take_text(event);

  auto due = run(store.due_fetches(now(), 10));
  ASSERT_EQ(due->size(), 1U);
  const auto& fetch = due->front();
  EXPECT_EQ(fetch.media, *event.media);
  EXPECT_EQ(fetch.tenant, tenant);
  EXPECT_EQ(fetch.channel, channel);
  EXPECT_EQ(fetch.message, event.id);
  EXPECT_EQ(fetch.remote.remote_id, "meta-9");
  EXPECT_EQ(fetch.remote.mime_type, "image/jpeg; x=1");
  EXPECT_EQ(fetch.remote.sha256_base64, "c2hh");
  EXPECT_EQ(fetch.remote.file_name, "cat.jpg");
  EXPECT_EQ(fetch.attempts, 0U);

  Media media;
  media.id = fetch.media;
  media.tenant = tenant;
  media.mime_type = "image/jpeg";
  ASSERT_TRUE(run(store.finish_fetch(media)));

  EXPECT_TRUE(run(store.due_fetches(now() + std::chrono::hours(1), 10))->empty());
  SqlMediaRows media_rows(db());
  EXPECT_TRUE(*run(media_rows.find_media(fetch.media)));
}

TEST_F(InboundRows, AFetchIsFinishedOnceHoweverOftenItIsSaid) {
  const auto event = picture("wamid.P");
  take_text(event);
  Media media;
  media.id = *event.media;
  media.tenant = tenant;
  media.size = 7;
  ASSERT_TRUE(run(store.finish_fetch(media)));
  media.size = 9;

  auto again = run(store.finish_fetch(media));

  EXPECT_TRUE(again);
  EXPECT_EQ(count("SELECT size FROM media"), 7);
}

TEST_F(InboundRows, AFetchIsDueAtItsTimeOldestFirst) {
  std::vector<MediaId> ids;
  for (int i = 0; i < 3; ++i) {
    const auto event = picture("wamid." + std::to_string(i));
    ids.push_back(*event.media);
    take_text(event);
    clock.advance(milliseconds(5));
  }
  ASSERT_TRUE(run(store.reschedule_fetch(ids[0], 3, now() + seconds(30))));

  auto due = run(store.due_fetches(now(), 10));
  auto limited = run(store.due_fetches(now(), 1));
  auto later = run(store.due_fetches(now() + seconds(30), 10));

  ASSERT_EQ(due->size(), 2U);
  EXPECT_EQ((*due)[0].media, ids[1]);
  EXPECT_EQ(limited->size(), 1U);
  ASSERT_EQ(later->size(), 3U);
  EXPECT_EQ(later->back().media, ids[0]);
  EXPECT_EQ(later->back().attempts, 3U);
}

// Whichever write of a POST meets a broken disk, WhatsApp's repeat of it completes what is missing and nothing else.
TEST_F(InboundRows, ABrokenDiskAtAnyInstantLeavesNothingHalfStored) {
  bool completed = false;
  for (int failing = 1; failing < 60 && !completed; ++failing) {
    test::TempDir own;
    int left = 0;
    SqliteOptions broken;
    broken.directory = own.path();
    broken.fail_statement = [&left] { return left > 0 && --left == 0; };
    auto opened = open_sqlite(broken, clock);
    ASSERT_TRUE(opened);
    SqlInboundStore sweep(**opened);
    SqlMessageStore outbound(**opened);
    auto ours = message();
    ASSERT_TRUE(run(outbound.accept(ours, std::nullopt)));
    const auto number = [&](const char* sql) { return as_int((*run((*opened)->query({sql, {}, {}})))[0][0]); };
    std::vector<NewInboundEvent> post{picture("wamid.A"), text("wamid.B", customer("491500000001", "DE.7")),
                                      status("wamid.S", "delivered", ours.id)};
    left = failing;

    auto first = run(sweep.store(post, now()));
    const auto refused = std::find_if(first.begin(), first.end(), [](const auto& event) { return !event; });
    completed = refused == first.end() && left > 0;
    const auto kept = number(messages);
    EXPECT_EQ(number("SELECT count(*) FROM seen_events WHERE at > 0"),
              number("SELECT count(*) FROM journal WHERE kind <> 'message.accepted'"));
    EXPECT_LE(number("SELECT count(*) FROM pending_fetches"), kept);
    left = 0;
    for (const auto& event : run(sweep.store(post, now()))) ASSERT_TRUE(event) << failing;

    EXPECT_EQ(number(messages), 2) << failing;
    EXPECT_EQ(number("SELECT count(*) FROM journal"), 4) << failing;
    EXPECT_EQ(number("SELECT count(*) FROM contacts"), 1) << failing;
    EXPECT_EQ(number("SELECT count(*) FROM conversations"), 1) << failing;
    EXPECT_EQ(number("SELECT count(*) FROM pending_fetches"), 1) << failing;
    EXPECT_EQ(number("SELECT state FROM messages"), static_cast<int>(MessageState::delivered)) << failing;
    if (refused != first.end()) {
      EXPECT_EQ(refused->error().code, ErrorCode::unavailable);
    }
  }
  EXPECT_TRUE(completed);
}

}  // namespace
}  // namespace wherry::store
