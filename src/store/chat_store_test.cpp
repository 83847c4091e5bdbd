#include "store/chat_store.h"

#include "tests/support/store_world.h"

namespace wherry::store {
namespace {

class Chats : public test::StoreWorld {
 protected:
  Chats() : messages(db()), inbound(db()), chats(db()) {}
  ConversationId writes(const std::string& number, const std::string& wamid, const std::string& address = "") {
    clock.advance(milliseconds(10));
    std::vector<NewInboundEvent> post{text(wamid, customer(number, address))};
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

}  // namespace
}  // namespace wherry::store
