#include "services/inbox/media_worker.h"

#include <gtest/gtest.h>

#include <deque>

#include "base/completion.h"
#include "tests/support/media_fakes.h"
#include "tests/support/memory_inbound_store.h"
#include "tests/support/run.h"
#include "tests/support/test_channel.h"

namespace wherry {
namespace {

using std::chrono::hours;
using std::chrono::minutes;
using test::test_now;

/// Gives files, or the error at the front of the script; can hold fetches back.
class FileUpstream final : public Upstream {
 public:
  std::deque<Error> errors;
  std::string bytes = "bytes";
  bool hold = false;
  int started = 0, running = 0, most = 0;
  std::vector<Completion<int>> waiting;

  Task<SendOutcome> send(std::shared_ptr<const Channel>, Message, ContactIdentity, std::vector<OutboundFile>) override {
    co_return SendUnknown{"not used"};
  }
  Task<std::vector<ChannelFinding>> check(std::shared_ptr<const Channel>) override { co_return std::vector<ChannelFinding>(); }
  Task<Result<void>> fetch_media(std::shared_ptr<const Channel>, InboundMedia remote, BlobWriter& into) override {
    ++started;
    most = std::max(most, ++running);
    if (hold) {
      auto wait = [this](Completion<int> waiter) { waiting.push_back(std::move(waiter)); };
      co_await await_completion<int>(wait);
    }
    --running;
    if (!errors.empty()) {
      auto error = errors.front();
      errors.pop_front();
      co_return error;
    }
    co_return into.write(bytes + remote.remote_id);
  }
  void release_all() {
    for (auto& waiter : std::exchange(waiting, {})) waiter.complete(0);
  }
};

class MediaWorkerTest : public testing::Test {
 protected:
  MediaWorkerTest() {
    access_.channels.push_back(test::test_channel("111"));
    const auto loaded = test::run(io_, channels_.load());
    EXPECT_TRUE(loaded);
  }
  ~MediaWorkerTest() override {
    upstream_.hold = false;
    bool stopped = false;
    boost::asio::co_spawn(io_, worker_.stop(), [&](std::exception_ptr) { stopped = true; });
    upstream_.release_all();
    settle();
    clock_.advance(hours(1));
    settle();
    EXPECT_TRUE(stopped);
  }

  MediaId pend(std::string remote_id = "5550") {
    PendingFetch fetch;
    fetch.media = MediaId::make(test_now);
    fetch.tenant = access_.channels[0].tenant;
    fetch.channel = access_.channels[0].id;
    fetch.message = MessageId::make(test_now);
    fetch.remote = InboundMedia{std::move(remote_id), "audio/OGG; codecs=opus", "", "a.ogg"};
    fetch.next_attempt_at = clock_.now();
    store_.pending[fetch.media] = fetch;
    return fetch.media;
  }
  void settle() {
    do {
      io_.restart();
      io_.poll();
    } while (media_.committing() > 0);
  }
  void start() {
    worker_.start(io_.get_executor());
    settle();
  }
  void pass(milliseconds time) {
    for (milliseconds passed{0}; passed < time; passed += seconds(5)) {
      clock_.advance(seconds(5));
      settle();
    }
  }
  void fail(ErrorCode code, int times) {
    for (int i = 0; i < times; ++i) upstream_.errors.push_back(Error{code, "scripted"});
  }

