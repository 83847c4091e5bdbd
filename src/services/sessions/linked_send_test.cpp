#include "base/bytes.h"
#include "services/sessions/linked_outgoing.h"
#include "services/sessions/linked_upstream.h"
#include "tests/support/session_world.h"

namespace wherry {
namespace {

using linked::Refusal;
using linked::Typing;

class LinkedSendTest : public test::SessionWorld {
 protected:
  Message message(Content content) {
    Message made;
    made.id = MessageId::make(clock.now());
    made.tenant = tenant;
    made.channel = id;
    made.wamid = "3EB0AAAA";
    made.content = std::move(content);
    return made;
  }
  SendOutcome send(Message made, std::vector<OutboundFile> files = {}) {
    return run(upstream.send(channels.find(id), std::move(made), to, std::move(files)));
  }
  SendOutcome send(Content content, std::vector<OutboundFile> files = {}) { return send(message(std::move(content)), std::move(files)); }
  const linked::OutgoingMessage& last() { return transport.messages.back(); }
  static ContactIdentity person(std::string digits) {
    ContactIdentity who;
    who.wa_id = WaId{std::move(digits)};
    return who;
  }
  static ContactIdentity address(std::string jid) {
    ContactIdentity who;
    who.bsuid = std::move(jid);
    return who;
  }
  void keep(std::string chat, std::string message_id, std::string author) {
    ASSERT_TRUE(run(store.keep_bytes({id, std::move(chat), std::move(message_id), Secret("b"), clock.now(), false, std::move(author)})));
  }

