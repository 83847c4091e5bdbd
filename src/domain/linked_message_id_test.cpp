#include "domain/linked_message_id.h"

#include <gtest/gtest.h>

namespace wherry::linked {
namespace {

TEST(LinkedMessageId, IsFreshAndOfTheFormOfWhatsAppsWebClient) {
  const auto id = make_message_id();
  EXPECT_EQ(id.size(), 22u);
  EXPECT_TRUE(id.starts_with("3EB0"));
  EXPECT_EQ(id.find_first_not_of("0123456789ABCDEF"), std::string::npos);
  EXPECT_TRUE(is_message_id(id));
  EXPECT_NE(id, make_message_id());
}

TEST(LinkedMessageId, HasEightToSixtyFourLettersAndDigits) {
  EXPECT_TRUE(is_message_id("3EB0abcd"));
  EXPECT_TRUE(is_message_id(std::string(64, 'A')));
  EXPECT_FALSE(is_message_id("3EB0abc"));
  EXPECT_FALSE(is_message_id(std::string(65, 'A')));
  EXPECT_FALSE(is_message_id("3EB0-abcd"));
  EXPECT_FALSE(is_message_id("3EB0abcd\n"));
}

}  // namespace
}  // namespace wherry::linked
