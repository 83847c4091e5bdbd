#include "services/media/passing_files.h"

#include <gtest/gtest.h>

#include "tests/support/media_fakes.h"
#include "tests/support/memory_passing_files.h"
#include "tests/support/run.h"

namespace wherry {
namespace {

struct PassingFilesTest : testing::Test {
  boost::asio::io_context io{1};  // outlives the service, whose disk threads post to it
  VirtualClock clock{from_unix_millis(1'700'000'000'000)};
  test::MemoryMediaRows rows;
  test::TempBlobStore blobs{clock};
  test::ScriptedFetcher fetcher;
  SecretBox secrets = SecretBox::create(std::string(SecretBox::key_size, 'k')).value();
  MediaService media{rows, blobs, fetcher, secrets, clock};
  test::MemoryPassingFiles store;
  PassingFiles files{store, media, rows};
  TenantId owner = TenantId::make(clock.now());
  MessageId message = MessageId::make(clock.now());

  Media stored(std::string bytes) {
    auto upload = media.begin("text/plain", "a.txt").value();
    upload.write(bytes).value();
    return test::run(io, media.finish(owner, std::move(upload))).value();
  }
};

TEST_F(PassingFilesTest, TheBytesGoWithTheEndOfTheMessageAndNotBefore) {
  const auto file = stored("hello");
  test::run(io, files.keep_until(file.id, message));
  EXPECT_EQ(test::run(io, files.sweep()).value(), 0u);
  EXPECT_TRUE(blobs.stored.contains(file.sha256));

  store.done.push_back(message);
  EXPECT_EQ(test::run(io, files.sweep()).value(), 1u);

  EXPECT_FALSE(blobs.stored.contains(file.sha256));
  EXPECT_FALSE(media.path_of(rows.rows.at(file.id)));
  EXPECT_TRUE(store.files.empty());
}

TEST_F(PassingFilesTest, BytesThatAnotherFileNeedsTooStay) {
  const auto passing = stored("hello");
  const auto other = stored("hello");
  test::run(io, files.keep_until(passing.id, message));
  store.done.push_back(message);

  EXPECT_EQ(test::run(io, files.sweep()).value(), 1u);

  EXPECT_TRUE(media.path_of(other));
  EXPECT_FALSE(media.path_of(rows.rows.at(passing.id)));
}

TEST_F(PassingFilesTest, WhatCannotBeDroppedNowIsTriedAgain) {
  const auto file = stored("hello");
  test::run(io, files.keep_until(file.id, message));
  store.done.push_back(message);
  rows.outage = true;
  EXPECT_FALSE(test::run(io, files.sweep()));

  rows.outage = false;
  EXPECT_EQ(test::run(io, files.sweep()).value(), 1u);
}

}  // namespace
}  // namespace wherry
