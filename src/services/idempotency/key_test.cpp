#include "services/idempotency/key.h"

#include <gtest/gtest.h>

namespace wherry {
namespace {

TEST(IdempotencyKey, TheQuotedAndTheBareFormAreTheSameKey) {
  const std::string uuid = "8e03978e-40d5-43dd-bc93-6894a57f9324";
  EXPECT_EQ(parse_idempotency_key(uuid).value(), uuid);
  EXPECT_EQ(parse_idempotency_key('"' + uuid + '"').value(), uuid);
  EXPECT_EQ(parse_idempotency_key("order:17/a=b").value(), "order:17/a=b");
}

TEST(IdempotencyKey, AQuotedKeyMayHoldSpacesAndEscapes) {
  EXPECT_EQ(parse_idempotency_key(R"("order 17 \"first\" c:\\x")").value(), R"(order 17 "first" c:\x)");
}

TEST(IdempotencyKey, IsOneTo255Characters) {
  EXPECT_TRUE(parse_idempotency_key("k"));
  EXPECT_TRUE(parse_idempotency_key(std::string(255, 'k')));
  EXPECT_TRUE(parse_idempotency_key('"' + std::string(255, 'k') + '"'));
  for (const auto& wrong : {std::string(), std::string("\"\""), std::string(256, 'k'), '"' + std::string(256, 'k') + '"'}) {
    const auto key = parse_idempotency_key(wrong);
    ASSERT_FALSE(key) << wrong;
    EXPECT_EQ(key.error().code, ErrorCode::invalid_argument);
  }
}

TEST(IdempotencyKey, ControlAndNonAsciiCharactersAreRefused) {
  for (const auto& wrong : {std::string("a\tb"), std::string("a\r\nb"), std::string("a\0b", 3), std::string("a\x7f"),
                            std::string("sch\xc3\xb6n"), std::string("\"a\nb\""), std::string("\xff")}) {
    EXPECT_FALSE(parse_idempotency_key(wrong)) << wrong;
  }
}

TEST(IdempotencyKey, BrokenQuotesAreRefused) {
  for (const auto* wrong : {"\"", "\"open", "close\"", "\"a\"b\"", "\"a\\\"", "\"a\\n\"", "\"a\";p=1", "two words"}) {
    EXPECT_FALSE(parse_idempotency_key(wrong)) << wrong;
  }
}

}  // namespace
}  // namespace wherry
