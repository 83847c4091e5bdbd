#include "api/sessions/media_body.h"

#include <gtest/gtest.h>

#include <map>

#include "base/json.h"
#include "tests/support/media_fakes.h"
#include "tests/support/pieced_body.h"
#include "tests/support/run.h"

namespace wherry::api::sessions {
namespace {

struct MediaBodyTest : testing::Test {
  Result<void> read(std::string text, std::size_t piece = 3) {
    test::PiecedBody body(std::move(text), piece);
    return test::run(media.read(body));
  }
  std::uint64_t size() { return media.take_file().value()->size(); }
  std::string why() {
    const auto checked = media.check();
    return checked ? std::string() : checked.error().message;
  }

  VirtualClock clock{from_unix_millis(1'795'000'000'000)};
  test::TempBlobStore blobs{clock};
  MediaBody media{blobs};
};

TEST_F(MediaBodyTest, TheFileIsTakenOutAndTheRestStays) {
  ASSERT_TRUE(read(R"({"type":"image","media":{"data":"aGVsbG8=","caption":"a \"data\": x"},"to":"x"})"));

  EXPECT_EQ(media.text(), R"({"type":"image","media":{"data":"","caption":"a \"data\": x"},"to":"x"})");
  EXPECT_TRUE(media.has_data());
  EXPECT_EQ(size(), 5u);
}

TEST_F(MediaBodyTest, OnlyTheDataOfTheMediaIsAFile) {
  const std::string text = R"({"data":"x","media":{"caption":"data","x":{"data":"y"},"list":["data","z"]},"text":{"data":"w"}})";
  ASSERT_TRUE(read(text));

  EXPECT_EQ(media.text(), text);
  EXPECT_FALSE(media.has_data());
}

TEST_F(MediaBodyTest, PaddingMayBeMissingAndLinesBroken) {
  ASSERT_TRUE(read("{\"media\":{\"data\":\"aGVs\\r\\nbG8\"}}"));
  EXPECT_EQ(size(), 5u);
}

TEST_F(MediaBodyTest, EscapedCharactersAreWhatTheyStandFor) {
  ASSERT_TRUE(read(R"({"media":{"data":"\u002B\/8="}})"));
  EXPECT_EQ(size(), 2u);
}

TEST_F(MediaBodyTest, ADataUriNamesItsType) {
  ASSERT_TRUE(read(R"({"media":{"data":"data:image/PNG;x=y;base64,aGVsbG8="}})"));
  EXPECT_EQ(media.uri_type(), "image/png");
  EXPECT_EQ(size(), 5u);
}

TEST_F(MediaBodyTest, WhatIsWrongWithTheFileIsToldInTheEnd) {
  for (const auto& [text, expected] : std::map<std::string, std::string>{
           {R"({"media":{"data":"aGVsb\""}})", "media.data is not base64"},
           {R"({"media":{"data":"a"}})", "media.data is not base64"},
           {R"({"media":{"data":"data:text/plain,hi"}})", "media.data must be base64"},
           {R"({"media":{"data":"data:text"}})", "media.data is no data: URI"},
           {R"({"media":{"data":"","data":""}})", "media.data is given twice"},
           {R"({"media":{"data":""}})", "media.data must not be empty"},
       }) {
    MediaBody fresh(blobs);
    test::PiecedBody body(text, 2);
    ASSERT_TRUE(test::run(fresh.read(body))) << text;
    const auto checked = fresh.check();
    EXPECT_EQ(checked ? "" : checked.error().message, expected) << text;
  }
}

TEST_F(MediaBodyTest, SixteenMebibytesAreTakenAndNoByteMore) {
  const std::string exactly(MediaBody::most_decoded / 3 * 4, 'A');  // a byte short of a group
  ASSERT_TRUE(read("{\"media\":{\"data\":\"" + exactly + "AA\"}}", 65536));
  EXPECT_EQ(size(), MediaBody::most_decoded);

  MediaBody more(blobs);
  test::PiecedBody body("{\"media\":{\"data\":\"" + exactly + "AAA\"}}", 65536);
  ASSERT_TRUE(test::run(more.read(body)));
  EXPECT_EQ(more.check().error().message, "media.data is larger than 16 MiB");
}

TEST_F(MediaBodyTest, BodiesBeyondTheLimitsAreTooLarge) {
  const auto refused = read("{\"text\":\"" + std::string(MediaBody::most_rest, 'x') + "\"}", 65536);
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, ErrorCode::too_large);

  MediaBody raw(blobs);
  test::PiecedBody body("{\"media\":{\"data\":\"" + std::string(MediaBody::most_raw, '\n'), 65536);
  EXPECT_EQ(test::run(raw.read(body)).error().code, ErrorCode::too_large);
}

}  // namespace
}  // namespace wherry::api::sessions
