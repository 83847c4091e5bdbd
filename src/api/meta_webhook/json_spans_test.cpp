#include "api/meta_webhook/json_spans.h"

#include <gtest/gtest.h>

#include "api/meta_webhook/readable_json.h"
#include "base/bytes.h"

namespace wherry::api::meta_webhook {
namespace {

std::string shown(std::string_view text) {
  const auto members = object_members(text);
  if (!members) return "none";
  std::string out;
  for (const auto& member : *members) out += member.key + "=" + std::string(member.value) + ";";
  return out;
}

std::string items(std::string_view text) {
  const auto found = array_items(text);
  if (!found) return "none";
  std::string out;
  for (const auto& item : *found) out += std::string(item) + ";";
  return out;
}

TEST(JsonSpans, FindTheMembersOfAnObject) {
  EXPECT_EQ(shown(R"({"a":1,"b":{"c":[1,2,"}"]},"d":"x\"y,","e":[]})"), R"(a=1;b={"c":[1,2,"}"]};d="x\"y,";e=[];)");
  EXPECT_EQ(shown(" { \"a\" : true , \"a\" : null }\n"), "a=true;a=null;");
  EXPECT_EQ(shown("{}"), "");
  EXPECT_EQ(shown(R"({"\u0061b":1})"), "ab=1;");
  EXPECT_EQ(shown(R"({"n":NaN,"h":123456789012345678901234567890})"), "n=NaN;h=123456789012345678901234567890;");
}

TEST(JsonSpans, FindTheItemsOfAnArray) {
  EXPECT_EQ(items(R"([1,"a",{"b":"]"},[2]])"), R"(1;"a";{"b":"]"};[2];)");
  EXPECT_EQ(items(" [ ] "), "");
}

TEST(JsonSpans, RefuseWhatDoesNotHaveTheShape) {
  for (const char* text : {"", " ", "{", "}", "[1]", "{\"a\"}", "{\"a\":}", "{\"a\":1,}", "{\"a\":1}x", "{a:1}", "{\"a\":1 \"b\":2}",
                           "{\"a\":\"x}", "{\"a\":{]}}", "{\"a\":[}", "{\"a\\", "{\"a\":\"\\", "null", "\xef\xbb\xbf{}"}) {
    EXPECT_EQ(shown(text), "none") << text;
  }
  for (const char* text : {"", "[", "]", "{}", "[1,]", "[,]", "[1 2]", "[1]]", "[\"a]"}) EXPECT_EQ(items(text), "none") << text;
}

TEST(JsonSpans, TakeAnyDepth) {
  const std::string deep = std::string(1'000'000, '[') + std::string(1'000'000, ']');
  const std::string text = "{\"a\":" + deep + ",\"b\":1}";
  const auto members = object_members(text);
  ASSERT_TRUE(members);
  EXPECT_EQ((*members)[0].value.size(), deep.size());
  EXPECT_EQ((*members)[1].value, "1");
}

TEST(ReadableJson, GoodTextIsKeptByteForByte) {
  const std::string text = R"({"a":"\u00fc\/\ud83d\udc4d","n":1.50,"big":123456789012345678901234567890})";
  EXPECT_EQ(read(text)->raw, text);
  EXPECT_EQ(keepable(text), text);
}

TEST(ReadableJson, MendsWhatHasAPlainMeaning) {
  EXPECT_EQ(read(R"({"a":"x\ud83dy"})")->raw, R"({"a":"x\ufffdy"})");
  EXPECT_EQ(read(R"({"a":"x\udc4dy\ud83d"})")->raw, R"({"a":"x\ufffdy\ufffd"})");
  EXPECT_EQ(read(R"({"a":"\ud83d\ud83d\udc4d"})")->raw, R"({"a":"\ufffd\ud83d\udc4d"})");
  EXPECT_EQ(read("{\"a\":\"x\xff\xc3\xbc\"}")->raw, "{\"a\":\"x\xef\xbf\xbd\xc3\xbc\"}");
  EXPECT_EQ(read("{\"a\":\"x\ny\"}")->raw, "{\"a\":\"x\\u000ay\"}");
  EXPECT_EQ(read(R"({"a":NaN,"b":-Infinity,"c":"NaN"})")->raw, R"({"a":null,"b":null,"c":"NaN"})");
}

TEST(ReadableJson, KeepsWhatCannotBeMendedInBase64) {
  for (const std::string& text :
       {std::string("{\"a\":"), std::string("{'a':1}"), std::string(""), std::string(100'000, '['), std::string("\0\xff", 2)}) {
    EXPECT_FALSE(read(text));
    const auto kept = keepable(text);
    const auto parsed = json::parse(kept);
    ASSERT_TRUE(parsed);
    const auto encoded = json::find_string(parsed->get_object(), "unparsable_base64");
    ASSERT_TRUE(encoded);
    const auto bytes = *from_base64(*encoded);
    EXPECT_EQ(std::string(bytes.begin(), bytes.end()), text);
  }
}

}  // namespace
}  // namespace wherry::api::meta_webhook
