#include "store/webhook_store.h"

#include "store/journal_reader.h"
#include "store/journal_store.h"
#include "tests/support/store_world.h"

namespace wherry::store {
namespace {

using State = DeliveryOutcome::State;

class WebhookRows : public test::StoreWorld {
 protected:
  WebhookRows()
      : secrets(SecretBox::create(std::string(SecretBox::key_size, 'k')).value()),
        store(db(), secrets),
        journal(db()),
        inbound(db()),
        outbound(db()) {
    EXPECT_TRUE(run(db().commit({{"INSERT INTO tenants (id, name, created_at) VALUES ($1, 'acme', 0)", {value_of(tenant)}, {}}})));
  }
  Subscription made(std::vector<std::string> kinds = {}) {
    Subscription wanted;
    wanted.id = SubscriptionId::make(now());
    wanted.tenant = tenant;
    wanted.format = WebhookFormat::standard;
    wanted.url = "https://customer.example/hook";
    wanted.secret = Secret("whsec_c2VjcmV0");
    wanted.kinds = std::move(kinds);
    wanted.edition = 2;
    wanted.header_name = "X-Key";
    wanted.header_value = Secret("mine");
    wanted.created_at = now();
    auto stored = run(store.add_subscription(wanted));
    EXPECT_TRUE(stored) << stored.error().detail;
    return stored.value();
  }
  void receive(int how_many) {
    for (int i = 0; i < how_many; ++i) {
      std::vector<NewInboundEvent> post{text("wamid." + std::to_string(++received), customer("491500000001"))};
      ASSERT_TRUE(run(inbound.store(std::move(post), now())).front());
    }
  }
  DeliveryOutcome outcome(std::uint64_t sequence, State state, std::uint32_t attempt = 1) {
    DeliveryOutcome told;
    told.sequence = sequence;
    told.attempt = attempt;
    told.at = now();
    told.took = milliseconds(12);
    told.status = state == State::acked ? 200 : 500;
    told.error = state == State::acked ? "" : "HTTP 500";
    told.state = state;
    if (state == State::pending || state == State::set_aside) told.next_attempt_at = now() + seconds(30);
    return told;
  }
  DeliveryProgress progress(const Subscription& subscription) { return run(store.progress(subscription.id)).value(); }

