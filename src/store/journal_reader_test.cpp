#include "store/journal_reader.h"

#include "base/json.h"
#include "store/message_rows.h"
#include "tests/support/store_world.h"

namespace wherry::store {
namespace {

class JournalRows : public test::StoreWorld {
 protected:
  JournalRows() : reader(db()), messages(db()), inbound(db()) {}
  void write(const std::string& kind, int times = 1, RawId subject = {}) {
    Batch batch;
    for (int i = 0; i < times; ++i) batch.push_back(journal_row(tenant, kind, channel, conversation, subject, now(), "{}"));
    ASSERT_TRUE(run(db().commit(std::move(batch))));
  }
  JournalPage page(std::uint64_t after, const std::string& kind = "", std::uint32_t limit = 100) {
    auto found = run(reader.events(tenant, after, kind, limit));
    EXPECT_TRUE(found);
    return found ? *found : JournalPage();
  }
  std::vector<std::string> kinds_about(MessageId id) {
    std::vector<std::string> kinds;
    for (const auto& event : *run(reader.events_about(id.raw))) kinds.push_back(event.kind);
    return kinds;
  }
  SqlJournalReader reader;
  SqlMessageStore messages;
  SqlInboundStore inbound;
};

TEST_F(JournalRows, EventsComeInPagesWithTheirNumbers) {
  write("a", 5);

  const auto first = page(0, "", 3);
  const auto second = page(first.scanned_to, "", 3);

  ASSERT_EQ(first.events.size(), 3U);
  EXPECT_EQ(first.events[0].sequence, 1U);
  EXPECT_EQ(first.scanned_to, 3U);
  ASSERT_EQ(second.events.size(), 2U);
  EXPECT_EQ(second.scanned_to, 5U);
  EXPECT_EQ(second.span.first, 1U);
  EXPECT_EQ(second.span.last, 5U);
  EXPECT_TRUE(page(5).events.empty());
  EXPECT_EQ(page(99).scanned_to, 99U);
}

TEST_F(JournalRows, ARareKindIsSoughtInBoundedSteps) {
  write("common", JournalReader::scan_limit + 10);
  write("rare");

  const auto first = page(0, "rare");
  const auto second = page(first.scanned_to, "rare");

  EXPECT_TRUE(first.events.empty());
  EXPECT_EQ(first.scanned_to, JournalReader::scan_limit);
  ASSERT_EQ(second.events.size(), 1U);
  EXPECT_EQ(second.scanned_to, second.span.last);
}

TEST_F(JournalRows, TheHistoryOfAMessageNamesEveryAttemptAndStatus) {
  auto made = message();
  ASSERT_TRUE(run(messages.accept(made, std::nullopt)));
  UpstreamError error;
  error.code = 130429;
  error.http_status = 429;
  error.fbtrace_id = "Atrace";
  MessageMove step{made.id, MessageState::accepted, MessageState::sending, "", {}, 1, {}, now()};
  ASSERT_TRUE(run(messages.move(step, made)));
  step = {made.id, MessageState::sending, MessageState::accepted, "", error, 1, now() + seconds(4), now() + seconds(1), now()};
  ASSERT_TRUE(run(messages.move(step, made)));
  step = {made.id, MessageState::accepted, MessageState::sent, "wamid.A", {}, 2, {}, now() + seconds(6), now() + seconds(5)};
  ASSERT_TRUE(run(messages.move(step, made)));
  clock.advance(seconds(9));
  auto seen = status("wamid.A", "delivered");
  seen.status.at = now() - seconds(2);
  ASSERT_TRUE(run(inbound.store({seen}, now())).front());

  const auto events = *run(reader.events_about(made.id.raw));

  ASSERT_EQ(kinds_about(made.id), (std::vector<std::string>{"message.accepted", "message.retrying", "message.sent", "message.status"}));
  const auto retrying = json::parse(events[1].body)->as_object();
  EXPECT_EQ(json::find(retrying, "attempts")->as_int64(), 1);
  EXPECT_EQ(json::find_string(*json::find_object(retrying, "error"), "fbtrace_id"), "Atrace");
  EXPECT_EQ(json::find_string(retrying, "nextAttemptAt"), to_iso8601(made.created_at + seconds(4)));
  EXPECT_EQ(json::find_string(retrying, "attemptStartedAt"), to_iso8601(made.created_at));
  EXPECT_EQ(json::find(json::parse(events[2].body)->as_object(), "attempts")->as_int64(), 2);
  EXPECT_EQ(events[3].at, now() - seconds(2));
  EXPECT_EQ(events[3].recorded_at, now());
}

TEST_F(JournalRows, AFailedStatusCarriesItsError) {
  auto made = message();
  ASSERT_TRUE(run(messages.accept(made, std::nullopt)));
  auto failed = status("wamid.A", "failed", made.id);
  failed.status.error = UpstreamError{};
  failed.status.error->code = 131026;
  ASSERT_TRUE(run(inbound.store({failed}, now())).front());

  const auto body = json::parse(run(reader.events_about(made.id.raw))->back().body)->as_object();

  EXPECT_EQ(json::find(*json::find_object(body, "error"), "code")->as_int64(), 131026);
}

TEST_F(JournalRows, AFetchedFileIsPartOfItsMessagesHistory) {
  auto event = text("wamid.A", customer("491500000001"));
  event.media = MediaId::make(now());
  event.message.media = InboundMedia{"meta-9", "image/jpeg", "c2hh", "cat.jpg"};
  ASSERT_TRUE(run(inbound.store({event}, now())).front());
  JournalFeed feed(clock);
  SqlInboundStore telling(db(), &feed);
  Media media;
  media.id = *event.media;
  media.tenant = tenant;
  media.mime_type = "image/jpeg";
  media.size = 42;
  media.created_at = media.expires_at = now();

  ASSERT_TRUE(run(telling.finish_fetch(media)));
  ASSERT_TRUE(run(telling.finish_fetch(media)));

  EXPECT_EQ(kinds_about(event.id), (std::vector<std::string>{"message.received", "media.fetched"}));
  EXPECT_EQ(feed.generation(tenant), 1U);
  const auto events = *run(reader.events_about(event.id.raw));
  EXPECT_EQ(events[1].conversation, events[0].conversation);
  EXPECT_EQ(events[1].channel, channel);
}

TEST_F(JournalRows, WhatIsDroppedIsCountedByKindAndSaidInTheJournal) {
  write("a", 3);
  write("b", 2);
  JournalFeed feed(clock);
  SqlJournalReader telling(db(), &feed);

  ASSERT_TRUE(run(telling.drop(tenant, 1, 4, now())));

  const auto rest = page(0);
  ASSERT_EQ(rest.events.size(), 2U);
  EXPECT_EQ(rest.events[0].sequence, 5U);
  EXPECT_EQ(rest.events[1].sequence, 6U);
  EXPECT_EQ(rest.events[1].kind, "journal.dropped");
  EXPECT_EQ(rest.events[1].body, R"({"from":1,"to":4,"count":4})");
  EXPECT_EQ(rest.span.first, 5U);
  EXPECT_EQ(rest.span.dropped, 4U);
  EXPECT_EQ(count("SELECT rows FROM journal_dropped WHERE kind = 'a'"), 3);
  EXPECT_EQ(count("SELECT rows FROM journal_dropped WHERE kind = 'b'"), 1);
  EXPECT_EQ(feed.generation(tenant), 1U);
}

TEST_F(JournalRows, TheNewestRowIsNeverDropped) {
  write("a", 2);

  EXPECT_FALSE(run(reader.drop(tenant, 1, 2, now())));

  EXPECT_EQ(page(0).events.size(), 2U);
  EXPECT_EQ(count("SELECT COUNT(*) FROM journal_dropped"), 0);
}

TEST_F(JournalRows, ReadingGoesOnBehindAGap) {
  const auto gone = JournalReader::scan_limit + 8;
  write("a", static_cast<int>(gone) + 2);
  ASSERT_TRUE(run(reader.drop(tenant, 1, gone, now())));

  const auto rest = page(0, "a");

  ASSERT_EQ(rest.events.size(), 2U);
  EXPECT_EQ(rest.events[0].sequence, gone + 1);
  ASSERT_EQ(run(reader.oldest(tenant, 1))->size(), 1U);
  EXPECT_EQ(run(reader.oldest(tenant, 1))->front().sequence, gone + 1);
}

TEST_F(JournalRows, WhatAWebhookOrASocketHasYetToSeeIsKnown) {
  const auto needed = [&] { return *run(reader.lowest_needed(tenant)); };
  EXPECT_FALSE(needed());
  const auto subscription = TenantId::make(now());
  ASSERT_TRUE(run(db().commit({{"INSERT INTO tenants (id, name, created_at) VALUES ($1, 'us', 0)", {value_of(tenant)}, {}},
                               {"INSERT INTO subscriptions (id, tenant_id, format, url, secret, kinds, disabled_reason, first_sequence, "
                                "cursor_at, created_at) VALUES ($2, $1, 'standard', '', X'', '', '', 0, 41, 0)",
                                {value_of(tenant), value_of(subscription)},
                                {}}})));
  EXPECT_EQ(needed(), 42U);

  constexpr const char* pending = "INSERT INTO deliveries (subscription_id, sequence, state, attempts) VALUES ($1, $2, $3, 1)";
  ASSERT_TRUE(run(db().commit({{pending, {value_of(subscription), number(7), number(1)}, {}}})));
  EXPECT_EQ(needed(), 42U);
  ASSERT_TRUE(run(db().commit({{pending, {value_of(subscription), number(9), number(0)}, {}}})));
  EXPECT_EQ(needed(), 9U);
  ASSERT_TRUE(run(
      db().commit({{"INSERT INTO offline_queue (tenant_id, sequence, contact_id, at) VALUES ($1, 3, $1, 0)", {value_of(tenant)}, {}}})));
  EXPECT_EQ(needed(), 3U);
}

}  // namespace
}  // namespace wherry::store
