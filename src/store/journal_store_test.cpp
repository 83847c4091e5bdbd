#include "store/journal_store.h"

#include "tests/support/store_world.h"

namespace wherry::store {
namespace {

class JournalItems : public test::StoreWorld {
 protected:
  JournalItems() : messages(db()), inbound(db()), journal(db()) {}
  Conversation writes(const std::string& wamid) {
    clock.advance(milliseconds(1));
    std::vector<NewInboundEvent> post{text(wamid, customer("447700900123"))};
    return std::get<StoredInbound>(*run(inbound.store(std::move(post), now())).front()).conversation;
  }
  Message sent(const Conversation& in, const std::string& data, const std::string& wamid) {
    clock.advance(milliseconds(1));
    auto made = message();
    made.conversation = in.id;
    made.client_data = data;
    EXPECT_TRUE(run(messages.accept(made, std::nullopt)));
    const auto outcome = wamid.empty() ? MessageState::failed : MessageState::sent;
    step(made, MessageState::sending, "");
    step(made, outcome, wamid);
    return made;
  }
  void step(Message& made, MessageState to, const std::string& wamid) {
    MessageMove move{made.id, made.state, to, wamid, std::nullopt, 1, std::nullopt, now()};
    EXPECT_TRUE(run(messages.move(move, made)));
    made.state = to;
  }
  std::string data_of_last(const std::string& kind) {
    std::string data;
    for (const auto& item : run(journal.read(tenant, 0, 100)).value()) {
      if (item.event.kind == kind) data = item.client_data;
    }
    return data;
  }
  SqlMessageStore messages;
  SqlInboundStore inbound;
  SqlJournalStore journal;
};

TEST_F(JournalItems, ACustomersMessageBringsBackWhatWasSentAlongWithTheNewestToThem) {
  const auto conversation = writes("wamid.in1");
  EXPECT_EQ(data_of_last("message.received"), "");
  sent(conversation, "one", "wamid.out1");
  sent(conversation, "two", "wamid.out2");
  sent(conversation, "", "wamid.out3");
  sent(conversation, "never went out", "");

  writes("wamid.in2");
  EXPECT_EQ(data_of_last("message.received"), "two");
  sent(conversation, "three", "wamid.out5");
  EXPECT_EQ(data_of_last("message.received"), "two") << "what came later changes nothing";
}

TEST_F(JournalItems, WhatIsSentToOneCustomerIsNotToldAboutAnother) {
  sent(writes("wamid.in1"), "theirs", "wamid.out1");
  clock.advance(milliseconds(1));
  std::vector<NewInboundEvent> post{text("wamid.in2", customer("447700900999"))};
  ASSERT_TRUE(run(inbound.store(std::move(post), now())).front());

  EXPECT_EQ(data_of_last("message.received"), "");
}

TEST_F(JournalItems, AnEventSaysWhenItWasRecorded) {
  ASSERT_TRUE(run(messages.accept(message(), std::nullopt)));
  EXPECT_EQ(run(journal.read(tenant, 0, 1))->at(0).event.recorded_at, now());
}

TEST_F(JournalItems, AStatusBringsBackWhatWasSentAlongWithItsMessage) {
  const auto conversation = writes("wamid.in1");
  const auto one = sent(conversation, "one", "wamid.out1");
  sent(conversation, "two", "wamid.out2");
  std::vector<NewInboundEvent> post{status("wamid.out1", "delivered", one.id)};
  ASSERT_TRUE(run(inbound.store(std::move(post), now())).front());

  EXPECT_EQ(data_of_last("message.status"), "one");
  EXPECT_EQ(data_of_last("message.accepted"), "two");
}

}  // namespace
}  // namespace wherry::store
