#include "base/bytes.h"

#include <gtest/gtest.h>

#include "base/random.h"

namespace wherry {
namespace {

std::string text_of(const Bytes& bytes) { return {bytes.begin(), bytes.end()}; }

TEST(Base64, DecodesTheRfcExamplesWithAndWithoutPadding) {
  const std::pair<const char*, const char*> cases[] = {{"", ""},    {"Zg==", "f"}, {"Zm8=", "fo"},       {"Zm9v", "foo"},
                                                       {"Zg", "f"}, {"Zm8", "fo"}, {"Zm9vYg==", "foob"}, {"Zm9vYmFy", "foobar"}};
  for (const auto& [encoded, plain] : cases) {
    auto decoded = from_base64(encoded);
    ASSERT_TRUE(decoded) << encoded;
    EXPECT_EQ(text_of(*decoded), plain);
  }
}

TEST(Base64, RefusesWhatIsNotBase64) {
  for (const auto* wrong :
       {"Z", "Zg=", "Zg===", "=Zg=", "Zm9v!", "Zm 9v", "Zm9v\n", "Zm9-", "Zg==Zg==", "Zg=A", "data:image/png;base64,Zm9v"}) {
    EXPECT_FALSE(from_base64(wrong)) << wrong;
  }
}

TEST(Base64, GivesTheSameBytesInWhateverPiecesItComes) {
  std::string plain(1000, '\0');
  SeededRandom random(7);
  for (auto& c : plain) c = static_cast<char>(random.below(256));
  const auto encoded = to_base64(as_bytes(plain));
  for (std::size_t piece = 1; piece < 50; ++piece) {
    Base64Decoder decoder;
    std::string out;
    for (std::size_t at = 0; at < encoded.size(); at += piece) ASSERT_TRUE(decoder.feed(std::string_view(encoded).substr(at, piece), out));
    ASSERT_TRUE(decoder.finish(out));
    EXPECT_EQ(out, plain) << "pieces of " << piece;
  }
}

TEST(Hex, ReadsWhatItWritesAndRefusesTheRest) {
  EXPECT_EQ(to_hex(as_bytes("\x01\xab")), "01ab");
  EXPECT_EQ(text_of(*from_hex("01AB")), "\x01\xab");
  EXPECT_FALSE(from_hex("0"));
  EXPECT_FALSE(from_hex("0g"));
}

TEST(Utf8, AcceptsWellFormedTextAndRefusesNulSurrogatesAndOverlongForms) {
  EXPECT_TRUE(is_clean_utf8("plain, \xC3\xA9, \xE2\x82\xAC, \xF0\x9F\x98\x80"));
  for (const auto* wrong :
       {"\x80", "\xC3", "\xC0\x80", "\xE0\x80\x80", "\xED\xA0\x80", "\xF4\x90\x80\x80", "\xF8\x88\x80\x80\x80", "\xE2\x82"}) {
    EXPECT_FALSE(is_clean_utf8(wrong));
  }
  EXPECT_FALSE(is_clean_utf8(std::string_view("a\0b", 3)));
}

TEST(Utf8, CountsCharactersNotBytes) { EXPECT_EQ(count_code_points("a\xC3\xA9\xF0\x9F\x98\x80"), 3U); }

TEST(ConstantTimeEqual, ComparesLikeEquality) {
  EXPECT_TRUE(constant_time_equal("abc", "abc"));
  EXPECT_FALSE(constant_time_equal("abc", "abd"));
  EXPECT_FALSE(constant_time_equal("abc", "ab"));
}

}  // namespace
}  // namespace wherry