  SecretBox secrets;
  SqlWebhookStore store;
  SqlJournalStore journal;
  SqlInboundStore inbound;
  SqlMessageStore outbound;
  int received = 0;
};

TEST_F(WebhookRows, ASubscriptionComesBackAsItWasAndBeginsAtTheEndOfTheJournal) {
  receive(3);
  auto subscription = made({"message.received"});
  EXPECT_EQ(subscription.first_sequence, 3u);
  subscription.previous_secret = subscription.secret;
  subscription.secret = Secret("whsec_bmV3");
  subscription.failing_since = now();
  subscription.disabled_reason = "switched off";
  EXPECT_EQ(run(store.list_subscriptions())->front().header_value.reveal(), "mine");
  subscription.edition = 1;
  subscription.header_value = Secret("new-and-secret");
  ASSERT_TRUE(run(store.update_subscription(subscription)));

  const auto listed = run(store.list_subscriptions()).value();

  ASSERT_EQ(listed.size(), 1u);
  EXPECT_EQ(listed[0].id, subscription.id);
  EXPECT_EQ(listed[0].secret.reveal(), "whsec_bmV3");
  EXPECT_EQ(listed[0].previous_secret->reveal(), "whsec_c2VjcmV0");
  EXPECT_EQ(listed[0].kinds, std::vector<std::string>{"message.received"});
  EXPECT_EQ(listed[0].failing_since, now());
  EXPECT_FALSE(listed[0].enabled());
  EXPECT_EQ(listed[0].edition, 1u);
  EXPECT_EQ(listed[0].header_name, "X-Key");
  EXPECT_EQ(listed[0].header_value.reveal(), "new-and-secret");
  EXPECT_EQ(count("SELECT count(*) FROM subscriptions WHERE instr(header_value, 'secret') > 0"), 0) << "sealed on disk";
  EXPECT_EQ(count("SELECT count(*) FROM subscriptions WHERE instr(secret, 'whsec') > 0"), 0) << "sealed on disk";
  EXPECT_EQ(progress(subscription).cursor, 3u);
}

TEST_F(WebhookRows, ARemovedOneIsGone) {
  const auto subscription = made();
  ASSERT_TRUE(run(store.remove_subscription(subscription.id, now())));

  EXPECT_TRUE(run(store.list_subscriptions())->empty());
  EXPECT_EQ(run(store.update_subscription(subscription)).error().code, ErrorCode::not_found);
}

TEST_F(WebhookRows, TriesAndCursorAreStoredTogetherAndReadAfterARestart) {
  const auto subscription = made();
  receive(4);
  ASSERT_TRUE(run(store.record(subscription, {}, {outcome(1, State::acked), outcome(2, State::pending), outcome(3, State::acked)}, 1)));

  const auto stands = progress(subscription);

  EXPECT_EQ(stands.cursor, 1u);
  ASSERT_EQ(stands.pending.size(), 1u);
  EXPECT_EQ(stands.pending[0].sequence, 2u);
  EXPECT_EQ(stands.pending[0].attempts, 1u);
  EXPECT_EQ(stands.pending[0].next_attempt_at, now() + seconds(30));
  EXPECT_EQ(stands.settled_beyond, std::set<std::uint64_t>{3});
  const auto tries = run(store.attempts_of(tenant, {2, 4})).value();
  ASSERT_EQ(tries.size(), 1u);
  EXPECT_EQ(tries[0].subscription, subscription.id.text());
  EXPECT_EQ(tries[0].took, milliseconds(12));
  EXPECT_EQ(tries[0].error, "HTTP 500");
  EXPECT_TRUE(run(store.attempts_of(TenantId::make(now()), {2}))->empty());
}

TEST_F(WebhookRows, WhatWaitsWithItsConversationIsReadAfterARestartAndCountsAsPending) {
  const auto subscription = made();
  receive(5);
  const auto lane = run(journal.read(tenant, 0, 1))->front().event.conversation->raw;
  ASSERT_TRUE(run(store.record(subscription, {2, 3}, {outcome(1, State::set_aside, 4), outcome(5, State::dead, 10)}, 3)));

  auto stands = progress(subscription);

  EXPECT_TRUE(stands.pending.empty());
  ASSERT_EQ(stands.set_aside.size(), 3u);
  EXPECT_EQ(stands.set_aside[0].lane, lane);
  EXPECT_EQ(stands.set_aside[0].attempts, 4u);
  EXPECT_EQ(stands.set_aside[0].next_attempt_at, now() + seconds(30));
  EXPECT_EQ(stands.set_aside[2].sequence, 3u);
  EXPECT_EQ(stands.set_aside[2].next_attempt_at, std::nullopt);
  EXPECT_EQ(stands.settled_beyond, std::set<std::uint64_t>{5}) << "dead ones do not come to life again";
  EXPECT_EQ(run(store.counts(subscription, false))->pending, 4u);
  EXPECT_EQ(run(store.replay(subscription, {1, 5, false, "", std::nullopt, 100}, now(), milliseconds(0))).value(), 0u)
      << "they come anyway";
  EXPECT_EQ(run(SqlJournalReader(db()).lowest_needed(tenant)).value(), 1u) << "retention keeps them";

  auto second = outcome(2, State::acked);
  second.was_set_aside = true;
  ASSERT_TRUE(run(store.record(subscription, {}, {outcome(1, State::acked, 5), second}, 3)));
  stands = progress(subscription);
  ASSERT_EQ(stands.set_aside.size(), 1u);
  EXPECT_EQ(stands.set_aside[0].sequence, 3u);
}

TEST_F(WebhookRows, CountsBalanceWhateverBecameOfTheEvents) {
  receive(1);
  const auto subscription = made({"message.received"});
  receive(6);
  auto dead = outcome(3, State::dead, 3);
  dead.to_offline_queue = true;
  ASSERT_TRUE(run(store.record(
      subscription, {},
      {outcome(2, State::acked), dead, outcome(4, State::pending), outcome(4, State::acked, 2), outcome(5, State::pending)}, 4)));

  const auto counts = run(store.counts(subscription, false)).value();

  EXPECT_EQ(counts.journaled, 6u);
  EXPECT_EQ(counts.acked, 2u);
  EXPECT_EQ(counts.dead, 1u);
  EXPECT_EQ(counts.pending, 3u) << "one to be tried again and two that were not read";
  EXPECT_EQ(count("SELECT count(*) FROM offline_queue WHERE sequence = 3"), 1);
  auto others = subscription;
  others.kinds = {"message.sent"};
  EXPECT_EQ(run(store.counts(others, false))->journaled, 0u);
  others.channel = ChannelId::make(now());
  others.kinds.clear();
  EXPECT_EQ(run(store.counts(others, false))->journaled, 0u);
}

TEST_F(WebhookRows, StatusesThatMovedNothingCanBeLeftOutOfTheCounts) {
  const auto subscription = made({"message.status"});
  auto ours = message();
  ASSERT_TRUE(run(outbound.accept(ours, std::nullopt)));
  for (const auto* word : {"delivered", "sent", "read"}) ASSERT_TRUE(run(inbound.store({status("wamid.A", word, ours.id)}, now())).front());

  EXPECT_EQ(run(store.counts(subscription, false)).value().journaled, 3u);
  EXPECT_EQ(run(store.counts(subscription, true)).value().journaled, 2u);
  std::size_t idle = 0;
  for (const auto& item : run(journal.read(tenant, 0, 10)).value()) idle += is_idle_status(item.event) ? 1 : 0;
  EXPECT_EQ(idle, 1u);
}

TEST_F(WebhookRows, ALossWouldShowInTheCounts) {
  const auto subscription = made();
  receive(3);
  ASSERT_TRUE(run(store.record(subscription, {}, {outcome(1, State::acked)}, 3)));  // a cursor that passes over what nobody tried

  const auto counts = run(store.counts(subscription, false)).value();

  EXPECT_EQ(counts.journaled - counts.acked - counts.dead - counts.pending, 2u);
}

TEST_F(WebhookRows, DeadLettersAreListedAndSentAgainOnDemandWithARecord) {
  const auto subscription = made();
  receive(5);
  ASSERT_TRUE(
      run(store.record(subscription, {},
                       {outcome(1, State::dead, 10), outcome(2, State::acked), outcome(3, State::dead, 10), outcome(4, State::acked)}, 4)));
  const auto letters = run(store.dead_letters(subscription.id, 1, 10)).value();
  ASSERT_EQ(letters.size(), 1u);
  EXPECT_EQ(letters[0].sequence, 3u);
  EXPECT_EQ(letters[0].status, 500);
  EXPECT_EQ(letters[0].error, "HTTP 500");
  EXPECT_EQ(letters[0].attempts, 10u);

  WebhookStore::Replay dead{1, 100, true, "", std::nullopt, 100};
  EXPECT_EQ(run(store.replay(subscription, dead, now(), milliseconds(20))).value(), 2u);

  const auto stands = progress(subscription);
  ASSERT_EQ(stands.pending.size(), 2u);
  EXPECT_EQ(stands.pending[1].sequence, 3u);
  EXPECT_EQ(stands.pending[1].attempts, 10u);
  EXPECT_EQ(stands.pending[1].next_attempt_at, now() + milliseconds(20));
  EXPECT_EQ(count("SELECT count(*) FROM journal WHERE kind = 'webhook.replayed'"), 1);
  ASSERT_TRUE(run(store.record(subscription, {}, {outcome(1, State::acked, 11), outcome(3, State::dead, 11)}, 4)));
  const auto counts = run(store.counts(subscription, false)).value();
  EXPECT_EQ(counts.acked, 3u);
  EXPECT_EQ(counts.dead, 1u);
}

TEST_F(WebhookRows, AReplayTakesARangeAndKeepsToWhatWasRead) {
  const auto subscription = made();
  receive(6);
  ASSERT_TRUE(run(store.record(subscription, {}, {outcome(1, State::acked), outcome(2, State::acked), outcome(3, State::acked)}, 3)));

  EXPECT_EQ(run(store.replay(subscription, {2, 6, false, "", std::nullopt, 100}, now(), milliseconds(0))).value(), 2u);
  EXPECT_EQ(run(store.replay(subscription, {1, 6, false, "message.sent", std::nullopt, 100}, now(), milliseconds(0))).value(), 0u);
  EXPECT_EQ(run(store.replay(subscription, {1, 6, false, "", ConversationId::make(now()), 100}, now(), milliseconds(0))).value(), 0u);
  EXPECT_EQ(run(store.replay(subscription, {1, 6, false, "", std::nullopt, 1}, now(), milliseconds(0))).value(), 1u);
}

TEST_F(WebhookRows, TriesGoWithTheirEvents) {
  receive(5);
  const auto subscription = made();
  receive(5);
  ASSERT_TRUE(run(store.record(subscription, {}, {outcome(6, State::dead), outcome(7, State::pending), outcome(8, State::acked)}, 8)));
  EXPECT_EQ(run(store.forget_dropped()).value(), 0u);

  ASSERT_TRUE(run(db().commit({{"DELETE FROM journal WHERE sequence < 8", {}, {}}})));
  EXPECT_EQ(run(store.forget_dropped()).value(), 4u);

  EXPECT_EQ(count("SELECT count(*) FROM webhook_attempts"), 1);
  EXPECT_EQ(count("SELECT count(*) FROM deliveries"), 0);
}

TEST_F(WebhookRows, TurningOffIsToldInTheJournal) {
  const auto subscription = made();
  ASSERT_TRUE(run(store.disable(subscription, "the endpoint answered 410 Gone", now())));

  EXPECT_EQ(run(store.list_subscriptions())->front().disabled_reason, "the endpoint answered 410 Gone");
  const auto items = run(journal.read(tenant, 0, 10)).value();
  ASSERT_EQ(items.size(), 1u);
  EXPECT_EQ(items[0].event.kind, "webhook.disabled");
}

TEST_F(WebhookRows, TheJournalIsReadWithWhatItIsAbout) {
  auto picture = text("wamid.P", customer("491500000001"));
  picture.media = MediaId::make(now());
  picture.message.type = "image";
  picture.message.media = InboundMedia{"meta-9", "image/jpeg", "c2hh", "cat.jpg"};
  std::vector<NewInboundEvent> post{picture};
  ASSERT_TRUE(run(inbound.store(std::move(post), now())).front());

  const auto pending = run(journal.read(tenant, 0, 10)).value();
  ASSERT_EQ(pending.size(), 1u);
  ASSERT_TRUE(pending[0].inbound);
  EXPECT_EQ(pending[0].inbound->id, picture.id);
  EXPECT_EQ(pending[0].inbound->wamid, "wamid.P");
  EXPECT_EQ(pending[0].inbound->from.wa_id->digits, "491500000001");
  EXPECT_EQ(pending[0].inbound->file, InboundView::File::pending);
  EXPECT_EQ(pending[0].inbound->mime_type, "image/jpeg");
  EXPECT_EQ(pending[0].inbound->media, picture.media);

  Media media;
  media.id = *picture.media;
  media.tenant = tenant;
  media.size = 7;
  media.mime_type = "image/jpeg";
  media.created_at = now();
  media.expires_at = now() + seconds(60);
  ASSERT_TRUE(run(inbound.finish_fetch(media)));
  EXPECT_EQ(run(journal.read(tenant, 0, 10))->front().inbound->file, InboundView::File::available);
  EXPECT_EQ(run(journal.read(tenant, 0, 10))->front().inbound->file_size, 7u);
  EXPECT_TRUE(run(journal.read(tenant, 2, 10))->empty());
  EXPECT_EQ(run(journal.last(tenant)).value(), 2u);  // received, and its file fetched
  EXPECT_EQ(run(journal.last(TenantId::make(now()))).value(), 0u);
}

TEST_F(WebhookRows, TheJournalIsReadWithTheMessagesOfOursItIsAbout) {
  auto hello = text("wamid.hello", customer("491500000001"));
  ASSERT_TRUE(run(inbound.store({hello}, now())).front());
  auto ours = message();
  ours.conversation = run(outbound.open_conversation(tenant, channel, customer("491500000001"), now()))->id;
  ours.client_data = R"({"order":17})";
  ASSERT_TRUE(run(outbound.accept(ours, std::nullopt)));
  EXPECT_EQ(run(outbound.find_message(ours.id)).value()->client_data, R"({"order":17})");
  ASSERT_TRUE(run(inbound.store({status("wamid.ours", "sent", ours.id)}, now())).front());
  auto answer = text("wamid.answer", customer("491500000001"));
  answer.message.reply_to = "wamid.ours";
  ASSERT_TRUE(run(inbound.store({answer}, now())).front());
  auto other = text("wamid.other", customer("491500000001"));
  other.message.reply_to = "wamid.hello";
  ASSERT_TRUE(run(inbound.store({other}, now())).front());

  const auto items = run(journal.read(tenant, 0, 10)).value();

  ASSERT_EQ(items.size(), 5u);
  EXPECT_EQ(items[0].inbound->reply_to, "");
  for (const auto sequence : {1u, 2u}) {
    EXPECT_EQ(items[sequence].event.subject, ours.id.raw);
    EXPECT_EQ(items[sequence].client_data, R"({"order":17})");
    EXPECT_EQ(items[sequence].with.wa_id->digits, "491500000001");
  }
  EXPECT_EQ(items[3].inbound->reply_to, "wamid.ours");
  ASSERT_TRUE(items[3].inbound->answered);
  EXPECT_EQ(items[3].inbound->answered->id, ours.id);
  EXPECT_EQ(items[3].inbound->answered->client_data, R"({"order":17})");
  EXPECT_EQ(items[4].inbound->reply_to, "wamid.hello");
  EXPECT_FALSE(items[4].inbound->answered) << "the customer's own";
}

TEST_F(WebhookRows, TheMessageThatIsAnsweredIsFoundByItsIndex) {
  const auto plan = rows(
      "EXPLAIN QUERY PLAN SELECT r.id FROM inbound_messages m LEFT JOIN messages r ON r.wamid = m.reply_to AND r.tenant_id = m.tenant_id");
  ASSERT_EQ(plan.size(), 2u);
  EXPECT_NE(as_text(plan[1][3]).find("messages_by_wamid"), std::string::npos) << as_text(plan[1][3]);
}

TEST_F(WebhookRows, APolicyOfItsOwnIsKeptAndChanged) {
  EXPECT_FALSE(made().retry);
  clock.advance(seconds(1));
  auto own = made();
  own.retry = RetryPolicy{RetryPolicy::Growth::linear, seconds(7), 3};
  ASSERT_TRUE(run(store.update_subscription(own)));
  auto wanted = own;
  wanted.id = SubscriptionId::make(now() + seconds(1));
  wanted.retry->growth = RetryPolicy::Growth::constant;
  ASSERT_TRUE(run(store.add_subscription(wanted)));

  const auto all = run(store.list_subscriptions()).value();
  ASSERT_EQ(all.size(), 3u);
  EXPECT_FALSE(all[0].retry);
  EXPECT_EQ(all[1].retry, own.retry);
  EXPECT_EQ(all[2].retry, wanted.retry);
}

}  // namespace
}  // namespace wherry::store
