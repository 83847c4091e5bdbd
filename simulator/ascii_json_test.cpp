#include "simulator/ascii_json.h"

#include <gtest/gtest.h>

namespace wherry::sim {
namespace {

namespace json = boost::json;

TEST(AsciiJson, EmojiBecomeSurrogatePairsInLowerCaseHexAndSlashesAreEscaped) {
  const json::value value{{"body", "caf\xc3\xa9 \xf0\x9f\x91\x8d https://a.example/b"}};
  EXPECT_EQ(to_ascii_json(value), R"({"body":"caf\u00e9 \ud83d\udc4d https:\/\/a.example\/b"})");
}

TEST(AsciiJson, ControlCharactersQuotesAndBackslashesAreEscaped) {
  const json::value value = json::string("a\"b\\c\n\t\r\b\f\x01\x7f");
  EXPECT_EQ(to_ascii_json(value), "\"a\\\"b\\\\c\\n\\t\\r\\b\\f\\u0001\x7f\"");
}

TEST(AsciiJson, KeyOrderIsKeptAndEveryKindIsWritten) {
  json::object object;
  object["z"] = 1;
  object["a"] = json::array{nullptr, true, false, -5, 48.137154, std::uint64_t(18446744073709551615u)};
  object["/"] = json::object{};
  EXPECT_EQ(to_ascii_json(object), R"({"z":1,"a":[null,true,false,-5,48.137154,18446744073709551615],"\/":{}})");
}

TEST(AsciiJson, BrokenUtf8BecomesTheReplacementCharacter) {
  std::string out;
  append_ascii_string(out, "a\xff\xc3(\xed\xa0\x80\xf0\x9f");
  EXPECT_EQ(out, R"("a\ufffd\ufffd(\ufffd\ufffd\ufffd\ufffd\ufffd")");
}

TEST(AsciiJson, TheTextParsesBackToTheSameValue) {
  const json::value value{{"t", "\xe2\x82\xac \xf0\x9f\x98\x80 /\\ \"q\""}, {"n", {1, 2.5, "x"}}};
  EXPECT_EQ(json::parse(to_ascii_json(value)), value);
}

TEST(AsciiJson, TheWriterPlacesCommasByItself) {
  std::string out;
  AsciiWriter writer(out);
  writer.open('{').member("a", "x/y").member_if("none", "").key("list").open('[').number(1).open('{').close('}').text("b").close(']');
  writer.key("flag").boolean(true).key("raw").raw("{}").close('}');
  EXPECT_EQ(out, R"({"a":"x\/y","list":[1,{},"b"],"flag":true,"raw":{}})");
}

}  // namespace
}  // namespace wherry::sim