  LinkedUpstream upstream{transport, table, store, secrets};
  ChannelId id = working();
  ContactIdentity to = person("4915112345678");
};

TEST_F(LinkedSendTest, ATextGoesOutUnderItsIdWithItsMentionsAfterSomeTyping) {
  const auto outcome = send(TextContent{"Hello @49", false, {"491@s.whatsapp.net"}});

  EXPECT_EQ(std::get<SendAccepted>(outcome).wamid, "3EB0AAAA");
  EXPECT_EQ(last().message_id, "3EB0AAAA");
  EXPECT_EQ(last().to.text(), "4915112345678@s.whatsapp.net");
  EXPECT_EQ(std::get<linked::Text>(last().content).text, "Hello @49");
  EXPECT_EQ(last().mentions.at(0).text(), "491@s.whatsapp.net");
  ASSERT_TRUE(last().typing);
  EXPECT_EQ(last().typing->state, Typing::composing);
}

TEST_F(LinkedSendTest, TypingIsInProportionToTheTextAndCanBeLeftOut) {
  EXPECT_EQ(linked::typing_before(TextContent{"ok"}).duration, milliseconds(400));
  EXPECT_EQ(linked::typing_before(TextContent{std::string(50, 'x')}).duration, seconds(2));
  EXPECT_EQ(linked::typing_before(TextContent{std::string(5000, 'x')}).duration, seconds(3));
  MediaContent voice;
  voice.kind = MediaKind::audio;
  voice.voice = true;
  EXPECT_EQ(linked::typing_before(voice).state, Typing::recording);

  ASSERT_TRUE(run(sessions.change(tenant, id, {std::nullopt, std::nullopt, false, {}, {}})));
  send(TextContent{"ok"});
  EXPECT_FALSE(last().typing);
}

TEST_F(LinkedSendTest, PeopleWithoutNumbersAndGroupsAreAddressed) {
  to = address("88123456789012@lid");
  send(TextContent{"x"});
  EXPECT_EQ(last().to.text(), "88123456789012@lid");
  to = address("120363041234567890@g.us");
  send(TextContent{"x"});
  EXPECT_EQ(last().to.text(), "120363041234567890@g.us");
  to = ContactIdentity();
  EXPECT_TRUE(std::holds_alternative<SendRefused>(send(TextContent{"x"})));
}

TEST_F(LinkedSendTest, AQuoteNamesItsAuthor) {
  auto reply = message(TextContent{"x"});
  reply.reply_to = "Q1";
  send(reply);
  EXPECT_EQ(last().reply_to->sender->text(), "4915112345678@s.whatsapp.net") << "of an unknown one only the other can be the author";
  keep("4915112345678@s.whatsapp.net", "Q1", "");
  send(reply);
  EXPECT_TRUE(last().reply_to->from_me);

  to = address("120363041234567890@g.us");
  keep("120363041234567890@g.us", "Q2", "77@lid");
  reply.reply_to = "Q2";
  send(reply);
  EXPECT_EQ(last().reply_to->sender->text(), "77@lid");
  EXPECT_FALSE(last().reply_to->from_me);
}

TEST_F(LinkedSendTest, AQuoteIsFoundUnderTheOtherAddressToo) {
  to.bsuid = "88@lid";
  keep("88@lid", "Q1", "");
  auto reply = message(TextContent{"x"});
  reply.reply_to = "Q1";
  send(reply);
  EXPECT_TRUE(last().reply_to->from_me);
}

TEST_F(LinkedSendTest, AFileGoesAsItIsOnDisk) {
  Media media;
  media.sha256.fill(7);
  media.size = 12;
  media.mime_type = "application/pdf";
  media.file_name = "stored.pdf";
  MediaContent content;
  content.kind = MediaKind::document;
  content.caption = "Our offer";
  send(content, {{media, "media/file"}});

  const auto& sent = std::get<linked::OutgoingMedia>(last().content);
  EXPECT_TRUE(sent.file.path.starts_with("/")) << sent.file.path;
  EXPECT_TRUE(sent.file.path.ends_with("/media/file"));
  EXPECT_EQ(sent.file.size, 12U);
  EXPECT_EQ(sent.file.sha256, media.sha256);
  EXPECT_EQ(sent.caption, "Our offer");
  EXPECT_EQ(sent.file_name, "stored.pdf");
}

TEST_F(LinkedSendTest, PlacesCardsAndPolls) {
  send(LocationContent{52.5, 13.4, "Office", "Street 1"});
  EXPECT_EQ(std::get<LocationContent>(last().content).name, "Office");
  ContactCard card;
  card.name.formatted_name = "Kim";
  card.phones = {{"+491", "", "491"}};
  send(ContactsContent{{card}});
  EXPECT_EQ(std::get<linked::Contacts>(last().content).cards.at(0).name, "Kim");
  EXPECT_NE(std::get<linked::Contacts>(last().content).cards.at(0).vcard.find("waid=491"), std::string::npos);
  send(PollContent{"Lunch?", {"yes", "no"}, 2});
  EXPECT_EQ(std::get<linked::Poll>(last().content).options.size(), 2U);
  EXPECT_EQ(std::get<linked::Poll>(last().content).selectable, 2U);
}

TEST_F(LinkedSendTest, ReactionsAndForwardsHaveCallsOfTheirOwn) {
  keep("4915112345678@s.whatsapp.net", "M1", "");
  send(ReactionContent{"M1", "👍"});
  send(ForwardContent{"M2", "77@lid"});

  EXPECT_EQ(transport.done, (std::vector<std::string>{"react 👍 to M1 by me in 4915112345678@s.whatsapp.net",
                                                      "forward M2 of 77@lid to 4915112345678@s.whatsapp.net"}));
}

TEST_F(LinkedSendTest, WhatPassesByItselfIsTriedAgainAndTheRestIsNot) {
  const auto told = [&](Refusal reason, int code, bool may_retry) {
    transport.outcomes = {linked::SendRefused{reason, code, may_retry, {ErrorCode::rejected, "no"}}};
    return std::get<SendRefused>(send(TextContent{"x"}));
  };
  for (const auto reason : {Refusal::not_running, Refusal::not_connected, Refusal::busy, Refusal::store}) {
    EXPECT_EQ(told(reason, 0, false).retry_class, RetryClass::transient) << to_string(reason);
  }
  EXPECT_EQ(told(Refusal::internal, 0, true).retry_class, RetryClass::transient);
  EXPECT_EQ(told(Refusal::rate, 429, false).retry_class, RetryClass::throttled);
  EXPECT_EQ(told(Refusal::restricted, 463, false).retry_class, RetryClass::bad_request);
  EXPECT_EQ(told(Refusal::restricted, 463, false).error.code, 463);
  for (const auto reason : {Refusal::not_found, Refusal::bad_request, Refusal::media, Refusal::unsupported}) {
    const auto final = told(reason, 0, false);
    EXPECT_EQ(retry_delay(final.error, 1), milliseconds(0)) << to_string(reason);
    EXPECT_EQ(final.reason.code, ErrorCode::rejected);
  }
}

TEST_F(LinkedSendTest, AnOutcomeThatNobodyKnowsIsUnknown) {
  transport.outcomes = {linked::SendUnknown{"the process ended"}};
  EXPECT_EQ(std::get<SendUnknown>(send(TextContent{"x"})).detail, "the process ended");
  transport.outcomes = {linked::SendRefused{Refusal::conflict, 0, false, {ErrorCode::conflict, "being sent"}}};
  EXPECT_TRUE(std::holds_alternative<SendUnknown>(send(TextContent{"x"}))) << "an earlier try may still succeed";
}

TEST_F(LinkedSendTest, AStoreThatIsDownIsNoReasonToGiveUp) {
  auto reply = message(TextContent{"x"});
  reply.reply_to = "Q1";
  store.outage = true;
  EXPECT_EQ(std::get<SendRefused>(send(reply)).retry_class, RetryClass::transient);
  EXPECT_TRUE(transport.messages.empty());
}

TEST_F(LinkedSendTest, IsReadyWhileItWorks) {
  EXPECT_TRUE(upstream.ready(*channels.find(id)));
  hear(id, linked::State::disconnected, linked::Reason::lost);
  const auto not_ready = upstream.ready(*channels.find(id));
  ASSERT_FALSE(not_ready);
  EXPECT_EQ(not_ready.error().code, ErrorCode::conflict);
}

}  // namespace
}  // namespace wherry
