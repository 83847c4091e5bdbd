#include "upstream/linked_device/decode_content.h"

#include <gtest/gtest.h>

namespace wherry::linked {
namespace {

ReceivedContent decoded(std::string_view text) {
  const auto value = json::parse(text);
  EXPECT_TRUE(value) << text;
  std::string wrong;
  auto content = decode_content(Fields(value->get_object(), wrong));
  EXPECT_TRUE(wrong.empty());
  return content;
}

MessageRef ref(std::string id, const char* sender, bool from_me) { return {std::move(id), Jid::parse(sender), from_me}; }

TEST(DecodeContent, KnowsEveryKind) {
  const std::string target = R"("target":{"id":"3EB0A","sender":"49151@s.whatsapp.net","from_me":true})";
  const auto about = ref("3EB0A", "49151@s.whatsapp.net", true);
  const std::pair<std::string, ReceivedContent> cases[] = {
      {R"({"kind":"text","text":"hi"})", Text{"hi"}},
      {R"({"kind":"location","latitude":1.5,"longitude":-2.5,"name":"n","address":"a"})", LocationContent{1.5, -2.5, "n", "a"}},
      {R"({"kind":"contacts","contacts":[{"name":"Kim","vcard":"BEGIN"},7]})", Contacts{{{"Kim", "BEGIN"}}}},
      {R"({"kind":"poll","name":"Day?","options":["Mon","Tue"],"selectable":0})", Poll{"Day?", {"Mon", "Tue"}, 0}},
      {R"({"kind":"reaction","emoji":"x",)" + target + "}", Reaction{about, "x"}},
      {R"({"kind":"edit","content":{"kind":"text","text":"new"},)" + target + "}", Edit{about, Text{"new"}}},
      {R"({"kind":"revoke",)" + target + "}", Revoke{about}},
      {R"({"kind":"vote","options":["Mon"],)" + target + "}", Vote{about, {"Mon"}, false}},
      {R"({"kind":"vote","unreadable":true,)" + target + "}", Vote{about, {}, true}},
      {R"({"kind":"system","type":"group_subject","parameters":["a",1]})", SystemNotice{"group_subject", {"a"}}},
      {R"({"kind":"unknown","type":"productMessage"})", UnknownContent{"productMessage"}},
      {R"({"kind":"hologram","x":[]})", UnknownContent{"hologram"}},
  };
  for (const auto& [text, content] : cases) EXPECT_EQ(decoded(text), content) << text;
}

TEST(DecodeContent, ReadsAFileOfEachKind) {
  for (const auto* kind : {"image", "video", "audio", "document", "sticker"}) {
    const auto content = decoded(R"({"kind":")" + std::string(kind) +
                                 R"(","caption":"c","file_name":"f","voice":true,"seconds":3,"width":4,"height":5,"thumbnail":"aGk=",
        "media":{"mimetype":"image/jpeg","size":123,"sha256":"00000000000000000000000000000000000000000000000000000000000000ff","token":{"v":1}}})");
    const auto& media = std::get<ReceivedMedia>(content);
    EXPECT_EQ(to_string(media.kind), kind);
    EXPECT_EQ(media.caption + media.file_name + media.thumbnail, "cfhi");
    EXPECT_TRUE(media.voice);
    EXPECT_EQ(media.seconds + media.width + media.height, 12u);
    EXPECT_EQ(media.file.mime_type, "image/jpeg");
    EXPECT_EQ(media.file.size, 123u);
    EXPECT_EQ(media.file.sha256->back(), 0xff);
    EXPECT_EQ(media.file.token, R"({"v":1})");
    EXPECT_FALSE(media.file.unavailable);
  }
}

TEST(DecodeContent, AFileWithoutAUsableTokenIsUnavailable) {
  const auto file = [](const std::string& media) {
    return std::get<ReceivedMedia>(decoded(R"({"kind":"image","media":{)" + media + "}}")).file;
  };
  EXPECT_TRUE(file("").unavailable);
  EXPECT_TRUE(file(R"("token":"text")").unavailable);
  EXPECT_TRUE(file(R"("token":{"v":1},"unavailable":true)").unavailable);
  const auto large = file(R"("token":{"v":")" + std::string(9000, 'x') + R"("})");
  EXPECT_TRUE(large.unavailable);
  EXPECT_TRUE(large.token.empty());
  EXPECT_EQ(decoded(R"({"kind":"image"})"), ReceivedContent(UnknownContent{"image"}));
}

TEST(DecodeContent, WhatStrangersSendNeverFails) {
  EXPECT_EQ(decoded("{}"), ReceivedContent(UnknownContent{}));
  EXPECT_EQ(decoded(R"({"kind":7})"), ReceivedContent(UnknownContent{}));
  EXPECT_EQ(decoded(R"({"kind":"text","text":null})"), ReceivedContent(Text{}));
  EXPECT_EQ(decoded(R"({"kind":"text","text":"a\u0000b"})"), ReceivedContent(Text{"a\ufffdb"}));
  EXPECT_EQ(decoded(R"({"kind":"reaction","emoji":"x"})"), ReceivedContent(UnknownContent{"reaction"}));
  EXPECT_EQ(decoded(R"({"kind":"revoke","target":{"id":""}})"), ReceivedContent(UnknownContent{"revoke"}));
  EXPECT_EQ(decoded(R"({"kind":"revoke","target":{"id":")" + std::string(300, 'x') + R"("}})"), ReceivedContent(UnknownContent{"revoke"}));
  EXPECT_EQ(decoded(R"({"kind":"location","latitude":1e308,"longitude":"x"})"), ReceivedContent(LocationContent{90, 0, {}, {}}));
  const auto odd = std::get<ReceivedMedia>(
      decoded(R"({"kind":"image","seconds":-1,"width":1e99,"thumbnail":"!","media":{"size":-5,"sha256":"zz","token":{"v":1}}})"));
  EXPECT_EQ(odd.seconds, 0u);
  EXPECT_EQ(odd.width, 4294967295u);
  EXPECT_EQ(odd.file.size, 0u);
  EXPECT_FALSE(odd.file.sha256);
  EXPECT_TRUE(odd.thumbnail.empty());
}

TEST(DecodeContent, AnEditOfSomethingElseThanAMessageIsUnknown) {
  const std::string target = R"(,"target":{"id":"A"}})";
  EXPECT_EQ(decoded(R"({"kind":"edit")" + target), ReceivedContent(UnknownContent{"edit"}));
  EXPECT_EQ(decoded(R"({"kind":"edit","content":{"kind":"edit","content":{"kind":"text","text":"x"})" + target + target),
            ReceivedContent(UnknownContent{"edit"}));
}

}  // namespace
}  // namespace wherry::linked
