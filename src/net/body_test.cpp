#include "net/body.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>

#include "tests/support/pieces.h"
#include "tests/support/run.h"

namespace wherry::http {
namespace {

class TemporaryFile {
 public:
  explicit TemporaryFile(std::string_view text)
      : path_(std::filesystem::temp_directory_path() / ("wherry_body_" + std::to_string(::getpid()))) {
    std::ofstream(path_, std::ios::binary) << text;
  }
  ~TemporaryFile() { std::filesystem::remove(path_); }
  std::string path() const { return path_.string(); }

 private:
  std::filesystem::path path_;
};

Task<std::string> drain(BodySource& source, std::size_t step) {
  std::string all, piece(step, '\0');
  while (true) {
    auto got = co_await source.read(piece);
    if (!got) co_return all + "!" + std::string(to_string(got.error().code));
    if (*got == 0) co_return all;
    all.append(piece, 0, *got);
  }
}

TEST(ReadAll, PiecesBecomeOneText) {
  test::PiecesReader body("hello world", {1, 2, 3});
  EXPECT_EQ(test::run(read_all(body, 11)).value(), "hello world");
}

TEST(ReadAll, TheLimitHoldsForDeclaredAndForSentBytes) {
  test::PiecesReader sent("hello world", {4});
  EXPECT_EQ(test::run(read_all(sent, 10)).error().code, ErrorCode::too_large);
  test::PiecesReader declared("", {});
  declared.declared = 11;
  EXPECT_EQ(test::run(read_all(declared, 10)).error().code, ErrorCode::too_large);
}

TEST(ReadAll, AFailureOfTheBodyIsPassedOn) {
  test::PiecesReader body("abc", {1}, Error(ErrorCode::timeout, "slow"));
  EXPECT_EQ(test::run(read_all(body, 10)).error().code, ErrorCode::timeout);
}

TEST(FileSource, AFileOrARangeOfItIsRead) {
  TemporaryFile file("0123456789");
  const auto read = [&](std::uint64_t offset, std::optional<std::uint64_t> length) {
    auto source = FileSource::open(file.path(), offset, length);
    const auto announced = (*source)->length();
    auto text = test::run(drain(**source, 3));
    EXPECT_EQ(text.size(), announced);
    return text;
  };
  EXPECT_EQ(read(0, std::nullopt), "0123456789");
  EXPECT_EQ(read(3, 4), "3456");
  EXPECT_EQ(read(8, 100), "89");
  EXPECT_EQ(read(11, std::nullopt), "");
}

TEST(FileSource, WhatIsNoReadableFileIsAnError) {
  EXPECT_EQ(FileSource::open("/nonexistent/file").error().code, ErrorCode::not_found);
  EXPECT_EQ(FileSource::open("/").error().code, ErrorCode::not_found);
}

TEST(FileSource, AFileThatShrinksIsAnError) {
  TemporaryFile file("0123456789");
  auto source = FileSource::open(file.path());
  std::filesystem::resize_file(file.path(), 4);
  EXPECT_EQ(test::run(drain(**source, 3)), "0123!internal");
}

TEST(JoinedSource, SourcesFollowEachOther) {
  TemporaryFile file("file");
  JoinedSource joined;
  joined.add("head-");
  joined.add(FileSource::open(file.path()).value());
  joined.add("");
  joined.add("-tail");
  EXPECT_EQ(joined.length(), 14u);
  EXPECT_EQ(test::run(drain(joined, 2)), "head-file-tail");
  EXPECT_EQ(joined.length(), 0u);
}

}  // namespace
}  // namespace wherry::http
