#include "upstream/cloud_api/encode.h"

#include <gtest/gtest.h>

#include "base/json.h"
#include "tests/support/test_channel.h"

namespace wherry::cloud_api {
namespace {

const auto message_id = MessageId::make(test::test_now);

Message message(Content content) {
  Message made;
  made.id = message_id;
  made.content = std::move(content);
  return made;
}

ContactIdentity number(std::string digits) {
  ContactIdentity to;
  to.wa_id = WaId{std::move(digits)};
  return to;
}

Message media(MediaKind kind, std::string caption = "", std::string file_name = "") {
  return message(MediaContent{kind, MediaId::make(test::test_now), std::move(caption), std::move(file_name)});
}

std::string encoded(const Message& made, std::string_view remote = "1037543291543636", std::string_view stored_name = "") {
  const UploadedFile uploaded{file_of(made.content).value_or(MediaId()), std::string(remote), std::string(stored_name)};
  return *encode_message(made, number("15550100042"), {&uploaded, 1});
}

std::string around(std::string inner) {
  return R"({"messaging_product":"whatsapp","recipient_type":"individual","to":"+15550100042",)" + inner +
         R"(,"biz_opaque_callback_data":")" + message_id.text() + "\"}";
}

std::string json_string(std::string_view text) {
  std::string out;
  append_json_string(out, text);
  return out;
}

TEST(EncodeMessage, WritesAText) {
  EXPECT_EQ(encoded(message(TextContent{"Order 4711", false})), around(R"("type":"text","text":{"body":"Order 4711"})"));
  EXPECT_EQ(encoded(message(TextContent{"https://shop.example/", true})),
            around(R"("type":"text","text":{"body":"https://shop.example/","preview_url":true})"));
}

TEST(EncodeMessage, WritesAReactionAndItsEnd) {
  EXPECT_EQ(encoded(message(ReactionContent{"wamid.A", "\xf0\x9f\x91\x8d"})),
            around("\"type\":\"reaction\",\"reaction\":{\"message_id\":\"wamid.A\",\"emoji\":\"\xf0\x9f\x91\x8d\"}"));
  EXPECT_EQ(encoded(message(ReactionContent{"wamid.A", ""})),
            around(R"("type":"reaction","reaction":{"message_id":"wamid.A","emoji":""})"));
}

TEST(EncodeMessage, WritesEachKindOfMediaWithWhatItMayCarry) {
  EXPECT_EQ(encoded(media(MediaKind::image, "a \"cat\"", "cat.jpg")),
            around(R"("type":"image","image":{"id":"1037543291543636","caption":"a \"cat\""})"));
  EXPECT_EQ(encoded(media(MediaKind::video)), around(R"("type":"video","video":{"id":"1037543291543636"})"));
  EXPECT_EQ(encoded(media(MediaKind::audio, "never", "a.ogg")), around(R"("type":"audio","audio":{"id":"1037543291543636"})"));
  EXPECT_EQ(encoded(media(MediaKind::sticker, "never")), around(R"("type":"sticker","sticker":{"id":"1037543291543636"})"));
  EXPECT_EQ(encoded(media(MediaKind::document, "Invoice", "inv.pdf")),
            around(R"("type":"document","document":{"id":"1037543291543636","caption":"Invoice","filename":"inv.pdf"})"));
}

TEST(EncodeMessage, ADocumentWithoutANameTakesTheStoredOne) {
  EXPECT_EQ(encoded(media(MediaKind::document), "7", "stored.pdf"),
            around(R"("type":"document","document":{"id":"7","filename":"stored.pdf"})"));
  EXPECT_EQ(encoded(media(MediaKind::document, "", "own.pdf"), "7", "stored.pdf"),
            around(R"("type":"document","document":{"id":"7","filename":"own.pdf"})"));
  EXPECT_EQ(encoded(media(MediaKind::document), "7"), around(R"("type":"document","document":{"id":"7"})"));
}

TEST(EncodeMessage, AContactWithoutANumberIsAddressedByItsUserId) {
  ContactIdentity hidden;
  hidden.bsuid = "US.13491208655302741918";
  const auto text = *encode_message(message(TextContent{"hi", false}), hidden, {});
  EXPECT_TRUE(
      text.starts_with(R"({"messaging_product":"whatsapp","recipient_type":"individual","recipient":"US.13491208655302741918","type")"))
      << text;
}

TEST(EncodeMessage, TheNumberWinsOverTheUserId) {
  auto both = number("15550100042");
  both.bsuid = "US.1";
  const auto text = *encode_message(message(TextContent{"hi", false}), both, {});
  EXPECT_NE(text.find(R"("to":"+15550100042")"), std::string::npos);
  EXPECT_EQ(text.find("recipient\":"), std::string::npos);
}

TEST(EncodeMessage, AContactWithNeitherIsRefused) {
  const auto refused = encode_message(message(TextContent{"hi", false}), ContactIdentity(), {});
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, ErrorCode::invalid_argument);
}

TEST(JsonString, EscapesWhatMustBeAndNothingElse) {
  EXPECT_EQ(json_string("a\"b\\c/d"), R"("a\"b\\c/d")");
  EXPECT_EQ(json_string("\n\r\t\x01\x1f"), R"("\n\r\t\u0001\u001f")");
  EXPECT_EQ(json_string(std::string_view("\0x", 2)), R"("\u0000x")");
  EXPECT_EQ(json_string("Gr\xc3\xbc\xc3\x9f \xf0\x9f\x91\x8d"), "\"Gr\xc3\xbc\xc3\x9f \xf0\x9f\x91\x8d\"");
  EXPECT_EQ(json_string(""), "\"\"");
}

TEST(JsonString, ReplacesBytesThatAreNoUtf8) {
  EXPECT_EQ(json_string("a\xff"
                        "b"),
            "\"a\xef\xbf\xbd"
            "b\"");
  EXPECT_EQ(json_string("\xf0\x9f\x91"), "\"\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd\"");
  EXPECT_EQ(json_string("\xed\xa0\x80"), "\"\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd\"");
}

TEST(JsonString, IsReadBackByAJsonParserWhateverTheBytes) {
  for (int first = 0; first < 256; ++first) {
    for (int second = 0; second < 256; ++second) {
      const std::string text{static_cast<char>(first), static_cast<char>(second), 'z'};
      const auto read = json::parse(json_string(text));
      ASSERT_TRUE(read && read->is_string()) << first << ' ' << second;
      if (is_clean_utf8(text)) ASSERT_EQ(std::string_view(read->get_string()), text);
    }
  }
}

}  // namespace
}  // namespace wherry::cloud_api
