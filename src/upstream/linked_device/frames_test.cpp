#include "upstream/linked_device/frames.h"

#include <gtest/gtest.h>

namespace wherry::linked {
namespace {

std::vector<Frame> read_all(std::string_view bytes, std::size_t piece) {
  FrameReader reader;
  std::vector<Frame> frames;
  for (std::size_t at = 0; at < bytes.size(); at += piece) {
    reader.feed(bytes.substr(at, piece));
    for (;;) {
      auto next = reader.next();
      EXPECT_TRUE(next) << next.error().message;
      if (!next || !*next) break;
      frames.push_back(std::move(**next));
    }
  }
  return frames;
}

std::string failure_of(std::string_view bytes) {
  FrameReader reader;
  reader.feed(bytes);
  for (;;) {
    auto next = reader.next();
    if (!next) return next.error().message;
    if (!*next) return "";
  }
}

TEST(Frames, AreReadInWhateverPiecesTheyCome) {
  const std::string bytes = "{\"id\":1,\"op\":\"a\"}\n{\"event\":\"b\",\"blob\":5}\nx\n{}y{\"reply\":2}\n";
  for (const std::size_t piece : {1u, 2u, 3u, 7u, 1000u}) {
    const auto frames = read_all(bytes, piece);
    ASSERT_EQ(frames.size(), 3u) << piece;
    EXPECT_EQ(frames[0].line.at("op").as_string(), "a");
    EXPECT_EQ(frames[1].blob, "x\n{}y");
    EXPECT_EQ(frames[2].line.at("reply").as_int64(), 2);
    EXPECT_TRUE(frames[2].blob.empty());
  }
}

TEST(Frames, AreReadBackAsWritten) {
  const std::string blob("\0\n{}\xff", 5);
  json::object line;
  line["id"] = 7;
  line["text"] = "\u00e4 \"\n";
  const auto bytes = write_frame(line, blob);
  ASSERT_TRUE(bytes);
  const auto frames = read_all(*bytes, 4);
  ASSERT_EQ(frames.size(), 1u);
  EXPECT_EQ(frames[0].blob, blob);
  EXPECT_EQ(frames[0].line.at("text"), line.at("text"));
  EXPECT_EQ(frames[0].line.at("blob").as_int64(), 5);
}

TEST(Frames, ALineThatIsNoFrameIsRefused) {
  for (const char* line :
       {"\n", "x\n", "[]\n", "null\n", "{\"a\":1}x\n", "{\"a\":\n", "{\"a\":\"\xff\"}\n", "{\"a\":NaN}\n", "\xef\xbb\xbf{}\n"})
    EXPECT_EQ(failure_of(line), "no JSON object") << line;
  for (const char* size : {"0", "-1", "1.5", "\"5\"", "true", "null", "18446744073709551615"})
    EXPECT_EQ(failure_of(std::string("{\"blob\":") + size + "}\n"), "blob is no positive integer") << size;
  EXPECT_EQ(failure_of("{\"blob\":8388609}\n"), "blob too large");
}

TEST(Frames, ALineMayHaveOneMebibyteAndNotAByteMore) {
  const std::string frame(R"({"a":")");
  const auto line = [&](std::size_t size) { return frame + std::string(size - frame.size() - 3, 'x') + "\"}\n"; };
  EXPECT_EQ(failure_of(line(max_line_bytes)), "");
  EXPECT_EQ(failure_of(line(max_line_bytes + 1)), "line too long");
  EXPECT_EQ(failure_of(std::string(max_line_bytes + 1, ' ')), "line too long");
  json::object large;
  large["a"] = std::string(max_line_bytes, 'x');
  EXPECT_EQ(write_frame(large, {}).error().code, ErrorCode::too_large);
  EXPECT_EQ(write_frame({}, std::string(max_blob_bytes + 1, 'x')).error().code, ErrorCode::too_large);
  EXPECT_TRUE(write_frame({}, std::string(max_blob_bytes, 'x')));
}

TEST(Frames, NestingIsBounded) {
  const auto nested = [](std::size_t depth) { return "{\"a\":" + std::string(depth - 1, '[') + std::string(depth - 1, ']') + "}\n"; };
  EXPECT_EQ(failure_of(nested(32)), "");
  EXPECT_EQ(failure_of(nested(33)), "no JSON object");
  EXPECT_EQ(failure_of(nested(200'000)), "no JSON object");
}

TEST(Frames, HalfASurrogatePairBecomesTheReplacementCharacter) {
  const auto text_of = [](std::string_view escaped) {
    const auto frames = read_all("{\"t\":\"" + std::string(escaped) + "\"}\n", 1000);
    return frames.size() == 1 ? std::string(frames[0].line.at("t").as_string()) : "no frame";
  };
  EXPECT_EQ(text_of(R"(a\ud83db)"), "a\ufffdb");
  EXPECT_EQ(text_of(R"(\uDC4D)"), "\ufffd");
  EXPECT_EQ(text_of(R"(\ud83d\ud83d\udc4d)"), "\ufffd\U0001F44D");
  EXPECT_EQ(text_of(R"(\ud83d\udc4d)"), "\U0001F44D");
  EXPECT_EQ(text_of(R"(\\ud83d)"), "\\ud83d");
  EXPECT_EQ(text_of(R"(\ud7ff)"), "\ud7ff");
}

}  // namespace
}  // namespace wherry::linked
