#include "api/pipes/streamed_object.h"

#include <gtest/gtest.h>

#include "base/json.h"
#include "base/random.h"

namespace wherry::api::pipes {
namespace {

struct Collected final : TextSink {
  std::string text;
  std::size_t refuse_after = SIZE_MAX;
  Result<void> piece(std::string_view part) override {
    text.append(part);
    if (text.size() > refuse_after) return Error{ErrorCode::too_large, "enough"};
    return {};
  }
};

struct Outcome {
  bool ok = false;
  std::string message;
  std::optional<std::string> a, b;
  bool a_cut = false;
  bool has_media = false;
  std::string media;
  bool operator==(const Outcome&) const = default;
};

// Feeds `text` in the given pieces; the last one takes what is left.
Outcome parse(std::string_view text, std::vector<std::size_t> pieces = {}) {
  Collected sink;
  StreamedObject object({{"a", 8}, {"b", 1000}}, "media", sink);
  Result<void> state;
  for (const auto size : pieces) {
    if (!state) break;
    state = object.feed(text.substr(0, size));
    text.remove_prefix(std::min(size, text.size()));
  }
  if (state) state = object.feed(text);
  if (state) state = object.finish();
  Outcome outcome;
  outcome.ok = state.has_value();
  if (!state) {
    outcome.message = state.error().message;
    return outcome;
  }
  outcome.a = object.text("a");
  outcome.b = object.text("b");
  outcome.a_cut = object.was_cut("a");
  outcome.has_media = object.has_streamed();
  outcome.media = sink.text;
  return outcome;
}

const std::vector<std::string>& inputs() {
  static const std::vector<std::string> all{
      R"({"a":"x","b":"y","media":"AAAA"})",
      R"( { "media" : "\u00e9\n\ud83d\udc4d\/" , "b":"\"" ,"a":null } )",
      R"({"a":"12345678","unknown":{"a":1,"media":["x",{"b":2.5e10}]},"t":true,"f":false,"n":-0.5})",
      R"({"a":"123456789"})",
      "{\"b\":\"\xf0\x9f\x91\x8d\xc3\xa9\"}",
      R"({"\u0061":"escaped key","media":""})",
      R"({})",
      R"({"a":"x","a":"y"})",
      R"({"a":1})",
      R"({"media":{}})",
      R"({"b":"\u0000"})",
      R"({"b":"\ud83d"})",
      R"({"b":"x"} y)",
      R"([{"a":"x"}])",
      R"({"a":"x",})",
      "{\"b\":\"\xff\"}",
      "\xef\xbb\xbf{}",
      R"({"x":NaN})",
      R"({"x":1)",
      R"({"x":"unfinished)",
      "",
  };
  return all;
}

TEST(StreamedObject, KeptMembersAreKeptAndTheStreamedOneIsStreamed) {
  const auto outcome = parse(inputs()[1]);

  EXPECT_TRUE(outcome.ok) << outcome.message;
  EXPECT_EQ(outcome.a, std::nullopt);
  EXPECT_EQ(outcome.b, "\"");
  EXPECT_TRUE(outcome.has_media);
  EXPECT_EQ(outcome.media, "\xc3\xa9\n\xf0\x9f\x91\x8d/");
}

TEST(StreamedObject, WhereTheInputIsCutMakesNoDifference) {
  for (const auto& text : inputs()) {
    const auto whole = parse(text);
    for (std::size_t first = 0; first <= text.size(); ++first) {
      EXPECT_EQ(parse(text, {first}), whole) << text << " cut at " << first;
    }
    EXPECT_EQ(parse(text, std::vector<std::size_t>(text.size(), 1)), whole) << text << " byte by byte";
    SeededRandom random(text.size() + 1);
    for (int round = 0; round < 50; ++round) {
      std::vector<std::size_t> pieces;
      for (std::size_t used = 0; used < text.size(); used += pieces.back()) pieces.push_back(1 + random.below(9));
      EXPECT_EQ(parse(text, pieces), whole) << text;
    }
  }
}

TEST(StreamedObject, ItAcceptsWhatTheWholeParserAccepts) {
  for (const auto& text : inputs()) {
    if (parse(text).ok) EXPECT_TRUE(json::parse(text).has_value()) << text;
    if (!json::parse(text).has_value()) EXPECT_FALSE(parse(text).ok) << text;
  }
}

TEST(StreamedObject, AMemberOverItsLimitIsCutAndSaysSo) {
  EXPECT_FALSE(parse(R"({"a":"12345678"})").a_cut);
  const auto cut = parse(R"({"a":"123456789"})");
  EXPECT_TRUE(cut.a_cut);
  EXPECT_EQ(cut.a, "12345678");
}

TEST(StreamedObject, AnErrorOfTheSinkEndsTheParsing) {
  Collected sink;
  sink.refuse_after = 3;
  StreamedObject object({}, "media", sink);

  const auto refused = object.feed(R"({"media":"12345)");

  ASSERT_FALSE(refused.has_value());
  EXPECT_EQ(refused.error().code, ErrorCode::too_large);
  EXPECT_FALSE(object.feed("6").has_value());
  EXPECT_FALSE(object.finish().has_value());
}

TEST(StreamedObject, KeysAndTheirNumberAreBounded) {
  EXPECT_TRUE(parse("{\"" + std::string(256, 'k') + "\":1}").ok);
  EXPECT_FALSE(parse("{\"" + std::string(257, 'k') + "\":1}").ok);
  std::string text = "{\"m0\":0";
  for (int i = 1; i < 64; ++i) text += ",\"m" + std::to_string(i) + "\":0";
  EXPECT_TRUE(parse(text + "}").ok);
  EXPECT_EQ(parse(text + ",\"a\":\"x\"}").message, "The body has too many members");
}

TEST(StreamedObject, AnEndlessNumberIsNotKept) {
  EXPECT_TRUE(parse("{\"x\":" + std::string(100'000, '7') + "}", std::vector<std::size_t>(100, 900)).ok);
}

}  // namespace
}  // namespace wherry::api::pipes
