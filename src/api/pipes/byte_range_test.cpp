#include "api/pipes/byte_range.h"

#include <gtest/gtest.h>

namespace wherry::api::pipes {
namespace {

TEST(ByteRange, RangesAreCutToTheFile) {
  EXPECT_EQ(choose_range("bytes=0-0", 10), RangeChoice(ByteRange{0, 1}));
  EXPECT_EQ(choose_range("bytes=2-4", 10), RangeChoice(ByteRange{2, 3}));
  EXPECT_EQ(choose_range("bytes=2-", 10), RangeChoice(ByteRange{2, 8}));
  EXPECT_EQ(choose_range("bytes=2-99", 10), RangeChoice(ByteRange{2, 8}));
  EXPECT_EQ(choose_range("bytes=-3", 10), RangeChoice(ByteRange{7, 3}));
  EXPECT_EQ(choose_range("bytes=-30", 10), RangeChoice(ByteRange{0, 10}));
  EXPECT_EQ(choose_range("Bytes = 2 - 4 ", 10), RangeChoice(ByteRange{2, 3}));
}

TEST(ByteRange, NumbersOfAnySizeAreUnderstood) {
  EXPECT_EQ(choose_range("bytes=2-18446744073709551615", 10), RangeChoice(ByteRange{2, 8}));
  EXPECT_EQ(choose_range("bytes=2-184467440737095516160", 10), RangeChoice(ByteRange{2, 8}));
  EXPECT_EQ(choose_range("bytes=184467440737095516160-", 10), RangeChoice(UnsatisfiableRange{}));
}

TEST(ByteRange, ARangeOutsideTheFileIsUnsatisfiable) {
  for (const auto* header : {"bytes=10-", "bytes=10-20", "bytes=-0"})
    EXPECT_EQ(choose_range(header, 10), RangeChoice(UnsatisfiableRange{})) << header;
  EXPECT_EQ(choose_range("bytes=0-", 0), RangeChoice(UnsatisfiableRange{}));
  EXPECT_EQ(choose_range("bytes=-1", 0), RangeChoice(UnsatisfiableRange{}));
}

TEST(ByteRange, WhatIsNotASingleByteRangeIsIgnored) {
  for (const auto* header :
       {"", "bytes", "bytes=", "bytes=-", "bytes=a-b", "bytes=1", "bytes=1-2,4-5", "bytes=4-2", "items=0-1", "bytes=+1-2", "bytes=0x1-2"}) {
    EXPECT_EQ(choose_range(header, 10), RangeChoice(WholeFile{})) << header;
  }
}

}  // namespace
}  // namespace wherry::api::pipes
