#include "store/inbound_store.h"
#include "tests/support/store_world.h"

namespace wherry::store {
namespace {

class LinkedRows : public test::StoreWorld {
 protected:
  LinkedRows() : store(db()) {}
  std::vector<StoredInboundEvent> take(std::vector<NewInboundEvent> events) {
    std::vector<StoredInboundEvent> stored;
    for (auto& done : run(store.store(std::move(events), now()))) {
      EXPECT_TRUE(done) << done.error().detail;
      stored.push_back(done ? std::move(*done) : StoredInboundEvent());
    }
    return stored;
  }
  bool is_known(const NewInbound& message) { return std::get<StoredInbound>(take({message}).at(0)).duplicate; }
  SqlInboundStore store;
};

TEST_F(LinkedRows, WhatALinkedNumberTellsIsJournaledOnceInItsConversation) {
  const auto known = std::get<StoredInbound>(take({text("wamid.A", customer("491500000001"))}).at(0)).conversation;
  NewLinkedEvent edit{
      channel, tenant, {phone_number_id, "message.edited", "c|s|M2", customer("491500000001"), now(), R"({"a":1})"}, "491500000001"};
  auto stranger = edit;
  stranger.event.once = "c|s|M3";
  stranger.contact_key = "";
  stranger.event.with = customer("", "120@g.us");

  const auto first = take({edit});
  const auto again = take({edit, stranger});

  EXPECT_FALSE(std::get<StoredLinkedEvent>(first.at(0)).duplicate);
  EXPECT_TRUE(std::get<StoredLinkedEvent>(again.at(0)).duplicate);
  EXPECT_FALSE(std::get<StoredLinkedEvent>(again.at(1)).duplicate);
  SqlMessageStore reader(db());
  const auto events = *run(reader.journal_after(tenant, 1, 10));
  ASSERT_EQ(events.size(), 2U);
  EXPECT_EQ(events[0].kind, "message.edited");
  EXPECT_EQ(events[0].conversation, known.id);
  EXPECT_EQ(events[0].body, R"({"a":1})");
  EXPECT_FALSE(events[1].conversation) << "it opens none";
}

TEST_F(LinkedRows, OneIdInTwoChatsIsTwoMessages) {
  auto one = text("3EB0", customer("491500000001"));
  one.message.place = "a";
  auto other = text("3EB0", customer("491500000002"));
  other.message.place = "b";

  EXPECT_FALSE(is_known(one));
  EXPECT_FALSE(is_known(other));
  EXPECT_TRUE(is_known(one));
}

}  // namespace
}  // namespace wherry::store