  boost::asio::io_context io_{1};
  VirtualClock clock_{test_now};
  test::MemoryAccessStore access_;
  test::MemoryInboundStore store_;
  test::TempBlobStore blobs_{clock_};
  FileUpstream upstream_;
  Channels channels_{access_, access_, clock_, "https://graph.facebook.com", "v23.0"};
  test::MemoryMediaRows rows_;
  test::ScriptedFetcher fetcher_;
  SecretBox secrets_ = SecretBox::create(std::string(SecretBox::key_size, 'k')).value();
  MediaService media_{rows_, blobs_, fetcher_, secrets_, clock_};
  MediaWorker worker_{store_, media_, upstream_, channels_, clock_};
};

TEST_F(MediaWorkerTest, FetchesWhatWasLeftFromTheLastRun) {
  const auto id = pend("77");

  start();

  ASSERT_EQ(store_.finished.size(), 1u);
  const auto& media = store_.finished[0];
  EXPECT_EQ(media.id, id);
  EXPECT_EQ(media.tenant, access_.channels[0].tenant);
  EXPECT_EQ(media.state, MediaState::available);
  EXPECT_EQ(media.sha256, sha256("bytes77"));
  EXPECT_EQ(media.size, 7u);
  EXPECT_EQ(media.mime_type, "audio/ogg");
  EXPECT_EQ(media.file_name, "a.ogg");
  EXPECT_EQ(media.expires_at, test_now + hours(48));
  EXPECT_TRUE(blobs_.stored.contains(media.sha256));
}

TEST_F(MediaWorkerTest, AChannelsFilesMayBeKeptLonger) {
  const auto tenant = access_.channels[0].tenant;
  std::optional<milliseconds> chosen = hours(24 * 30);
  worker_.keep_for([&](TenantId asked, ChannelId channel) {
    EXPECT_EQ(asked, tenant);
    EXPECT_EQ(channel, access_.channels[0].id);
    return chosen;
  });
  pend("77");
  start();
  EXPECT_EQ(store_.finished.at(0).expires_at, test_now + hours(24 * 30));

  chosen.reset();
  pend("78");
  worker_.wake();
  settle();
  EXPECT_EQ(store_.finished.at(1).expires_at, test_now + hours(48));
}

TEST_F(MediaWorkerTest, NewMediaIsFetchedAtOnceWhenWoken) {
  start();
  pend();
  settle();
  EXPECT_TRUE(store_.finished.empty());

  worker_.wake();
  settle();

  EXPECT_EQ(store_.finished.size(), 1u);
}

TEST_F(MediaWorkerTest, FetchesEightAtOnceAndEachOnlyOnce) {
  upstream_.hold = true;
  for (int i = 0; i < 50; ++i) pend(std::to_string(i));

  start();
  for (int i = 0; i < 10; ++i) {
    worker_.wake();
    settle();
  }
  EXPECT_EQ(upstream_.started, 8);
  while (upstream_.running > 0) {
    upstream_.release_all();
    settle();
  }

  EXPECT_EQ(upstream_.most, 8);
  EXPECT_EQ(upstream_.started, 50);
  EXPECT_EQ(store_.finished.size(), 50u);
  EXPECT_EQ(worker_.counters().fetched, 50u);
}

TEST_F(MediaWorkerTest, AFailureIsTriedAgainLaterAndLater) {
  pend();
  fail(ErrorCode::fetch_failed, 2);
  start();
  EXPECT_EQ(upstream_.started, 1);

  pass(seconds(25));
  EXPECT_EQ(upstream_.started, 1);
  pass(seconds(10));
  EXPECT_EQ(upstream_.started, 2);
  pass(minutes(3));

  EXPECT_EQ(upstream_.started, 3);
  ASSERT_EQ(store_.finished.size(), 1u);
  EXPECT_EQ(store_.finished[0].state, MediaState::available);
}

TEST_F(MediaWorkerTest, SixFailuresMakeTheFileUnavailable) {
  const auto id = pend();
  fail(ErrorCode::fetch_failed, 100);
  start();

  pass(hours(6));

  EXPECT_EQ(upstream_.started, 6);
  ASSERT_EQ(store_.finished.size(), 1u);
  EXPECT_EQ(store_.finished[0].id, id);
  EXPECT_EQ(store_.finished[0].state, MediaState::unavailable);
  EXPECT_EQ(store_.finished[0].size, 0u);
  EXPECT_TRUE(store_.pending.empty());
  EXPECT_EQ(worker_.counters().unavailable, 1u);
}

TEST_F(MediaWorkerTest, AFileWhatsAppDoesNotHaveIsGivenUpAfterTheThirdAnswer) {
  pend();
  fail(ErrorCode::not_found, 100);
  start();
  pass(hours(6));
  EXPECT_EQ(upstream_.started, 3);
  EXPECT_EQ(store_.finished.at(0).state, MediaState::unavailable);
}

TEST_F(MediaWorkerTest, AnOversizedFileIsGivenUpAtOnce) {
  pend();
  fail(ErrorCode::too_large, 1);
  start();
  EXPECT_EQ(store_.finished.at(0).state, MediaState::unavailable);
}

TEST_F(MediaWorkerTest, AFileOfARemovedChannelIsGivenUpAtOnce) {
  const auto id = pend();
  store_.pending[id].channel = ChannelId::make(test_now);
  start();
  EXPECT_EQ(store_.finished.at(0).state, MediaState::unavailable);
  EXPECT_EQ(upstream_.started, 0);
}

TEST_F(MediaWorkerTest, AFullDiskOfOursCostsNoTry) {
  pend();
  blobs_.refuse_create = true;
  start();
  pass(hours(10));
  EXPECT_TRUE(store_.finished.empty());

  blobs_.refuse_create = false;
  pass(minutes(2));

  EXPECT_EQ(store_.finished.at(0).state, MediaState::available);
}

TEST_F(MediaWorkerTest, AStoreThatRefusesWritesIsNotHammeredWithFetches) {
  pend();
  store_.writes_fail = true;
  start();
  pass(minutes(5));
  EXPECT_GE(upstream_.started, 2);
  EXPECT_LE(upstream_.started, 12);

  store_.writes_fail = false;
  pass(minutes(1));

  EXPECT_EQ(store_.finished.size(), 1u);
}

TEST_F(MediaWorkerTest, StoppingLeavesARunningFetchForTheNextStart) {
  pend();
  upstream_.hold = true;
  start();
  bool stopped = false;
  boost::asio::co_spawn(io_, worker_.stop(), [&](std::exception_ptr) { stopped = true; });
  settle();
  upstream_.release_all();
  settle();
  clock_.advance(seconds(5));
  settle();

  EXPECT_TRUE(stopped);
  EXPECT_TRUE(store_.finished.empty());
  EXPECT_EQ(store_.pending.size(), 1u);
  pend();
  worker_.wake();
  settle();
  EXPECT_EQ(upstream_.started, 1);
}

TEST(MediaWorkerDelay, GrowsToThreeHours) {
  EXPECT_EQ(MediaWorker::delay_after(1), seconds(30));
  EXPECT_EQ(MediaWorker::delay_after(2), minutes(2));
  EXPECT_EQ(MediaWorker::delay_after(5), hours(3));
  EXPECT_EQ(MediaWorker::delay_after(500), hours(3));
  EXPECT_EQ(MediaWorker::delay_after(0), seconds(30));
}

}  // namespace
}  // namespace wherry
