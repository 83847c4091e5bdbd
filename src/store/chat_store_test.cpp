#include "store/chat_store.h"

#include "store/message_history.h"
#include "store/people_store.h"
#include "tests/support/store_world.h"

namespace wherry::store {
namespace {

class Chats : public test::StoreWorld {
 protected:
  Chats() : messages(db()), inbound(db()), chats(db()) {}
  ConversationId writes(const std::string& number, const std::string& wamid, const std::string& address = "") {
    clock.advance(milliseconds(10));
    auto message = text(wamid, customer(number, address));
    message.message.place = "a|b";
    std::vector<NewInboundEvent> post{std::move(message)};
    return std::get<StoredInbound>(*run(inbound.store(std::move(post), now())).front()).conversation.id;
  }
  std::vector<Chat> list(ChatStore::Page page = {}) {
    page.channel = channel;
    auto found = run(chats.list(std::move(page)));
    EXPECT_TRUE(found) << found.error().detail;
    return found ? *found : std::vector<Chat>();
  }
  void change(ConversationId conversation, ChatChange what) { ASSERT_TRUE(run(chats.change(conversation, what))); }

  SqlMessageStore messages;
  SqlInboundStore inbound;
  SqlChatStore chats;
  SqlPeopleStore people{db()};
  SqlMessageHistory history{db()};
};

TEST_F(Chats, AreConversationsNewestFirstWithWhatWasNotRead) {
  const auto first = writes("4915112345678", "in1");
  writes("4915112345678", "in2");
  const auto second = writes("", "in3", "120363041234567890@g.us");

  const auto all = list();
  ASSERT_EQ(all.size(), 2u);
  EXPECT_EQ(all[0].conversation, second);
  EXPECT_EQ(all[0].with.bsuid, "120363041234567890@g.us");
  EXPECT_EQ(all[1].conversation, first);
  EXPECT_EQ(all[1].unread, 2u);
  EXPECT_TRUE(all[1].last_message_at.has_value());

  ChatStore::Page rest;
  rest.after = second;
  EXPECT_EQ(list(rest).size(), 1u);
  ChatStore::Page groups;
  groups.which = ChatStore::Page::Which::groups;
  ASSERT_EQ(list(groups).size(), 1u);
  EXPECT_EQ(list(groups)[0].conversation, second);
  ChatStore::Page search;
  search.search = "4915112";
  EXPECT_EQ(list(search).size(), 1u);
}

TEST_F(Chats, AreFoundByAddress) {
  const auto person = writes("4915112345678", "in1");
  const auto group = writes("", "in2", "120363041234567890@g.us");

  EXPECT_EQ(run(chats.find(channel, "4915112345678@s.whatsapp.net")).value()->conversation, person);
  EXPECT_EQ(run(chats.find(channel, "120363041234567890@g.us")).value()->conversation, group);
  EXPECT_FALSE(run(chats.find(channel, "1@s.whatsapp.net")).value());
  EXPECT_FALSE(run(chats.find(ChannelId::make(now()), "4915112345678@s.whatsapp.net")).value());
}

TEST_F(Chats, KeepWhatTheirOwnerMadeOfThem) {
  const auto chat = writes("4915112345678", "in1");
  ChatChange archived;
  archived.archived = true;
  archived.muted_until = std::optional(now() + seconds(60));
  change(chat, archived);
  ChatChange pinned;
  pinned.pinned = true;
  change(chat, pinned);

  EXPECT_TRUE(list()[0].archived && list()[0].pinned) << "what is absent stays";
  EXPECT_EQ(list()[0].muted_until, now() + seconds(60));

  ChatChange loud;
  loud.muted_until = std::optional<Timestamp>();
  change(chat, loud);
  EXPECT_FALSE(list()[0].muted_until);
}

TEST_F(Chats, CountOnlyWhatCameAfterTheyWereRead) {
  const auto chat = writes("4915112345678", "in1");
  ChatChange read;
  read.read_at = now();
  change(chat, read);
  EXPECT_EQ(list()[0].unread, 0u);

  writes("4915112345678", "in2");

  EXPECT_EQ(list()[0].unread, 1u);
}

TEST_F(Chats, ThatWereDeletedComeBackWithTheNextMessage) {
  const auto chat = writes("4915112345678", "in1");
  ChatChange gone;
  gone.cleared_at = now();
  change(chat, gone);
  EXPECT_TRUE(list().empty());

  writes("4915112345678", "in2");

  ASSERT_EQ(list().size(), 1u);
  EXPECT_EQ(list()[0].unread, 1u);
}

TEST_F(Chats, AreNamedByTheAddressBookOrTheGroupsSubject) {
  writes("4915112345678", "in1");
  writes("", "in2", "120363041234567890@g.us");
  linked::ContactChange kim;
  kim.jid = *Jid::parse("4915112345678@s.whatsapp.net");
  kim.name = "Kim";
  ASSERT_TRUE(run(people.learn(channel, {kim}, now())));
  linked::GroupChange team;
  team.jid = *Jid::parse("120363041234567890@g.us");
  team.subject = "Team";
  ASSERT_TRUE(run(people.learn_group(channel, team, now())));

  EXPECT_EQ(list()[0].name, "Team");
  EXPECT_EQ(list()[1].name, "Kim");
  EXPECT_EQ(list()[1].tenant, tenant);
}

TEST_F(Chats, KeepWhatBecameOfTheirMessages) {
  const auto chat = writes("4915112345678", "in1");
  const auto other = writes("4915100000001", "in1");
  ASSERT_TRUE(run(chats.mark(chat, {"in1", "kim", "better"})));
  ASSERT_TRUE(run(chats.mark(chat, {"in1", "kim", std::nullopt, true})));
  ASSERT_TRUE(run(chats.mark(chat, {"in1", "lee", "worse"})));

  const auto marks = run(chats.marks(chat, {"in0", "in1"})).value();
  ASSERT_EQ(marks.size(), 2u);
  EXPECT_EQ(marks[0].by, "kim");
  EXPECT_EQ(marks[0].text, "better");
  EXPECT_TRUE(marks[0].revoked);
  EXPECT_FALSE(marks[1].revoked);
  EXPECT_TRUE(run(chats.marks(chat, {"in0"})).value().empty());
  EXPECT_TRUE(run(chats.marks(other, {"in1"})).value().empty());
}

TEST_F(Chats, KeepWhatWasWrittenOnThePhoneOnce) {
  const auto chat = writes("4915112345678", "in1");
  clock.advance(seconds(1));
  OwnMessage own{MessageId::make(now()), tenant, channel, "3A01", "text", "from the phone", "in1", R"({"type":"text"})", now()};
  ASSERT_TRUE(run(chats.keep_own(chat, own)));
  own.id = MessageId::make(now());
  ASSERT_TRUE(run(chats.keep_own(chat, own)));

  HistoryFilter filter;
  filter.tenant = tenant;
  filter.conversation = chat;
  const auto page = run(history.list(filter)).value();
  ASSERT_EQ(page.items.size(), 2u);
  EXPECT_EQ(page.total, 2u);
  EXPECT_TRUE(page.items[0].by_phone);
  EXPECT_EQ(page.items[0].direction, HistoryItem::Direction::outbound);
  EXPECT_EQ(page.items[0].text, "from the phone");
  EXPECT_EQ(page.items[0].reply_to, "in1");
  EXPECT_FALSE(page.items[1].by_phone);
  EXPECT_EQ(page.items[1].raw, R"({"type":"text"})");
  EXPECT_EQ(list()[0].last_message_at, now());
  EXPECT_EQ(list()[0].unread, 1u);
  EXPECT_TRUE(run(history.find(tenant, page.items[0].id)).value()->by_phone);
}

TEST_F(Chats, TellWhatWasSaidNewestFirstAPageAtATime) {
  const auto chat = writes("4915112345678", "in1");
  writes("4915100000001", "elsewhere");
  clock.advance(seconds(1));
  auto sent = message();
  sent.conversation = chat;
  sent.wamid = "3EB0AA";
  ASSERT_TRUE(run(messages.accept(sent, std::nullopt)));
  EXPECT_EQ(run(chats.find(channel, "4915112345678@s.whatsapp.net")).value()->last_message_at, now());
  const auto sent_at = now();
  writes("4915112345678", "in2");

  ChatFilter filter;
  filter.tenant = tenant;
  filter.conversation = chat;
  const auto ids = [&](ChatFilter what) {
    std::vector<std::string> found;
    for (const auto& item : run(history.chat(what)).value()) found.push_back(item.wamid);
    return found;
  };
  using Ids = std::vector<std::string>;
  EXPECT_EQ(ids(filter), (Ids{"in2", "3EB0AA", "in1"}));
  filter.limit = 2;
  EXPECT_EQ(ids(filter), (Ids{"in2", "3EB0AA"}));
  filter.before = sent.id;
  EXPECT_EQ(ids(filter), (Ids{"in1"}));
  filter.before.reset();
  filter.since = sent_at + milliseconds(1);
  EXPECT_EQ(ids(filter), (Ids{"in2"}));
  filter.tenant = TenantId::make(now());
  EXPECT_TRUE(ids(filter).empty());
}

}  // namespace
}  // namespace wherry::store
