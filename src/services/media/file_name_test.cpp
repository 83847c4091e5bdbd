#include "services/media/file_name.h"

#include <gtest/gtest.h>

#include "base/bytes.h"

namespace wherry {
namespace {

TEST(FileName, OnlyTheLastSegmentIsKept) {
  EXPECT_EQ(clean_file_name("../../etc/passwd"), "passwd");
  EXPECT_EQ(clean_file_name("C:\\Users\\x\\menu.pdf"), "menu.pdf");
  EXPECT_EQ(clean_file_name("  menu 2.pdf "), "menu 2.pdf");
}

TEST(FileName, WhatCannotBeANameBecomesEmpty) {
  for (const std::string_view bad : {"", ".", "..", "...", "folder/", "\xff\xfe.pdf", "   "}) EXPECT_EQ(clean_file_name(bad), "") << bad;
}

TEST(FileName, ControlCharactersAreDropped) { EXPECT_EQ(clean_file_name("a\r\nSet-Cookie: x\x7f.pdf"), "aSet-Cookie: x.pdf"); }

TEST(FileName, ALongNameIsCutAtACharacterAndKeepsItsExtension) {
  std::string name;
  for (int i = 0; i < 300; ++i) name += "\xc3\xa9";

  const auto cut = clean_file_name("a" + name + ".pdf");

  EXPECT_LE(cut.size(), longest_file_name);
  EXPECT_GE(cut.size(), longest_file_name - 1);
  EXPECT_TRUE(cut.ends_with(".pdf"));
  EXPECT_TRUE(is_clean_utf8(cut));
}

}  // namespace
}  // namespace wherry
