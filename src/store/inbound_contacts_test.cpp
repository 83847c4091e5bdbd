// Who wrote: numbers, business-scoped user ids (BSUIDs), and customers that turn out to be one.
#include "tests/support/store_world.h"

namespace wherry::store {
namespace {

class InboundContacts : public test::StoreWorld {
 protected:
  InboundContacts() : store(db()), reader(db()) {}
  Conversation written_by(ContactIdentity who) {
    clock.advance(seconds(1));
    std::vector<NewInboundEvent> post{text("wamid." + std::to_string(++written), std::move(who))};
    auto done = run(store.store(std::move(post), now()));
    EXPECT_TRUE(done.front()) << done.front().error().detail;
    return done.front() ? std::get<StoredInbound>(*done.front()).conversation : Conversation();
  }
  Conversation found(ConversationId id) {
    auto conversation = run(reader.find_conversation(id));
    EXPECT_TRUE(conversation && *conversation);
    return conversation && *conversation ? **conversation : Conversation();
  }
  std::int64_t contacts() { return count("SELECT count(*) FROM contacts"); }
  SqlInboundStore store;
  SqlMessageStore reader;
  int written = 0;
};

TEST_F(InboundContacts, TheVariantsOfANumberAreOneCustomer) {
  const auto with_nine = written_by(customer("5511987654321"));
  const auto without = written_by(customer("551187654321"));

  EXPECT_EQ(with_nine.id, without.id);
  EXPECT_EQ(without.identity.wa_id, WaId{"551187654321"});
  EXPECT_EQ(contacts(), 1);
}

TEST_F(InboundContacts, SomebodyWithoutANumberIsKnownByTheirBsuid) {
  const auto first = written_by(customer("", "DE.1"));
  const auto again = written_by(customer("", "DE.1"));
  const auto other = written_by(customer("", "DE.2"));

  EXPECT_EQ(first.id, again.id);
  EXPECT_NE(first.id, other.id);
  EXPECT_EQ(first.identity.bsuid, "DE.1");
  EXPECT_FALSE(first.identity.wa_id);
}

TEST_F(InboundContacts, ANumberLearnsItsBsuid) {
  const auto before = written_by(customer("491500000001"));
  const auto both = written_by(customer("491500000001", "DE.1"));
  const auto after = written_by(customer("", "DE.1"));

  EXPECT_EQ(before.id, both.id);
  EXPECT_EQ(before.id, after.id);
  EXPECT_EQ(after.identity.wa_id, WaId{"491500000001"});
  EXPECT_EQ(after.identity.bsuid, "DE.1");
  EXPECT_EQ(contacts(), 1);
}

TEST_F(InboundContacts, ABsuidLearnsItsNumber) {
  const auto before = written_by(customer("", "DE.1"));
  const auto both = written_by(customer("491500000001", "DE.1"));
  const auto after = written_by(customer("491500000001"));

  EXPECT_EQ(before.id, both.id);
  EXPECT_EQ(before.id, after.id);
  EXPECT_EQ(after.identity.bsuid, "DE.1");
  EXPECT_EQ(contacts(), 1);
}

TEST_F(InboundContacts, TwoStrangersWhoAreOneBecomeOneContact) {
  const auto by_number = written_by(customer("491500000001"));
  const auto by_bsuid = written_by(customer("", "DE.1"));
  ASSERT_NE(by_number.id, by_bsuid.id);

  const auto both = written_by(customer("491500000001", "DE.1"));

  EXPECT_EQ(contacts(), 1);
  EXPECT_EQ(both.id, by_number.id);
  EXPECT_EQ(both.contact, by_number.contact);
  EXPECT_EQ(written_by(customer("", "DE.1")).id, by_number.id);
}

TEST_F(InboundContacts, AConversationThatWasFoldedAwayStaysUsableAndItsWindowGoesOn) {
  written_by(customer("491500000001"));
  const auto folded = written_by(customer("", "DE.1"));
  const auto both = written_by(customer("491500000001", "DE.1"));
  clock.advance(std::chrono::hours(30));
  written_by(customer("491500000001"));

  const auto old_one = found(folded.id);
  auto listed = run(reader.list_conversations({tenant, "", std::nullopt, 10}));

  EXPECT_EQ(old_one.contact, both.contact);
  EXPECT_EQ(old_one.identity.wa_id, WaId{"491500000001"});
  EXPECT_EQ(old_one.last_inbound_at, now());
  ASSERT_EQ(listed->size(), 1U);
  EXPECT_EQ(listed->front().id, both.id);
}

TEST_F(InboundContacts, AConversationInAnotherChannelMovesOver) {
  written_by(customer("491500000001"));
  const auto first_channel = channel;
  channel = ChannelId::make(now());
  const auto elsewhere = written_by(customer("", "DE.1"));
  channel = first_channel;
  const auto both = written_by(customer("491500000001", "DE.1"));

  EXPECT_EQ(found(elsewhere.id).contact, both.contact);
  channel = elsewhere.channel;
  EXPECT_EQ(written_by(customer("491500000001")).id, elsewhere.id);
  auto listed = run(reader.list_conversations({tenant, "", std::nullopt, 10}));
  EXPECT_EQ(listed->size(), 2U);
}

TEST_F(InboundContacts, TheWindowOfAFoldedConversationIsNotLost) {
  const auto first_channel = channel;
  const auto second_channel = ChannelId::make(now());
  channel = second_channel;
  const auto by_number = written_by(customer("491500000001"));
  clock.advance(std::chrono::hours(40));
  written_by(customer("", "DE.1"));
  const auto newest = now();
  channel = first_channel;
  written_by(customer("491500000001", "DE.1"));

  EXPECT_EQ(found(by_number.id).last_inbound_at, newest);
}

TEST_F(InboundContacts, ABsuidThatComesWithAnotherNumberLeavesTheOldOne) {
  const auto old_number = written_by(customer("491500000001", "DE.1"));
  const auto new_number = written_by(customer("491500000002", "DE.1"));

  EXPECT_NE(old_number.contact, new_number.contact);
  EXPECT_EQ(new_number.identity.bsuid, "DE.1");
  EXPECT_FALSE(found(old_number.id).identity.bsuid);
  EXPECT_EQ(written_by(customer("", "DE.1")).id, new_number.id);
}

TEST_F(InboundContacts, ANumberWithANewBsuidKeepsItsConversation) {
  const auto before = written_by(customer("491500000001", "DE.1"));
  const auto after = written_by(customer("491500000001", "DE.2"));

  EXPECT_EQ(before.id, after.id);
  EXPECT_EQ(after.identity.bsuid, "DE.2");
}

TEST_F(InboundContacts, WhatIsKnownIsNotForgottenWhenAMessageSaysLess) {
  auto rich = customer("491500000001", "DE.1");
  rich.parent_bsuid = "DE.ENT.1";
  rich.profile_name = "Ann";
  rich.username = "ann.b";
  written_by(rich);

  const auto poor = written_by(customer("491500000001"));

  EXPECT_EQ(poor.identity.bsuid, "DE.1");
  EXPECT_EQ(poor.identity.parent_bsuid, "DE.ENT.1");
  EXPECT_EQ(poor.identity.profile_name, "Ann");
  EXPECT_EQ(poor.identity.username, "ann.b");
}

TEST_F(InboundContacts, ANewNameReplacesTheOldOne) {
  auto who = customer("491500000001");
  who.profile_name = "Ann";
  written_by(who);
  who.profile_name = "Ann B.";

  EXPECT_EQ(written_by(who).identity.profile_name, "Ann B.");
  EXPECT_EQ(contacts(), 1);
}

TEST_F(InboundContacts, TenantsDoNotShareTheirCustomers) {
  const auto ours = written_by(customer("491500000001", "DE.1"));
  tenant = TenantId::make(now());
  channel = ChannelId::make(now());

  const auto theirs = written_by(customer("491500000001", "DE.1"));

  EXPECT_NE(ours.contact, theirs.contact);
  EXPECT_EQ(contacts(), 2);
}

// A partial or wrongly ordered index would make each message look through every contact.
TEST_F(InboundContacts, AThousandStrangersCostNoMoreThanAFew) {
  for (const auto* condition : {"contact_key = 'x' AND tenant_id = x''", "bsuid = 'x' AND tenant_id = x''", "contact_key = 'x'"}) {
    const auto sql = std::string("EXPLAIN QUERY PLAN SELECT 1 FROM contacts WHERE ") + condition;
    const auto plan = as_text(rows(sql.c_str()).at(0).at(3));
    EXPECT_NE(plan.find("SEARCH"), std::string::npos) << condition << ": " << plan;
  }
}

}  // namespace
}  // namespace wherry::store
