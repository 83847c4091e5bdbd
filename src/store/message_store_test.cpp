#include "store/message_store.h"

#include "base/json.h"
#include "tests/support/store_world.h"

namespace wherry::store {
namespace {

class MessageRows : public test::StoreWorld {
 protected:
  MessageRows() : store(db()), inbound(db()) {}
  Message accepted() {
    auto made = message();
    EXPECT_TRUE(run(store.accept(made, std::nullopt)));
    clock.advance(milliseconds(1));
    return made;
  }
  Result<void> move(Message& which, MessageState to, const std::string& wamid = "", std::optional<UpstreamError> error = {}) {
    MessageMove step{which.id, which.state, to, wamid, std::move(error), which.attempts, std::nullopt, now()};
    auto done = run(store.move(step, which));
    if (done) which.state = to;
    return done;
  }
  Message stored(MessageId id) {
    auto found = run(store.find_message(id));
    EXPECT_TRUE(found && *found);
    return found && *found ? **found : Message();
  }
  std::vector<JournalEvent> journal(std::uint64_t after = 0, std::uint32_t limit = 100) {
    auto events = run(store.journal_after(tenant, after, limit));
    EXPECT_TRUE(events);
    return events ? *events : std::vector<JournalEvent>();
  }
  Conversation written_by(const std::string& number) {
    clock.advance(milliseconds(1));
    std::vector<NewInboundEvent> post{text("wamid." + number, customer(number))};
    auto done = run(inbound.store(std::move(post), now()));
    EXPECT_TRUE(done.front());
    return std::get<StoredInbound>(*done.front()).conversation;
  }
  SqlMessageStore store;
  SqlInboundStore inbound;
};

TEST_F(MessageRows, AnAcceptedMessageComesBackAsItWas) {
  auto made = message();
  made.content = MediaContent{MediaKind::document, MediaId::make(now()), "the plan", "plan.pdf"};
  made.client_data = R"({"order":991})";
  ASSERT_TRUE(run(store.accept(made, std::nullopt)));

  reopen();
  SqlMessageStore after(db());
  auto found = run(after.find_message(made.id));

  ASSERT_TRUE(found && *found);
  const auto& back = **found;
  EXPECT_EQ(back.tenant, tenant);
  EXPECT_EQ(back.channel, channel);
  EXPECT_EQ(back.conversation, conversation);
  EXPECT_EQ(back.client_data, made.client_data);
  EXPECT_EQ(content_to_json(back.content), content_to_json(made.content));
  EXPECT_EQ(back.state, MessageState::accepted);
  EXPECT_EQ(back.wamid, "");
  EXPECT_FALSE(back.error);
  EXPECT_FALSE(back.next_attempt_at);
  EXPECT_EQ(back.give_up_at, made.give_up_at);
  EXPECT_EQ(back.created_at, made.created_at);
  EXPECT_FALSE(*run(after.find_message(MessageId::make(now()))));
}

TEST_F(MessageRows, AMessageThatFailsAtOnceIsKeptAndToldWithItsError) {
  auto made = message();
  made.state = MessageState::failed;
  made.error.emplace();
  made.error->code = 131047;
  made.error->title = "outside";
  ASSERT_TRUE(run(store.accept(made, std::nullopt)));

  EXPECT_EQ(run(store.find_message(made.id))->value().error, made.error);
  const auto told = run(store.journal_after(tenant, 0, 10)).value();
  ASSERT_EQ(told.size(), 2u);
  EXPECT_EQ(told[0].kind, "message.accepted");
  EXPECT_EQ(told[1].kind, "message.failed");
  EXPECT_NE(told[1].body.find(R"("code":131047)"), std::string::npos) << told[1].body;
  EXPECT_TRUE(run(store.lane(made.conversation, 10))->empty());
}

TEST_F(MessageRows, TheFeedIsToldOfEveryJournalRowOnceItIsThere) {
  JournalFeed feed(clock);
  SqlMessageStore telling(db(), &feed);
  auto made = message();
  ASSERT_TRUE(run(telling.accept(made, std::nullopt)));
  EXPECT_EQ(feed.generation(tenant), 1U);

  MessageMove step{made.id, MessageState::accepted, MessageState::sending, "", {}, 1, std::nullopt, now()};
  ASSERT_TRUE(run(telling.move(step, made)));
  EXPECT_EQ(feed.generation(tenant), 1U);  // no row
  EXPECT_FALSE(run(telling.move(step, made)));
  step = {made.id, MessageState::sending, MessageState::sent, "wamid.A", {}, 1, std::nullopt, now()};
  ASSERT_TRUE(run(telling.move(step, made)));

  EXPECT_EQ(feed.generation(tenant), 2U);
  EXPECT_EQ(journal().size(), 2U);
}

TEST_F(MessageRows, AMessageMayBeStoredAsBeingSentAtOnce) {
  auto made = message();
  made.state = MessageState::sending;
  made.attempts = 1;

  ASSERT_TRUE(run(store.accept(made, std::nullopt)));
  auto again = run(store.accept(made, std::nullopt));

  EXPECT_EQ(stored(made.id).state, MessageState::sending);
  EXPECT_EQ(stored(made.id).attempts, 1U);
  EXPECT_FALSE(again);
  EXPECT_EQ(journal().size(), 1U);
  EXPECT_TRUE(move(made, MessageState::sent, "wamid.X"));
}

TEST_F(MessageRows, AMoveCarriesEverythingAlong) {
  auto made = accepted();
  UpstreamError error;
  error.code = 131026;
  error.subcode = 7;
  error.http_status = 400;
  error.title = "undeliverable";
  error.details = "say \"hi\"";
  error.fbtrace_id = "Atrace";
  error.is_transient = true;
  MessageMove retry{made.id, MessageState::accepted, MessageState::sending, "", {}, 1, std::nullopt, now()};
  ASSERT_TRUE(run(store.move(retry, made)));
  retry = {made.id, MessageState::sending, MessageState::accepted, "", error, 1, now() + seconds(3), now()};
  ASSERT_TRUE(run(store.move(retry, made)));

  const auto back = stored(made.id);

  EXPECT_EQ(back.state, MessageState::accepted);
  EXPECT_EQ(back.attempts, 1U);
  EXPECT_EQ(back.next_attempt_at, now() + seconds(3));
  EXPECT_EQ(back.updated_at, now());
  ASSERT_TRUE(back.error);
  EXPECT_EQ(back.error->code, 131026);
  EXPECT_EQ(back.error->subcode, 7);
  EXPECT_EQ(back.error->http_status, 400);
  EXPECT_EQ(back.error->title, "undeliverable");
  EXPECT_EQ(back.error->details, "say \"hi\"");
  EXPECT_EQ(back.error->fbtrace_id, "Atrace");
  EXPECT_TRUE(back.error->is_transient);
}

TEST_F(MessageRows, WhatIsSentAfterAllNoLongerHasTheErrorOfAnEarlierTry) {
  auto made = accepted();
  UpstreamError error;
  error.code = 130429;
  ASSERT_TRUE(move(made, MessageState::sending));
  ASSERT_TRUE(move(made, MessageState::accepted, "", error));
  ASSERT_TRUE(move(made, MessageState::sending));
  ASSERT_TRUE(stored(made.id).error);

  ASSERT_TRUE(move(made, MessageState::sent, "wamid.X"));

  EXPECT_FALSE(stored(made.id).error);
  EXPECT_EQ(stored(made.id).wamid, "wamid.X");
}

TEST_F(MessageRows, AMoveFromAnotherStateIsAConflictAndChangesNothing) {
  auto made = accepted();
  ASSERT_TRUE(move(made, MessageState::sending));
  const auto events = journal().size();
  MessageMove late{made.id, MessageState::accepted, MessageState::failed, "", {}, 9, std::nullopt, now()};
  MessageMove unknown{MessageId::make(now()), MessageState::accepted, MessageState::sending, "", {}, 1, std::nullopt, now()};

  auto done = run(store.move(late, made));
  auto nobody = run(store.move(unknown, made));

  ASSERT_FALSE(done);
  EXPECT_EQ(done.error().code, ErrorCode::conflict);
  ASSERT_FALSE(nobody);
  EXPECT_EQ(nobody.error().code, ErrorCode::conflict);
  EXPECT_EQ(stored(made.id).state, MessageState::sending);
  EXPECT_EQ(journal().size(), events);
}

TEST_F(MessageRows, AMessageIsFoundByWhatsAppsId) {
  auto made = accepted();
  accepted();
  ASSERT_TRUE(move(made, MessageState::sending));
  ASSERT_TRUE(move(made, MessageState::sent, "wamid.ABC"));

  auto found = run(store.find_message_by_wamid("wamid.ABC"));
  auto missing = run(store.find_message_by_wamid(""));

  ASSERT_TRUE(*found);
  EXPECT_EQ((*found)->id, made.id);
  EXPECT_FALSE(*missing);
}

TEST_F(MessageRows, TheJournalTellsTheWholeStoryInOrder) {
  auto made = accepted();
  ASSERT_TRUE(move(made, MessageState::sending));
  ASSERT_TRUE(move(made, MessageState::sent, "wamid.J"));

  const auto events = journal();

  ASSERT_EQ(events.size(), 2U);  // `sending` is a step of ours and not told
  EXPECT_EQ(events[0].kind, "message.accepted");
  EXPECT_EQ(events[1].kind, "message.sent");
  EXPECT_LT(events[0].sequence, events[1].sequence);
  for (const auto& event : events) {
    EXPECT_EQ(event.tenant, tenant);
    EXPECT_EQ(event.channel, channel);
    EXPECT_EQ(event.conversation, conversation);
    EXPECT_EQ(event.subject, made.id.raw);
  }
  auto body = json::parse(events[1].body);
  ASSERT_TRUE(body);
  EXPECT_EQ(json::find_string(body->as_object(), "messageId"), made.id.text());
  EXPECT_EQ(json::find_string(body->as_object(), "state"), "sent");
  EXPECT_EQ(json::find_string(body->as_object(), "wamid"), "wamid.J");
}

TEST_F(MessageRows, TheJournalIsReadInPagesAndPerTenant) {
  for (int i = 0; i < 5; ++i) accepted();
  const auto mine = tenant;
  tenant = TenantId::make(now());
  accepted();
  tenant = mine;

  const auto first = journal(0, 3);
  ASSERT_EQ(first.size(), 3U);
  const auto second = journal(first.back().sequence, 3);

  EXPECT_EQ(second.size(), 2U);
  EXPECT_TRUE(journal(second.back().sequence).empty());
}

TEST_F(MessageRows, ASequenceNumberIsNeverGivenTwice) {
  accepted();
  accepted();
  const auto last = journal().back().sequence;
  ASSERT_TRUE(run(db().commit({{"DELETE FROM journal WHERE sequence < (SELECT MAX(sequence) FROM journal)", {}, {}}})));
  reopen();
  SqlMessageStore after(db());

  ASSERT_TRUE(run(after.accept(message(), std::nullopt)));

  auto events = run(after.journal_after(tenant, 0, 10));
  ASSERT_EQ(events->size(), 2U);
  EXPECT_EQ(events->back().sequence, last + 1);
}

TEST_F(MessageRows, ConversationsAreListedNewestFirstInPages) {
  std::vector<ConversationId> expected;
  for (const auto* number : {"491500000001", "491500000002", "491500000003"}) expected.push_back(written_by(number).id);
  std::reverse(expected.begin(), expected.end());

  auto first = run(store.list_conversations({tenant, "", std::nullopt, 2}));
  ASSERT_EQ(first->size(), 2U);
  auto second = run(store.list_conversations({tenant, "", first->back().id, 2}));
  ASSERT_EQ(second->size(), 1U);

  EXPECT_EQ((*first)[0].id, expected[0]);
  EXPECT_EQ((*first)[1].id, expected[1]);
  EXPECT_EQ((*second)[0].id, expected[2]);
}

TEST_F(MessageRows, ConversationsAreFilteredByTenantAndByNumber) {
  const auto ours = written_by("5511987654321");
  written_by("491500000002");
  const auto mine = tenant;
  tenant = TenantId::make(now());
  channel = ChannelId::make(now());
  const auto theirs = written_by("5511987654321x").id;  // another wamid, another tenant
  const auto key = contact_key(WaId{"551187654321"});

  auto all = run(store.list_conversations({std::nullopt, "", std::nullopt, 50}));
  auto of_tenant = run(store.list_conversations({mine, "", std::nullopt, 50}));
  auto by_variant = run(store.list_conversations({mine, key, std::nullopt, 50}));
  auto anywhere = run(store.list_conversations({std::nullopt, "491500000002", std::nullopt, 50}));

  EXPECT_EQ(all->size(), 3U);
  EXPECT_EQ(all->front().id, theirs);
  EXPECT_EQ(of_tenant->size(), 2U);
  ASSERT_EQ(by_variant->size(), 1U);
  EXPECT_EQ(by_variant->front().id, ours.id);
  EXPECT_EQ(anywhere->size(), 1U);
}

TEST_F(MessageRows, AConversationIsFoundWithItsCustomer) {
  const auto opened = written_by("491500000001");

  auto found = run(store.find_conversation(opened.id));
  auto missing = run(store.find_conversation(ConversationId::make(now())));

  ASSERT_TRUE(*found);
  EXPECT_EQ((*found)->tenant, tenant);
  EXPECT_EQ((*found)->channel, channel);
  EXPECT_EQ((*found)->contact, opened.contact);
  EXPECT_EQ((*found)->identity.wa_id, WaId{"491500000001"});
  EXPECT_EQ((*found)->last_inbound_at, now());
  EXPECT_FALSE(*missing);
}

TEST_F(MessageRows, ANumbersConversationIsLookedForWithoutMakingIt) {
  EXPECT_FALSE(run(store.find_conversation_with(tenant, channel, WaId{"551187654321"})).value());
  EXPECT_EQ(count("SELECT COUNT(*) FROM contacts"), 0);

  const auto written = written_by("5511987654321");

  EXPECT_EQ(run(store.find_conversation_with(tenant, channel, WaId{"551187654321"})).value()->id, written.id);
  EXPECT_FALSE(run(store.find_conversation_with(TenantId::make(now()), channel, WaId{"551187654321"})).value());
  EXPECT_FALSE(run(store.find_conversation_with(tenant, ChannelId::make(now()), WaId{"551187654321"})).value());
}

TEST_F(MessageRows, ANumbersConversationIsMadeOnceAndMeetsWhatTheCustomerWritesLater) {
  const auto made = run(store.open_conversation(tenant, channel, customer("551187654321"), now())).value();
  const auto again = run(store.open_conversation(tenant, channel, customer("5511987654321"), now())).value();

  EXPECT_EQ(made.id, again.id);
  EXPECT_EQ(made.tenant, tenant);
  EXPECT_EQ(made.channel, channel);
  EXPECT_EQ(made.identity.wa_id, WaId{"551187654321"});
  EXPECT_FALSE(made.last_inbound_at) << "nobody wrote: the window is closed";
  EXPECT_TRUE(journal().empty());

  const auto written = written_by("5511987654321");
  EXPECT_EQ(written.id, made.id);
  const auto after = run(store.open_conversation(tenant, channel, customer("551187654321"), now())).value();
  EXPECT_EQ(after.identity.wa_id, WaId{"5511987654321"}) << "as WhatsApp writes it";
  EXPECT_EQ(after.last_inbound_at, now());
  EXPECT_EQ(count("SELECT COUNT(*) FROM contacts"), 1);
}

TEST_F(MessageRows, AKnownCustomerKeepsTheNumberWhatsAppGaveAndGetsAConversationPerChannel) {
  const auto written = written_by("5511987654321");

  const auto same = run(store.open_conversation(tenant, channel, customer("551187654321"), now())).value();
  const auto other = run(store.open_conversation(tenant, ChannelId::make(now()), customer("551187654321"), now())).value();

  EXPECT_EQ(same.id, written.id);
  EXPECT_NE(other.id, written.id);
  EXPECT_EQ(other.contact, written.contact);
  EXPECT_EQ(other.identity.wa_id, WaId{"5511987654321"});
  EXPECT_FALSE(other.last_inbound_at);
}

TEST_F(MessageRows, UncertainMessagesComeByAgeAndInPages) {
  std::vector<MessageId> old;
  for (int i = 0; i < 3; ++i) {
    auto made = accepted();
    ASSERT_TRUE(move(made, MessageState::sending));
    ASSERT_TRUE(move(made, MessageState::uncertain));
    old.push_back(made.id);
  }
  const auto since = now();
  clock.advance(milliseconds(1));
  auto young = accepted();
  ASSERT_TRUE(move(young, MessageState::sending));
  ASSERT_TRUE(move(young, MessageState::uncertain));
  accepted();

  const auto first = run(store.uncertain(std::nullopt, since, 2)).value();
  const auto second = run(store.uncertain(first.back().id, since, 2)).value();

  ASSERT_EQ(first.size(), 2u);
  EXPECT_EQ(first[0].id, old[0]);
  EXPECT_EQ(first[1].id, old[1]);
  ASSERT_EQ(second.size(), 1u);
  EXPECT_EQ(second[0].id, old[2]);
  const auto plan =
      rows("EXPLAIN QUERY PLAN SELECT id FROM messages WHERE state = 7 AND id > x'00' AND updated_at <= 5 ORDER BY id LIMIT 3");
  EXPECT_NE(as_text(plan[0][3]).find("messages_uncertain"), std::string::npos) << as_text(plan[0][3]);
}

TEST_F(MessageRows, ASecondSendOfAnUncertainMessageIsCounted) {
  auto made = accepted();
  ASSERT_TRUE(move(made, MessageState::sending));
  ASSERT_TRUE(move(made, MessageState::uncertain));
  MessageMove again{made.id, MessageState::uncertain, MessageState::accepted, {}, std::nullopt, 1, std::nullopt, now()};
  again.again_though_uncertain = true;

  ASSERT_TRUE(run(store.move(again, made)));

  EXPECT_EQ(stored(made.id).resends, 1u);
  EXPECT_EQ(stored(made.id).attempts, 1u);
}

TEST_F(MessageRows, WhatAMessageQuotesIsKept) {
  auto answer = message();
  answer.reply_to = "wamid.A";
  ASSERT_TRUE(run(store.accept(answer, std::nullopt)));
  EXPECT_EQ(stored(answer.id).reply_to, "wamid.A");
  EXPECT_EQ(stored(accepted().id).reply_to, "");
}

}  // namespace
}  // namespace wherry::store
