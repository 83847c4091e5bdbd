#include "services/sessions/linked_events.h"

#include <gtest/gtest.h>

#include "base/json.h"
#include "domain/inbound_content.h"

namespace wherry {
namespace {

using linked::ReceivedMessage;

const auto at = from_unix_millis(1'769'940'000'123);

Jid jid(std::string_view text) { return *Jid::parse(text); }

class LinkedEvents : public testing::Test {
 protected:
  ReceivedMessage received(linked::ReceivedContent content) {
    return {kim, {}, "3A01", kim, {}, false, at, "Kim", std::move(content), {}, {}, 0, 0, false, false, false, {}};
  }
  InboundMessage message(const ReceivedMessage& from) {
    auto event = to_inbound_event("linked:x", from, tokens);
    EXPECT_TRUE(std::holds_alternative<InboundMessage>(event));
    return std::holds_alternative<InboundMessage>(event) ? std::get<InboundMessage>(event) : InboundMessage();
  }
  LinkedEvent event(const ReceivedMessage& from) {
    auto made = to_inbound_event("linked:x", from, tokens);
    EXPECT_TRUE(std::holds_alternative<LinkedEvent>(made));
    return std::holds_alternative<LinkedEvent>(made) ? std::get<LinkedEvent>(made) : LinkedEvent();
  }
  static json::object object(const std::string& text) { return json::parse(text)->get_object(); }

