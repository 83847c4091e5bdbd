// How the server ends, and what becomes of handlers whose client has left.
#include <gtest/gtest.h>

#include <boost/asio/basic_waitable_timer.hpp>
#include <boost/asio/this_coro.hpp>
#include <future>

#include "base/completion.h"
#include "net/server.h"
#include "tests/support/raw_http.h"

namespace wherry::http {
namespace {

using test::RawClient;
using test::TestServer;
using Timer = boost::asio::basic_waitable_timer<std::chrono::steady_clock, boost::asio::wait_traits<std::chrono::steady_clock>, Executor>;

/// A handler the test holds in the middle of its work.
struct Held {
  std::promise<Completion<int>> started;
  std::promise<void> finished;

  static Task<Response> work(Held& held) {
    auto start = [&held](Completion<int> done) { held.started.set_value(std::move(done)); };
    co_await await_completion<int>(start);
    held.finished.set_value();
    co_return text_response(200, "done");
  }
  Handler handler() {
    return [this](Request&) { return work(*this); };
  }
};

const std::string request = "GET / HTTP/1.1\r\nHost: a\r\n\r\n";

TEST(ServerStop, ARunningRequestIsFinishedAndAnswered) {
  Held held;
  TestServer server(held.handler());
  RawClient idle(server.port());
  RawClient client(server.port());
  ASSERT_TRUE(client.send(request));
  auto release = held.started.get_future().get();
  auto stopping = std::async(std::launch::async, [&] { return server.stop(seconds(10)); });
  EXPECT_EQ(idle.read_to_end(), "");  // phase one has begun: idle connections are gone
  EXPECT_THROW(RawClient late(server.port()), std::runtime_error);
  release.complete(0);
  const auto response = client.read_response();
  ASSERT_TRUE(response);
  EXPECT_EQ(response->body, "done");
  EXPECT_TRUE(response->has("Connection: close"));
  client.finish_sending();
  EXPECT_EQ(client.read_to_end(), "");
  EXPECT_LT(stopping.get(), seconds(5));
}

TEST(ServerStop, WhatOutlastsTheGracePeriodIsCancelled) {
  struct Waiting {
    static Task<Response> forever(std::promise<void>& started) {
      auto executor = co_await boost::asio::this_coro::executor;
      Timer timer(executor, std::chrono::hours(1));
      started.set_value();
      co_await timer.async_wait(use_task);
      co_return Response{};
    }
  };
  std::promise<void> started;
  const Handler handler = [&started](Request&) { return Waiting::forever(started); };
  TestServer server(handler);
  RawClient client(server.port());
  ASSERT_TRUE(client.send(request));
  started.get_future().wait();
  EXPECT_LT(server.stop(milliseconds(20)), seconds(5));
  EXPECT_EQ(client.read_to_end(), "");
  EXPECT_EQ(server.counters().open, 0u);
}

TEST(ServerStop, AHalfSentRequestDoesNotHoldTheStopUpBeyondTheGrace) {
  Held held;
  TestServer server(held.handler(), {}, 2);
  RawClient client(server.port());
  ASSERT_TRUE(client.send("GET / HTT"));
  EXPECT_LT(server.stop(milliseconds(20)), seconds(5));
  EXPECT_EQ(client.read_to_end(), "");
}

TEST(ServerStop, AServerThatNeverServedStopsAtOnce) {
  Held held;
  TestServer server(held.handler(), {}, 2);
  EXPECT_LT(server.stop(seconds(10)), seconds(5));
}

TEST(ServerStop, AHandlerRunsToItsEndThoughItsClientHasLeft) {
  Held held;
  TestServer server(held.handler());
  auto client = std::make_unique<RawClient>(server.port());
  ASSERT_TRUE(client->send(request));
  auto release = held.started.get_future().get();
  client.reset();
  release.complete(0);
  EXPECT_EQ(held.finished.get_future().wait_for(seconds(10)), std::future_status::ready);
}

}  // namespace
}  // namespace wherry::http
