#include "services/sessions/session_people.h"

#include "tests/support/session_world.h"

namespace wherry {
namespace {

class SessionPeopleTest : public test::SessionWorld {
 protected:
  static Jid jid(std::string_view text) { return *Jid::parse(text); }
  linked::ReceivedMessage message(linked::ReceivedContent content, const char* chat = kim, const char* sender = kim) {
    linked::ReceivedMessage made;
    made.chat = jid(chat);
    made.message_id = "3A0" + std::to_string(++number_);
    made.sender = jid(sender);
    made.at = clock.now();
    made.push_name = "Kim";
    made.content = std::move(content);
    return made;
  }
  Chat& chat(const char* address) {
    Chat made;
    made.conversation = ConversationId::make(clock.now());
    made.tenant = tenant;
    made.channel = session_;
    if (const auto digits = jid(address).number()) made.with.wa_id = digits;
    else made.with.bsuid = address;
    made.unread = 3;
    chats.chats.push_back(made);
    return chats.chats.back();
  }
  void receive(linked::ReceivedMessage made) { ASSERT_TRUE(run(listener.received(name(session_), std::move(made)))); }

  static constexpr const char* kim = "4915187654321@s.whatsapp.net";
  static constexpr const char* hidden = "88123456789012@lid";
  static constexpr const char* group = "120363041234567890@g.us";
  int number_ = 0;
  ChannelId session_ = working();
};

TEST_F(SessionPeopleTest, WhoWritesIsKnownUnderBothAddresses) {
  auto hello = message(linked::Text{"hi"}, kim, hidden);
  hello.sender_alt = jid(kim);
  receive(hello);

  ASSERT_EQ(people.people.size(), 1u);
  EXPECT_EQ(people.people[0].jid.text(), kim);
  EXPECT_EQ(people.people[0].lid, jid(hidden));
  EXPECT_EQ(people.people[0].push_name, "Kim");
}

TEST_F(SessionPeopleTest, TheSameIsStoredAgainOnlyAfterAWhile) {
  for (int i = 0; i < 3; ++i) receive(message(linked::Text{"hi"}));
  EXPECT_EQ(people.writes, 1);

  auto renamed = message(linked::Text{"hi"});
  renamed.push_name = "Kim K.";
  receive(renamed);
  EXPECT_EQ(people.writes, 2);
  clock.advance(SessionPeople::told_again_after);
  receive(message(linked::Text{"hi"}));
  EXPECT_EQ(people.writes, 3);
}

TEST_F(SessionPeopleTest, WhoWritesInAGroupIsInIt) {
  receive(message(linked::Text{"hi"}, group));

  ASSERT_EQ(people.places[kim].size(), 1u);
  EXPECT_EQ(people.places[kim][0].group.text(), group);
}

TEST_F(SessionPeopleTest, NoMessageIsRefusedBecausePeopleCannotBeStored) {
  people.outage = true;
  receive(message(linked::Text{"hi"}));

  EXPECT_EQ(inbound.messages.size(), 1u);
}

TEST_F(SessionPeopleTest, EditsAndRevocationsMarkTheirMessageWithWhoSaidIt) {
  const auto where = chat(kim).conversation;
  receive(message(linked::Edit{{"3A77", std::nullopt, false}, linked::Text{"better"}}));
  auto mine = message(linked::Revoke{{"3EB0AA", std::nullopt, true}});
  mine.from_me = true;
  receive(mine);

  ASSERT_EQ(chats.marked.size(), 2u);
  EXPECT_EQ(chats.marked[0].first, where);
  EXPECT_EQ(chats.marked[0].second.message_id, "3A77");
  EXPECT_EQ(chats.marked[0].second.by, kim);
  EXPECT_EQ(chats.marked[0].second.text, "better");
  EXPECT_EQ(chats.marked[1].second.by, "me");
  EXPECT_TRUE(chats.marked[1].second.revoked);
}

TEST_F(SessionPeopleTest, AMarkThatCannotBeStoredIsAskedForAgain) {
  chat(kim);
  chats.outage = true;

  EXPECT_FALSE(run(listener.received(name(session_), message(linked::Revoke{{"3A77", std::nullopt, false}}))));
}

TEST_F(SessionPeopleTest, WhatIsWrittenOnThePhoneStandsInTheChatWhenThereIsOne) {
  auto own = message(linked::Text{"from the phone"});
  own.from_me = true;
  receive(own);
  EXPECT_TRUE(chats.own.empty()) << "it opens no chat";

  const auto where = chat(kim).conversation;
  own.message_id = "3A99";
  receive(own);

  ASSERT_EQ(chats.own.size(), 1u);
  EXPECT_EQ(chats.own[0].first, where);
  EXPECT_EQ(chats.own[0].second.wamid, "3A99");
  EXPECT_EQ(chats.own[0].second.text, "from the phone");
  EXPECT_TRUE(people.people.empty()) << "it is nobody else's word";
}

TEST_F(SessionPeopleTest, ThePhonesChatsChangeTheChatsHere) {
  chat(kim);
  linked::ChatChange told;
  told.jid = jid(kim);
  told.name = "Kim Muster";
  told.archived = true;
  told.muted_until = clock.now() + seconds(60);
  told.unread = 0;
  run(listener.chats(name(session_), {told}));

  EXPECT_TRUE(chats.chats[0].archived);
  EXPECT_EQ(chats.chats[0].muted_until, clock.now() + seconds(60));
  EXPECT_EQ(chats.chats[0].unread, 0u);
  EXPECT_EQ(people.people.at(0).name, "Kim Muster");
  linked::ChatChange loud;
  loud.jid = jid(kim);
  loud.muted_until = Timestamp();
  run(listener.chats(name(session_), {loud}));
  EXPECT_FALSE(chats.chats[0].muted_until);
  EXPECT_TRUE(chats.chats[0].archived);
}

TEST_F(SessionPeopleTest, ContactsAndGroupsOfThePhoneAreKept) {
  linked::ContactChange contact;
  contact.jid = jid(kim);
  contact.name = "Kim";
  run(listener.contacts(name(session_), {contact}));
  linked::GroupsNotice notice;
  notice.groups.resize(1);
  notice.groups[0].jid = jid(group);
  notice.groups[0].subject = "Team";
  notice.members = linked::MembersChange{jid(group), linked::MemberAction::add, {jid(kim)}};
  run(listener.groups(name(session_), notice));

  EXPECT_EQ(people.people.at(0).name, "Kim");
  EXPECT_EQ(people.groups.at(0).subject, "Team");
  EXPECT_EQ(people.changes.at(0).participants.at(0), jid(kim));
}

}  // namespace
}  // namespace wherry