  SecretBox secrets = *SecretBox::create(std::string(SecretBox::key_size, 'k'));
  MediaTokens tokens{secrets};
  Jid kim = jid("4915187654321@s.whatsapp.net"), hidden = jid("88123@lid"), group = jid("120363041234567890@g.us");
};

TEST_F(LinkedEvents, ATextLooksLikeMetasWithItsCircumstances) {
  auto from = received(linked::Text{"hello"});
  from.quoted = linked::MessageRef{"3EB0AA", jid("4915112345678@s.whatsapp.net"), true};
  from.mentions = {hidden};
  from.forwarded = 7;
  from.offline = true;

  const auto made = message(from);

  EXPECT_EQ(made.phone_number_id, "linked:x");
  EXPECT_EQ(made.wamid, "3A01");
  EXPECT_EQ(made.type, "text");
  EXPECT_EQ(made.text, "hello");
  EXPECT_EQ(made.reply_to, "3EB0AA");
  EXPECT_EQ(made.from.wa_id->digits, "4915187654321");
  EXPECT_EQ(made.from.profile_name, "Kim");
  EXPECT_EQ(made.at, at);
  const auto raw = object(made.raw);
  EXPECT_EQ(raw.at("from"), "4915187654321");
  EXPECT_EQ(raw.at("timestamp"), "1769940000");
  EXPECT_EQ(raw.at("text").at("body"), "hello");
  EXPECT_EQ(raw.at("context").at("from"), "4915112345678");
  EXPECT_EQ(raw.at("linked").at("mentions").at(0), "88123@lid");
  EXPECT_EQ(raw.at("linked").at("offline"), true);
  const auto read = read_inbound_content("text", made.raw);
  EXPECT_EQ(read.context.message_id, "3EB0AA");
  EXPECT_TRUE(read.context.frequently_forwarded);
}

TEST_F(LinkedEvents, SomebodyIsKnownByNumberWhereEitherAddressTellsItElseByAddress) {
  auto known = received(linked::Text{"a"});
  known.chat = known.sender = hidden;
  known.chat_alt = known.sender_alt = kim;
  auto unknown = received(linked::Text{"a"});
  unknown.chat = unknown.sender = hidden;

  EXPECT_EQ(message(known).from.wa_id->digits, "4915187654321");
  EXPECT_EQ(message(known).from.bsuid, "88123@lid") << "so that the two meet";
  EXPECT_EQ(object(message(known).raw).at("from"), "4915187654321");
  EXPECT_FALSE(message(unknown).from.wa_id);
  EXPECT_EQ(message(unknown).from.bsuid, "88123@lid");
  EXPECT_EQ(object(message(unknown).raw).at("from"), "88123@lid");
}

TEST_F(LinkedEvents, AGroupIsOneContactAndItsMembersAreNot) {
  auto from = received(linked::Text{"a"});
  from.chat = group;

  const auto made = message(from);

  EXPECT_FALSE(made.from.wa_id);
  EXPECT_EQ(made.from.bsuid, group.text());
  EXPECT_FALSE(made.from.profile_name) << "Kim is not the group's name";
  const auto raw = object(made.raw);
  EXPECT_EQ(raw.at("group_id"), json::value(group.text()));
  EXPECT_EQ(raw.at("from"), "4915187654321");
  EXPECT_EQ(raw.at("linked").at("push_name"), "Kim");
}

TEST_F(LinkedEvents, AFileIsToBeFetchedWithASealedToken) {
  linked::ReceivedMedia media;
  media.kind = MediaKind::audio;
  media.file.mime_type = "audio/ogg";
  media.file.size = 321;
  media.file.sha256 = sha256("x");
  media.file.token = "SECRET-MEDIA-KEY";
  media.voice = true;

  const auto made = message(received(media));

  ASSERT_TRUE(made.media);
  EXPECT_EQ(made.type, "audio");
  EXPECT_EQ(made.media->mime_type, "audio/ogg");
  EXPECT_EQ((made.media->remote_id + made.raw).find("SECRET"), std::string::npos);
  const auto opened = tokens.open(made.media->remote_id);
  ASSERT_TRUE(opened);
  EXPECT_EQ(*opened, media.file);
  EXPECT_TRUE(read_inbound_content("audio", made.raw).voice);
}

TEST_F(LinkedEvents, AFileThatCannotBeFetchedIsSaidSo) {
  linked::ReceivedMedia media;
  media.file.token = "t";
  media.file.unavailable = true;

  const auto made = message(received(media));

  ASSERT_TRUE(made.media);
  EXPECT_EQ(tokens.open(made.media->remote_id).error().code, ErrorCode::gone);
  EXPECT_EQ(tokens.open("bm9uc2Vuc2U=").error().code, ErrorCode::gone);
}

TEST_F(LinkedEvents, PlacesCardsAndReactionsAreReadLikeMetas) {
  const auto place = message(received(LocationContent{52.5, 13.4, "Office", "Main St"}));
  EXPECT_EQ(std::get<LocationContent>(read_inbound_content("location", place.raw).what).name, "Office");
  const auto cards = message(received(linked::Contacts{{{"Kim", "BEGIN:VCARD\nFN:Kim Lee\nTEL;waid=49151:+49 151\nEND:VCARD"}}}));
  EXPECT_EQ(cards.type, "contacts");
  const auto read = std::get<ContactsContent>(read_inbound_content("contacts", cards.raw).what);
  EXPECT_EQ(read.contacts.at(0).name.formatted_name, "Kim Lee");
  EXPECT_EQ(read.contacts.at(0).phones.at(0).wa_id, "49151");
  const auto reaction = message(received(linked::Reaction{{"3EB0AA", {}, true}, "👍"}));
  EXPECT_EQ(reaction.reply_to, "3EB0AA");
  EXPECT_EQ(std::get<ReactionContent>(read_inbound_content("reaction", reaction.raw).what).emoji, "👍");
  const auto poll = message(received(linked::Poll{"Day?", {"Mon", "Tue"}, 1}));
  EXPECT_EQ(poll.type, "poll");
  EXPECT_EQ(poll.text, "Day?");
  EXPECT_EQ(object(poll.raw).at("poll").at("options").at(1), "Tue");
  const auto unknown = message(received(linked::UnknownContent{"productMessage"}));
  EXPECT_EQ(unknown.type, "unsupported");
  EXPECT_EQ(object(unknown.raw).at("linked").at("type"), "productMessage");
}

TEST_F(LinkedEvents, EditsRevocationsVotesAndNoticesAreEventsOfTheirOwn) {
  const auto edit = event(received(linked::Edit{{"3A00", kim, false}, linked::Text{"better"}}));
  EXPECT_EQ(edit.kind, "message.edited");
  EXPECT_EQ(object(edit.body).at("messageId"), "3A00");
  EXPECT_EQ(object(edit.body).at("text"), "better");
  EXPECT_EQ(object(edit.body).at("senderJid"), json::value(kim.text()));
  EXPECT_EQ(edit.with.wa_id->digits, "4915187654321");
  const auto revoke = event(received(linked::Revoke{{"3A00", kim, false}}));
  EXPECT_EQ(revoke.kind, "message.revoked");
  EXPECT_EQ(object(revoke.body).at("authorJid"), json::value(kim.text()));
  const auto vote = event(received(linked::Vote{{"3EB0AA", {}, true}, {"Mon"}}));
  EXPECT_EQ(vote.kind, "poll.vote");
  EXPECT_EQ(object(vote.body).at("pollMessageId"), "3EB0AA");
  EXPECT_EQ(object(vote.body).at("voterJid"), json::value(kim.text()));
  EXPECT_EQ(object(vote.body).at("options").at(0), "Mon");
  EXPECT_EQ(object(vote.body).at("timestamp"), to_unix_millis(at));
  EXPECT_EQ(event(received(linked::SystemNotice{"group_subject", {"New"}})).kind, "chat.notice");
}

TEST_F(LinkedEvents, WhatTheAccountWroteOnItsPhoneIsNoCustomersMessage) {
  auto own = received(linked::Text{"on my way"});
  own.from_me = true;

  const auto made = event(own);

  EXPECT_EQ(made.kind, "message.own");
  EXPECT_EQ(object(made.body).at("fromMe"), true);
  EXPECT_EQ(object(made.body).at("message").at("text").at("body"), "on my way");
  auto again = own;
  again.chat = group;
  EXPECT_NE(event(again).once, made.once);
}

TEST_F(LinkedEvents, AReceiptIsAStatusForEachMessageAndOfAGroupForEachMember) {
  linked::Receipt receipt{group, {"A1", "A2"}, linked::ReceiptType::played, kim, false, at};

  const auto events = to_events("linked:x", receipt);

  ASSERT_EQ(events.size(), 2U);
  const auto& second = std::get<StatusUpdate>(events[1]);
  EXPECT_EQ(second.wamid, "A2");
  EXPECT_EQ(second.status, "played");
  EXPECT_EQ(second.recipient, "4915187654321");
  const auto raw = object(second.raw);
  EXPECT_EQ(raw.at("recipient_id"), json::value(group.text()));
  EXPECT_EQ(raw.at("recipient_type"), "group");
  receipt.by_me = true;
  const auto mine = to_events("linked:x", receipt);
  ASSERT_EQ(mine.size(), 1U);
  EXPECT_EQ(std::get<LinkedEvent>(mine[0]).kind, "chat.read");
}

}  // namespace
}  // namespace wherry
