#include "base/ids.h"

#include <gtest/gtest.h>

#include <set>

namespace wherry {
namespace {

using namespace std::chrono_literals;
const Timestamp start = from_unix_millis(1'795'000'000'000);

TEST(Ids, TheTextReadsBackAndNamesItsKind) {
  const auto id = ConversationId::make(start);

  EXPECT_TRUE(id.text().starts_with("conv_"));
  EXPECT_EQ(id.text().size(), 31U);
  EXPECT_EQ(ConversationId::parse(id.text()), id);
  EXPECT_FALSE(MessageId::parse(id.text())) << "another kind's id is no id";
}

TEST(Ids, OneIdHasOneText) {
  const auto text = ConversationId::make(start).text();
  EXPECT_FALSE(ConversationId::parse(text + "0"));
  EXPECT_FALSE(ConversationId::parse(text.substr(0, text.size() - 1)));
  auto upper = text;
  upper[5] = 'U';
  EXPECT_FALSE(ConversationId::parse(upper));
  auto dirty = text;
  dirty.back() = 'z';  // sets bits past the 128th
  EXPECT_FALSE(ConversationId::parse(dirty));
}

TEST(Ids, SortByTheirTimeInBothForms) {
  const auto earlier = MessageId::make(start);
  const auto later = MessageId::make(start + 1ms);

  EXPECT_LT(earlier, later);
  EXPECT_LT(earlier.text(), later.text());
}

TEST(Ids, ManyOfOneInstantAreDifferent) {
  std::set<MessageId> seen;
  for (int i = 0; i < 10'000; ++i) seen.insert(MessageId::make(start));
  EXPECT_EQ(seen.size(), 10'000U);
}

TEST(MediaIds, HaveTwentyOneCharactersOfTheAlphabetAndReadBack) {
  for (int i = 0; i < 1000; ++i) {
    const auto id = MediaId::make(start + milliseconds(i));
    const auto text = id.text();
    ASSERT_EQ(text.size(), 21U);
    ASSERT_TRUE(MediaId::looks_like(text));
    ASSERT_EQ(MediaId::parse(text), id);
  }
}

TEST(MediaIds, NoBase64TextHasTheirLength) {
  EXPECT_FALSE(MediaId::looks_like("R0lGODlhAQABAAAAACw="));
  EXPECT_FALSE(MediaId::looks_like("abc"));
  EXPECT_FALSE(MediaId::looks_like("Zk3vQ8yRw1TnB5mXc7Lp+"));
  EXPECT_TRUE(MediaId::looks_like("Zk3vQ8yRw1TnB5mXc7LpD"));
}

}  // namespace
}  // namespace wherry
