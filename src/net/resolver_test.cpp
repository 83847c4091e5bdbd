#include "net/resolver.h"

#include <gtest/gtest.h>

#include <atomic>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <condition_variable>
#include <mutex>

#include "base/task_group.h"
#include "tests/support/run.h"

namespace wherry::http {
namespace {

using namespace std::chrono_literals;

const IpAddress example = boost::asio::ip::make_address("93.184.216.34");

/// Look-ups of "slow…" hang until they are let go.
struct HangingLookup {
  std::mutex mutex;
  std::condition_variable changed;
  bool open = false;
  std::atomic<int> asked{0};

  Result<std::vector<IpAddress>> operator()(const std::string& host) {
    ++asked;
    if (host.starts_with("slow")) {
      std::unique_lock lock(mutex);
      changed.wait(lock, [this] { return open; });
    }
    if (host == "throws.example") throw std::runtime_error("resolver library failed");
    return std::vector<IpAddress>{example};
  }
  void let_go() {
    std::lock_guard lock(mutex);
    open = true;
    changed.notify_all();
  }
};

class ResolverTest : public ::testing::Test {
 protected:
  std::unique_ptr<Resolver> make(std::size_t threads, std::size_t queue = 256, milliseconds timeout = 5s) {
    ResolverOptions options;
    options.threads = threads;
    options.queue = queue;
    options.timeout = timeout;
    options.lookup = [lookup = lookup](const std::string& host) { return (*lookup)(host); };
    return make_system_resolver(std::move(options));
  }
  ~ResolverTest() override { lookup->let_go(); }

  /// Starts a look-up and counts it when it ends.
  void start(Resolver& resolver, const std::string& host) {
    boost::asio::co_spawn(io.get_executor(), resolver.resolve(host), [this](std::exception_ptr, Result<std::vector<IpAddress>> answer) {
      ++ended;
      if (answer) ++answered;
    });
  }
  void run_until(const int& counter, int target) {
    const auto limit = std::chrono::steady_clock::now() + 10s;
    io.restart();
    while (counter < target && std::chrono::steady_clock::now() < limit) {
      if (io.run_one_for(100ms) == 0) io.restart();
    }
  }

  std::shared_ptr<HangingLookup> lookup = std::make_shared<HangingLookup>();  // shared with the resolver's threads
  boost::asio::io_context io{1};
  int ended = 0;
  int answered = 0;
};

TEST_F(ResolverTest, ALookUpThatHangsStallsNobodyElse) {
  auto resolver = make(4);
  for (int i = 0; i < 100; ++i) start(*resolver, "slow.example");  // one look-up, one thread
  start(*resolver, "slow2.example");

  for (int i = 0; i < 20; ++i) start(*resolver, "quick" + std::to_string(i) + ".example");
  run_until(answered, 20);

  EXPECT_EQ(answered, 20);
  lookup->let_go();
  run_until(answered, 121);
  EXPECT_EQ(answered, 121);
  EXPECT_EQ(lookup->asked, 22);
}

TEST_F(ResolverTest, ACallerStopsWaitingAfterTheTimeout) {
  auto resolver = make(1, 256, 50ms);

  auto answer = test::run(io, resolver->resolve("slow.example"));

  ASSERT_FALSE(answer);
  EXPECT_EQ(answer.error().code, ErrorCode::upstream_unavailable);
}

TEST_F(ResolverTest, AFullQueueIsRefusedAtOnce) {
  auto resolver = make(1, 2);
  for (int i = 0; i < 10; ++i) start(*resolver, "slow" + std::to_string(i) + ".example");

  run_until(ended, 7);

  EXPECT_GE(ended, 7);
  EXPECT_EQ(answered, 0);
}

TEST_F(ResolverTest, NobodyLooksUpWhatNobodyWaitsForAnyMore) {
  auto resolver = make(1, 256, 50ms);
  start(*resolver, "slow.example");
  for (int i = 0; i < 10; ++i) start(*resolver, "abandoned" + std::to_string(i) + ".example");
  run_until(ended, 11);
  EXPECT_EQ(ended, 11);
  lookup->let_go();

  ended = answered = 0;
  start(*resolver, "wanted.example");
  run_until(ended, 1);

  EXPECT_EQ(answered, 1);
  EXPECT_EQ(lookup->asked, 2);
}

TEST_F(ResolverTest, ACancelledCallerEndsAndALateAnswerFindsNoOne) {
  auto resolver = make(1);
  TaskGroup group;
  auto task = [](Resolver& r) -> Task<void> { co_await r.resolve("slow.example"); };
  group.spawn(io.get_executor(), task(*resolver), "resolve");

  test::run(io, group.stop());
  EXPECT_EQ(group.size(), 0U);
  lookup->let_go();
  auto answer = test::run(io, resolver->resolve("quick.example"));

  EXPECT_TRUE(answer);
}

TEST_F(ResolverTest, AnIoContextThatGoesAwayIsNotWokenUp) {
  auto resolver = make(1);
  {
    boost::asio::io_context gone(1);
    boost::asio::co_spawn(gone.get_executor(), resolver->resolve("slow.example"),
                          [](std::exception_ptr, Result<std::vector<IpAddress>>) {});
    gone.run_for(10ms);
  }
  lookup->let_go();

  EXPECT_TRUE(test::run(io, resolver->resolve("quick.example")));
}

TEST_F(ResolverTest, AnExceptionOfTheLookUpIsAnError) {
  auto resolver = make(1);

  EXPECT_EQ(test::run(io, resolver->resolve("throws.example")).error().code, ErrorCode::upstream_unavailable);
  EXPECT_TRUE(test::run(io, resolver->resolve("quick.example"))) << "the thread lives on";
}

TEST_F(ResolverTest, DestroyingItDoesNotWaitForALookUpThatHangs) {
  auto resolver = make(1, 256, 20ms);
  test::run(io, resolver->resolve("slow.example"));
  const auto before = std::chrono::steady_clock::now();

  resolver.reset();

  EXPECT_LT(std::chrono::steady_clock::now() - before, 2s);
}

TEST(SystemResolver, KnowsTheLocalHostAndRefusesNamesThatCannotBe) {
  auto resolver = make_system_resolver();

  auto local = test::run(resolver->resolve("localhost"));
  ASSERT_TRUE(local) << local.error().detail;
  for (const auto& address : *local) EXPECT_TRUE(address.is_loopback());
  EXPECT_EQ(test::run(resolver->resolve("no..such..name")).error().code, ErrorCode::upstream_unavailable);
}

}  // namespace
}  // namespace wherry::http
