#include "simulator/magic.h"

#include <gtest/gtest.h>

namespace wherry::sim {
namespace {

TEST(Magic, TheExamplesOfTheTableAreRead) {
  EXPECT_EQ(parse_magic("99911310560"), (MagicNumber{MagicMeaning::refuse, 131056, 0}));
  EXPECT_EQ(parse_magic("99911304292"), (MagicNumber{MagicMeaning::refuse, 130429, 2}));
  EXPECT_EQ(parse_magic("99921310470"), (MagicNumber{MagicMeaning::fail, 131047, 0}));
  EXPECT_EQ(parse_magic("99950000020"), (MagicNumber{MagicMeaning::transport_fault, 2, 0}));
}

TEST(Magic, OrdinaryNumbersAndTheReservedMeaningAreNotMagic) {
  EXPECT_EQ(parse_magic("15550100042"), std::nullopt);
  EXPECT_EQ(parse_magic("9991131056"), std::nullopt);
  EXPECT_EQ(parse_magic("999113105600"), std::nullopt);
  EXPECT_EQ(parse_magic("99991310560"), std::nullopt);
  EXPECT_EQ(parse_magic("9991131056x"), std::nullopt);
}

TEST(Magic, VOfAUserIsItsBehaviourAndOfAFaultIsNot) {
  EXPECT_EQ(parse_magic("99900000018")->behaviour(), UserBehaviour::echoes);
  EXPECT_EQ(parse_magic("99921310478")->behaviour(), UserBehaviour::reads);
}

TEST(Magic, AFaultWithACountEndsAfterThatManyAttemptsPerNumber) {
  MagicAttempts attempts;
  const auto twice = *parse_magic("99911304292");
  EXPECT_TRUE(attempts.applies("1", "99911304292", twice));
  EXPECT_TRUE(attempts.applies("1", "99911304292", twice));
  EXPECT_FALSE(attempts.applies("1", "99911304292", twice));
  EXPECT_TRUE(attempts.applies("2", "99911304292", twice));
  attempts.clear();
  EXPECT_TRUE(attempts.applies("1", "99911304292", twice));
}

TEST(Magic, AFaultWithoutACountNeverEnds) {
  MagicAttempts attempts;
  const auto always = *parse_magic("99911310560");
  for (int i = 0; i < 20; ++i) EXPECT_TRUE(attempts.applies("1", "99911310560", always));
}

TEST(Magic, NormalisationPutsADigitInOrOut) {
  EXPECT_EQ(normalised_wa_id("99980000010"), "9998000010");
  EXPECT_EQ(normalised_wa_id("99980000011"), "999890000011");
}

}  // namespace
}  // namespace wherry::sim
