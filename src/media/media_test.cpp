#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <sstream>

#include "media/filesystem_store.h"
#include "media/type_sniffer.h"
#include "media/url_fetcher.h"
#include "tests/support/temp_dir.h"

namespace wherry {
namespace {

std::string read_file(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  std::ostringstream content;
  content << file.rdbuf();
  return content.str();
}

std::size_t files_below(const std::string& path) {
  std::size_t count = 0;
  for (const auto& entry : std::filesystem::recursive_directory_iterator(path)) count += entry.is_regular_file() ? 1 : 0;
  return count;
}

BlobWriter::Stored put(BlobStore& store, std::string_view content) {
  auto writer = *store.create(1 << 20);
  EXPECT_TRUE(writer->write(content));
  return *writer->commit();
}

TEST(FilesystemStore, KeepsBytesUnderTheirHashInAFileOnlyItsOwnerReads) {
  test::TempDir dir;
  auto store = *FilesystemStore::open(dir.path() + "/media");

  auto stored = put(*store, "hello");

  EXPECT_EQ(stored.sha256, sha256("hello"));
  EXPECT_EQ(stored.size, 5U);
  auto path = store->path_of(stored.sha256);
  ASSERT_TRUE(path);
  EXPECT_EQ(read_file(*path), "hello");
  using std::filesystem::perms;
  EXPECT_EQ(std::filesystem::status(*path).permissions() & perms::all, perms::owner_read | perms::owner_write);
}

TEST(FilesystemStore, TheSameBytesTwiceAreOneFile) {
  test::TempDir dir;
  auto store = *FilesystemStore::open(dir.path());

  put(*store, "same");
  put(*store, "same");

  EXPECT_EQ(files_below(dir.path()), 1U);
}

TEST(FilesystemStore, AWriterThatIsDroppedOrTooLongLeavesNothing) {
  test::TempDir dir;
  auto store = *FilesystemStore::open(dir.path());
  {
    auto writer = *store->create(4);
    ASSERT_TRUE(writer->write("1234"));
    EXPECT_EQ(writer->write("5").error().code, ErrorCode::too_large);
  }
  EXPECT_EQ(files_below(dir.path()), 0U);
}

TEST(FilesystemStore, WhatACrashLeftHalfWrittenIsRemovedAtTheStart) {
  test::TempDir dir;
  {
    auto store = *FilesystemStore::open(dir.path());
  }
  std::ofstream(dir.path() + "/tmp/123-0") << "half";

  auto store = FilesystemStore::open(dir.path());

  ASSERT_TRUE(store);
  EXPECT_EQ(files_below(dir.path()), 0U);
}

TEST(FilesystemStore, ListsEverythingOncePageByPage) {
  test::TempDir dir;
  auto store = *FilesystemStore::open(dir.path());
  std::set<Sha256> expected;
  for (int i = 0; i < 50; ++i) expected.insert(put(*store, std::to_string(i)).sha256);

  std::set<Sha256> seen;
  std::optional<Sha256> after;
  for (auto page = *store->list(after, 7); !page.empty(); page = *store->list(after, 7)) {
    for (const auto& entry : page) EXPECT_TRUE(seen.insert(entry.sha256).second);
    after = page.back().sha256;
  }
  EXPECT_EQ(seen, expected);
}

TEST(FilesystemStore, ARemovedFileIsNotFound) {
  test::TempDir dir;
  auto store = *FilesystemStore::open(dir.path());
  auto stored = put(*store, "x");

  ASSERT_TRUE(store->remove(stored.sha256));

  EXPECT_EQ(store->path_of(stored.sha256).error().code, ErrorCode::not_found);
  EXPECT_TRUE(store->remove(stored.sha256)) << "removing twice is no error";
}

TEST(TypeSniffer, KnowsContentByItsBytes) {
  using namespace std::string_view_literals;
  EXPECT_EQ(sniff_type("\x89PNG\r\n\x1a\n\0\0\0\rIHDR\0\0\0\1\0\0\0\1\x08\2\0\0\0"sv), "image/png");
  EXPECT_EQ(sniff_type("%PDF-1.7\n"), "application/pdf");
  EXPECT_EQ(sniff_type("\xff\xd8\xff\xe0\0\x10JFIF\0\1"sv), "image/jpeg");
}

TEST(RemoteFileName, TakesTheHeaderThenTheUrlAndNeverAPath) {
  EXPECT_EQ(remote_file_name("attachment; filename=\"menu.pdf\"", "https://x.example/a/b.pdf"), "menu.pdf");
  EXPECT_EQ(remote_file_name("attachment; filename=menu.pdf; size=3", "https://x.example/"), "menu.pdf");
  EXPECT_EQ(remote_file_name("", "https://x.example/a/the%20menu.pdf?x=/y#z"), "the menu.pdf");
  EXPECT_EQ(remote_file_name("attachment; filename=\"../../etc/passwd\"", "https://x.example/"), "passwd");
  EXPECT_EQ(remote_file_name("", "https://x.example/..%2f..%2fpasswd"), "passwd");
  EXPECT_EQ(remote_file_name("", "https://x.example"), "");
  EXPECT_EQ(remote_file_name("", "https://x.example/%00"), "");
}

}  // namespace
}  // namespace wherry
