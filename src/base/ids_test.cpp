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

TEST(Ids, OfOneMillisecondSortInTheOrderInWhichTheyWereMade) {
  const auto now = from_unix_millis(1'769'940'000'123);
  auto before = make_raw_id(now);
  for (int i = 0; i < 1000; ++i) {
    const auto next = make_raw_id(now);
    EXPECT_LT(before.bytes, next.bytes);
    before = next;
  }
}

TEST(Ids, ManyOfOneInstantAreDifferent) {
  std::set<MessageId> seen;
  for (int i = 0; i < 10'000; ++i) seen.insert(MessageId::make(start));
  EXPECT_EQ(seen.size(), 10'000U);
}

TEST(Ids, AreUuidsOfVersionSeven) {
  for (int i = 0; i < 100; ++i) {
    const auto id = make_raw_id(start);
    const auto text = to_uuid(id);
    ASSERT_EQ(text.size(), 36U);
    EXPECT_EQ(text[14], '7') << text;
    EXPECT_NE(std::string_view("89ab").find(text[19]), std::string_view::npos) << text;
    EXPECT_EQ(from_uuid(text), id);
  }
}

TEST(Ids, AUuidIsReadInEitherCaseAndInNoOtherShape) {
  const auto id = from_uuid("7D0C1F4E-2b3a-4c5d-8e9f-0a1b2c3d4e5f");
  ASSERT_TRUE(id);
  EXPECT_EQ(to_uuid(*id), "7d0c1f4e-2b3a-4c5d-8e9f-0a1b2c3d4e5f");
  EXPECT_FALSE(from_uuid(""));
  EXPECT_FALSE(from_uuid("7d0c1f4e2b3a4c5d8e9f0a1b2c3d4e5f"));
  EXPECT_FALSE(from_uuid("7d0c1f4e-2b3a-4c5d-8e9f-0a1b2c3d4e5g"));
  EXPECT_FALSE(from_uuid("7d0c1f4e-2b3a-4c5d-8e9f00a1b2c3d4e5f"));
  EXPECT_FALSE(from_uuid("-d0c1f4e-2b3a-4c5d-8e9f-0a1b2c3d4e5f"));
  EXPECT_FALSE(from_uuid("{7d0c1f4e-2b3a-4c5d-8e9f-0a1b2c3d4e5"));
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
