// The life of an upgraded connection: the handshake, sending, slow and silent peers, the server's end.
#include <gtest/gtest.h>

#include <boost/asio/co_spawn.hpp>
#include <future>

#include "base/completion.h"
#include "net/server.h"
#include "tests/support/raw_websocket.h"

namespace wherry::http {
namespace {

using namespace test;

using SocketPtr = std::shared_ptr<WebSocket>;

/// Hands each accepted WebSocket to the test and counts what it receives.
struct Sessions {
  WebSocketOptions options{};
  std::promise<SocketPtr> opened{};
  std::promise<Error> ended{};
  std::atomic<std::uint64_t> bytes{0};
  std::atomic<std::size_t> largest_piece{0};

  static Task<void> run(Sessions& self, SocketPtr socket) {
    self.opened.set_value(socket);
    while (true) {
      auto piece = co_await socket->read();
      if (!piece) {
        self.ended.set_value(piece.error());
        co_return;
      }
      self.bytes += piece->bytes.size();
      self.largest_piece = std::max(self.largest_piece.load(), piece->bytes.size());
      if (piece->end_of_message) socket->send(std::to_string(self.bytes));
    }
  }
  static Task<Response> answer(Sessions& self, Request& request) {
    if (auto refused = refuse_upgrade(request)) co_return std::move(*refused);
    auto response = upgrade_response({self.options, [&self](SocketPtr socket) { return run(self, std::move(socket)); }});
    response.headers.add("X-Extra", "yes");
    co_return response;
  }
  Handler handler() {
    return [this](Request& request) { return answer(*this, request); };
  }
};

std::optional<RawResponse> ask(std::uint16_t port, const std::string& fields, const std::string& line = "GET / HTTP/1.1") {
  RawClient client(port);
  client.send(line + "\r\n" + fields + "\r\n");
  return client.read_response();
}

std::string without(std::string fields, std::string_view name) {
  const auto at = fields.find(name);
  return fields.erase(at, fields.find("\r\n", at) + 2 - at);
}

TEST(WebSocket, TheHandshakeOfTheRfcIsAnsweredAsItSays) {
  Sessions sessions;
  TestServer server(sessions.handler());
  RawWebSocket client(server.port());
  const auto& answer = client.answer();
  EXPECT_EQ(answer.field("Sec-WebSocket-Accept"), "s3pPLMBiTxaQ9kYGzzhZRbK+xOo=");
  EXPECT_EQ(answer.field("Upgrade"), "websocket");
  EXPECT_TRUE(equal_ignoring_case(answer.field("Connection"), "upgrade"));
  EXPECT_EQ(answer.field("X-Extra"), "yes");
  EXPECT_EQ(answer.field("X-Request-Id").size(), 16u);
  EXPECT_EQ(answer.field("Sec-WebSocket-Extensions"), "");
}

TEST(WebSocket, WhatIsNoUpgradeIsToldWhy) {
  Sessions sessions;
  TestServer server(sessions.handler());
  const std::string good(upgrade_fields);
  const auto status = [&](const std::string& fields, const std::string& line = "GET / HTTP/1.1") {
    const auto response = ask(server.port(), fields, line);
    return response ? response->status : 0;
  };
  EXPECT_EQ(status("Host: a\r\n"), 426);
  EXPECT_EQ(status(without(good, "Upgrade:")), 426);
  EXPECT_EQ(status(without(good, "Connection:")), 400);
  EXPECT_EQ(status(without(good, "Connection:") + "Connection: keep-alive, upgrade\r\n"), 101);
  EXPECT_EQ(status(without(good, "Sec-WebSocket-Key:")), 400);
  EXPECT_EQ(status(without(good, "Sec-WebSocket-Key:") + "Sec-WebSocket-Key: dGhlIHNhbXBsZQ==\r\n"), 400);
  EXPECT_EQ(status(good + "Content-Length: 3\r\n", "GET / HTTP/1.1"), 400);
  EXPECT_EQ(status(good, "GET / HTTP/1.0"), 400);
  EXPECT_EQ(status(good, "DELETE / HTTP/1.1"), 400);
  const auto old = ask(server.port(), without(good, "Sec-WebSocket-Version:") + "Sec-WebSocket-Version: 8\r\n");
  ASSERT_TRUE(old);
  EXPECT_EQ(old->status, 426);
  EXPECT_EQ(old->field("Sec-WebSocket-Version"), "13");
}

TEST(WebSocket, FramesRightBehindTheRequestAreRead) {
  Sessions sessions;
  TestServer server(sessions.handler());
  const std::string large(6'000, 'x');  // more than Beast's own buffer takes
  RawWebSocket client(server.port(), "/", text_frame("ab") + text_frame(large));
  EXPECT_EQ(client.next(), "text:2");
  EXPECT_EQ(client.next(), "text:6002");
}

TEST(WebSocket, AMessageOf70MegabytesPassesThroughPieceByPiece) {
  Sessions sessions;
  sessions.options.message_limit = 80u << 20;
  TestServer server(sessions.handler());
  RawWebSocket client(server.port());
  ASSERT_TRUE(client.send(text_frame(std::string(70u << 20, 'x'))));
  EXPECT_EQ(client.next(), "text:73400320");
  EXPECT_LE(sessions.largest_piece, 64u * 1024);
}

TEST(WebSocket, SendAndWriteComeFromOtherThreadsInOrder) {
  Sessions sessions;
  TestServer server(sessions.handler());
  RawWebSocket client(server.port());
  const auto socket = sessions.opened.get_future().get();
  for (int i = 0; i < 100; ++i) ASSERT_TRUE(socket->send(std::to_string(i)));
  boost::asio::io_context elsewhere;
  std::promise<bool> written;
  boost::asio::co_spawn(elsewhere, socket->write("last"),
                        [&](std::exception_ptr, Result<void> result) { written.set_value(result.has_value()); });
  elsewhere.run_for(seconds(10));
  EXPECT_TRUE(written.get_future().get());
  EXPECT_EQ(socket->queued_bytes(), 0u);
  for (int i = 0; i < 100; ++i) ASSERT_EQ(client.next(), "text:" + std::to_string(i));
  EXPECT_EQ(client.next(), "text:last");
}

TEST(WebSocket, ASlowConsumerIsCutOffAndCounted) {
  Sessions sessions;
  sessions.options.queue_limit = 1 << 20;
  TestServer server(sessions.handler());
  RawWebSocket client(server.port(), "/", {}, 4096);
  const auto socket = sessions.opened.get_future().get();
  Result<void> sent;
  for (int i = 0; i < 1'000 && sent; ++i) sent = socket->send(std::string(100'000, 'x'));
  ASSERT_FALSE(sent);
  EXPECT_EQ(sent.error().code, ErrorCode::unavailable);
  EXPECT_EQ(sessions.ended.get_future().get().code, ErrorCode::cancelled);
  EXPECT_FALSE(socket->is_open());
  EXPECT_EQ(socket->send("x").error().code, ErrorCode::cancelled);
  EXPECT_EQ(server.counters().slow_consumers, 1u);
  EXPECT_TRUE(client.client().ended_by_reset());
}

TEST(WebSocket, OneMessageThatIsNotTakenInTimeCutsTheConsumerOff) {
  Sessions sessions;
  sessions.options.write_timeout = milliseconds(300);
  TestServer server(sessions.handler());
  RawWebSocket client(server.port(), "/", {}, 4096);
  const auto socket = sessions.opened.get_future().get();
  ASSERT_TRUE(socket->send(std::string(32u << 20, 'x')));
  EXPECT_EQ(sessions.ended.get_future().get().code, ErrorCode::cancelled);
  EXPECT_EQ(server.counters().slow_consumers, 1u);
}

TEST(WebSocket, CloseComesBehindWhatIsQueued) {
  Sessions sessions;
  TestServer server(sessions.handler());
  RawWebSocket client(server.port());
  const auto socket = sessions.opened.get_future().get();
  ASSERT_TRUE(socket->send("one"));
  ASSERT_TRUE(socket->send("two"));
  socket->close(CloseCode::policy_violation, "enough");
  EXPECT_FALSE(socket->send("three"));
  EXPECT_EQ(client.next(), "text:one");
  EXPECT_EQ(client.next(), "text:two");
  const auto close = client.read();
  ASSERT_TRUE(close);
  EXPECT_EQ(close->close_code(), 1008);
  EXPECT_EQ(close->close_reason(), "enough");
  client.send(close_frame(1008));
  EXPECT_EQ(client.next(), "end");
}

TEST(WebSocket, APeerThatNeverSaysGoodbyeIsNotWaitedFor) {
  Sessions sessions;
  sessions.options.close_timeout = milliseconds(300);
  TestServer server(sessions.handler());
  RawWebSocket client(server.port());
  sessions.opened.get_future().get()->close(CloseCode::normal);
  EXPECT_EQ(client.next(), "close:1000");
  EXPECT_EQ(client.next(), "end");
}

TEST(WebSocket, PingsComeAndASilentPeerIsCutOff) {
  Sessions sessions;
  sessions.options.ping_interval = milliseconds(400);
  TestServer server(sessions.handler());
  RawWebSocket client(server.port());
  EXPECT_EQ(client.next(), "ping:");
  EXPECT_EQ(client.rest(), "end");
  EXPECT_EQ(server.counters().timeouts, 1u);
}

TEST(WebSocket, APeerThatAnswersPingsStays) {
  Sessions sessions;
  sessions.options.ping_interval = milliseconds(300);
  TestServer server(sessions.handler());
  RawWebSocket client(server.port());
  for (int i = 0; i < 5; ++i) {
    ASSERT_EQ(client.next(), "ping:");
    client.send(encode({.opcode = op_pong}));
  }
  EXPECT_EQ(server.counters().websockets_open, 1u);
}

TEST(WebSocket, AStoppingServerSaysGoingAway) {
  Sessions sessions;
  TestServer server(sessions.handler());
  RawWebSocket client(server.port());
  auto stopping = std::async(std::launch::async, [&] { return server.stop(seconds(10)); });
  EXPECT_EQ(client.next(), "close:1001");
  client.send(close_frame(1001));
  EXPECT_EQ(client.next(), "end");
  client.client().finish_sending();
  EXPECT_LT(stopping.get(), seconds(5));
  EXPECT_EQ(server.counters().open, 0u);
  EXPECT_EQ(server.counters().websockets_open, 0u);
  EXPECT_EQ(server.counters().websockets, 1u);
}

TEST(WebSocket, TheEndOfTheGraceCutsTheRest) {
  Sessions sessions;
  TestServer server(sessions.handler());
  RawWebSocket client(server.port());
  sessions.opened.get_future().get();
  EXPECT_LT(server.stop(milliseconds(50)), seconds(3));
  EXPECT_EQ(server.counters().open, 0u);
}

TEST(WebSocket, ASessionThatDoesNotReadIsCancelledAtTheEndOfTheGrace) {
  struct Waiting {
    static Task<void> forever(SocketPtr) {
      auto executor = co_await boost::asio::this_coro::executor;
      boost::asio::basic_waitable_timer<std::chrono::steady_clock, boost::asio::wait_traits<std::chrono::steady_clock>, Executor> timer(
          executor, std::chrono::hours(1));
      co_await timer.async_wait(use_task);
    }
    static Task<Response> answer() { co_return upgrade_response({{}, forever}); }
  };
  const Handler handler = [](Request&) { return Waiting::answer(); };
  TestServer server(handler);
  RawWebSocket client(server.port());
  EXPECT_LT(server.stop(milliseconds(50)), seconds(3));
  EXPECT_EQ(server.counters().open, 0u);
}

TEST(WebSocket, SurvivesThePeersReset) {
  Sessions sessions;
  TestServer server(sessions.handler());
  auto client = std::make_unique<RawWebSocket>(server.port());
  const auto socket = sessions.opened.get_future().get();
  client.reset();
  EXPECT_EQ(sessions.ended.get_future().get().code, ErrorCode::cancelled);
  EXPECT_FALSE(socket->send("x"));
}

}  // namespace
}  // namespace wherry::http
