#include "domain/content.h"

#include <gtest/gtest.h>

namespace wherry {
namespace {

MediaId some_media() { return MediaId::make(from_unix_millis(1'700'000'000'000)); }

TEST(Content, TextSurvivesItsStoredForm) {
  const Content before = TextContent{"line\n\"quoted\" \xf0\x9f\x91\x8d", true};

  const auto after = content_from_json(content_to_json(before));

  ASSERT_TRUE(after.has_value());
  const auto& text = std::get<TextContent>(*after);
  EXPECT_EQ(text.body, "line\n\"quoted\" \xf0\x9f\x91\x8d");
  EXPECT_TRUE(text.preview_url);
}

TEST(Content, MediaOfEveryKindSurvivesItsStoredForm) {
  for (const auto kind : {MediaKind::image, MediaKind::audio, MediaKind::video, MediaKind::document, MediaKind::sticker}) {
    const Content before = MediaContent{kind, some_media(), "a caption", "menu.pdf"};

    const auto after = content_from_json(content_to_json(before));

    ASSERT_TRUE(after.has_value());
    const auto& media = std::get<MediaContent>(*after);
    EXPECT_EQ(media.kind, kind);
    EXPECT_EQ(media.media, std::get<MediaContent>(before).media);
    EXPECT_EQ(media.caption, "a caption");
    EXPECT_EQ(media.file_name, "menu.pdf");
    EXPECT_EQ(kind_name(before), to_string(kind));
  }
  EXPECT_EQ(kind_name(TextContent{}), "text");
}

TEST(Content, AReactionSurvivesItsStoredForm) {
  const Content before = ReactionContent{"wamid.X", "\xf0\x9f\x91\x8d"};

  const auto after = content_from_json(content_to_json(before));

  ASSERT_TRUE(after.has_value());
  const auto& reaction = std::get<ReactionContent>(*after);
  EXPECT_EQ(reaction.message_id, "wamid.X");
  EXPECT_EQ(reaction.emoji, "\xf0\x9f\x91\x8d");
  EXPECT_EQ(kind_name(before), "reaction");
}

TEST(Content, WhatOnlyLinkedPhonesSendSurvivesItsStoredForm) {
  const auto again = [](const Content& content) { return content_from_json(content_to_json(content)).value(); };
  const auto text = std::get<TextContent>(again(TextContent{"@Kim", false, {"4915112345678@s.whatsapp.net"}}));
  const auto poll = std::get<PollContent>(again(PollContent{"Day?", {"Mon", "Tue"}, 0}));
  const auto forward = std::get<ForwardContent>(again(ForwardContent{"3EB0A1", "120363041234567890@g.us"}));
  ContactsContent cards;
  cards.contacts.resize(2);
  cards.contacts[0].name = {"Kim", "Kim", {}, {}, {}, {}};
  cards.contacts[1].name = cards.contacts[0].name;
  cards.contacts[1].vcard = "BEGIN:VCARD\nEND:VCARD";
  const auto contacts = std::get<ContactsContent>(again(cards));

  EXPECT_EQ(text.mentions, std::vector<std::string>{"4915112345678@s.whatsapp.net"});
  EXPECT_EQ(poll.name, "Day?");
  EXPECT_EQ(poll.options, (std::vector<std::string>{"Mon", "Tue"}));
  EXPECT_EQ(poll.selectable, 0u);
  EXPECT_EQ(forward.message_id + " " + forward.chat, "3EB0A1 120363041234567890@g.us");
  EXPECT_EQ(contacts.contacts, cards.contacts);
}

TEST(Content, AnythingElseIsNoContent) {
  const auto id = some_media().text();
  for (const std::string& bad :
       {std::string(), std::string("{}"), std::string("[]"), std::string(R"({"type":"text"})"), std::string(R"({"type":"text","body":7})"),
        std::string(R"({"type":"text","body":"x","preview_url":"yes"})"), std::string(R"({"type":"image"})"),
        std::string(R"({"type":"image","media":"short"})"), std::string(R"({"type":"reaction","emoji":"x"})"),
        std::string(R"({"type":"reaction","message_id":"","emoji":"x"})"), std::string(R"({"type":"reaction","message_id":"w","emoji":1})"),
        R"({"type":"poll","media":")" + id + R"("})", std::string(R"({"type":"poll","name":"Day?","options":["a","b"],"selectable":"1"})"),
        std::string(R"({"type":"forward","message_id":"3EB0"})"), R"({"type":"image","media":")" + id + R"(","caption":[]})",
        R"({"type":"image","media":")" + id + R"(","file_name":1})"}) {
    EXPECT_FALSE(content_from_json(bad).has_value()) << bad;
  }
}

}  // namespace
}  // namespace wherry
