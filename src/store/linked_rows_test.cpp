// What the rows of linked numbers have of their own: conversations by address, authors of kept messages, receipts that know better.
#include "base/crypto.h"
#include "store/access_store.h"
#include "store/channel_store.h"
#include "store/session_store.h"
#include "tests/support/store_world.h"
#include "tests/support/test_channel.h"

namespace wherry::store {
namespace {

class LinkedNumberRows : public test::StoreWorld {
 protected:
  LinkedNumberRows() {
    Channel number;
    number.id = channel;
    number.tenant = tenant;
    number.kind = ChannelKind::linked;
    number.phone_number_id = linked_address(channel);
    number.created_at = now();
    EXPECT_TRUE(run(SqlAccessStore(db()).add_tenant({tenant, "acme", now()})));
    EXPECT_TRUE(run(channels.add_channel(number)));
  }
  Conversation open(ContactIdentity who) { return run(messages.open_conversation(tenant, channel, std::move(who), now())).value(); }
  StoredStatus take(NewStatus told) {
    auto stored = run(inbound.store({std::move(told)}, now()));
    return std::get<StoredStatus>(stored.front().value());
  }

  SecretBox secrets = *SecretBox::create(std::string(SecretBox::key_size, 'k'));
  SqlChannelStore channels{db(), secrets};
  SqlMessageStore messages{db()};
  SqlInboundStore inbound{db()};
  SqlSessionStore sessions{db(), secrets};
};

TEST_F(LinkedNumberRows, AConversationWithAnAddressIsMadeOnce) {
  const auto group = open(customer("", "120363041234567890@g.us"));
  EXPECT_EQ(open(customer("", "120363041234567890@g.us")).id, group.id);
  EXPECT_FALSE(group.last_inbound_at);
  EXPECT_FALSE(group.identity.wa_id);
  EXPECT_EQ(group.identity.bsuid, "120363041234567890@g.us");
  EXPECT_NE(open(customer("", "88@lid")).id, group.id);

  const auto got = run(inbound.store({text("3EB0A", customer("", "120363041234567890@g.us"))}, now()));
  EXPECT_EQ(std::get<StoredInbound>(got.front().value()).conversation.id, group.id) << "who answers is in it";
}

TEST_F(LinkedNumberRows, SomebodyWhoseNumberIsKnownIsFoundByAddressToo) {
  const auto got = run(inbound.store({text("3EB0A", customer("4915112345678", "88@lid"))}, now()));
  const auto known = std::get<StoredInbound>(got.front().value()).conversation;

  EXPECT_EQ(open(customer("", "88@lid")).id, known.id);
  EXPECT_EQ(open(customer("4915112345678")).id, known.id);
}

TEST_F(LinkedNumberRows, AReceiptCorrectsAFailureOfAMessageThatHadItsIdFromTheStart) {
  conversation = open(customer("4915112345678")).id;
  auto ours = message();
  ours.wamid = "3EB0AAAA";
  ours.state = MessageState::sending;
  ASSERT_TRUE(run(messages.accept(ours, std::nullopt)));
  UpstreamError gave_up;
  gave_up.title = "the outcome stayed unknown";
  ASSERT_TRUE(run(messages.move({ours.id, MessageState::sending, MessageState::failed, "", gave_up, 1, std::nullopt, now()}, ours)));

  EXPECT_NE(run(messages.journal_after(tenant, 0, 10))->back().body.find(R"("wamid":"3EB0AAAA")"), std::string::npos)
      << "who follows it knows which";

  EXPECT_TRUE(take(status("3EB0AAAA", "delivered")).moved);

  const auto now_is = run(messages.find_message(ours.id))->value();
  EXPECT_EQ(now_is.state, MessageState::delivered);
  EXPECT_FALSE(now_is.error);
}

TEST_F(LinkedNumberRows, TheAuthorOfAKeptMessageIsKnownAsLongAsIt) {
  ASSERT_TRUE(run(sessions.keep_bytes({channel, "g@g.us", "M1", Secret("b"), now(), false, "77@lid"})));
  ASSERT_TRUE(run(sessions.keep_bytes({channel, "g@g.us", "M2", Secret("b"), now(), true})));

  EXPECT_EQ(run(sessions.find_author(channel, {"x@g.us", "g@g.us"}, "M1")).value(), "77@lid");
  EXPECT_EQ(run(sessions.find_author(channel, {"g@g.us"}, "M2")).value(), "");
  EXPECT_FALSE(run(sessions.find_author(channel, {"g@g.us"}, "M3"))->has_value());
}

}  // namespace
}  // namespace wherry::store
