// Peers that are hostile or slow, over real sockets.
#include <gtest/gtest.h>

#include <future>

#include "net/server.h"
#include "tests/support/raw_http.h"

namespace wherry::http {
namespace {

using test::RawClient;
using test::TestServer;

// Reads the body and tells how that went and how large the largest piece was.
Task<Response> tell(Request& request) {
  std::size_t total = 0, largest = 0;
  while (true) {
    auto piece = co_await request.body->read();
    if (!piece) {
      auto again = co_await request.body->read();
      const bool stays = !again && again.error() == piece.error();
      co_return text_response(stays ? 422 : 500, std::string(to_string(piece.error().code)));
    }
    if (piece->empty()) break;
    total += piece->size();
    largest = std::max(largest, piece->size());
  }
  co_return text_response(200, std::to_string(total) + (largest <= 64 * 1024 ? " in small pieces" : " in large pieces"));
}

std::string get(std::string_view path) { return "GET " + std::string(path) + " HTTP/1.1\r\nHost: a\r\n\r\n"; }
std::string post(const std::string& fields, const std::string& body) { return "POST /x HTTP/1.1\r\nHost: a\r\n" + fields + "\r\n" + body; }

std::size_t count(std::string_view text, std::string_view what) {
  std::size_t found = 0;
  for (auto at = text.find(what); at != std::string_view::npos; at = text.find(what, at + 1)) ++found;
  return found;
}

TEST(ServerLimits, ARefusedRequestIsAnsweredOnceAndTakesItsConnectionWithIt) {
  TestServer server(tell);
  struct Case {
    int status;
    std::string bytes;
  };
  const std::vector<Case> cases{
      {400, post("Content-Length: 6\r\nTransfer-Encoding: chunked\r\n", "0\r\n\r\n")},
      {400, post("Transfer-Encoding: xchunked\r\n", "5\r\n")},
      {400, post("Transfer-Encoding: chunked, identity\r\n", "0\r\n\r\n")},
      {501, post("Transfer-Encoding: gzip, chunked\r\n", "0\r\n\r\n")},
      {400, "POST /x HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n"},
      {400, post("Content-Length: 0\r\nContent-Length: 40\r\n", "")},
      {400, post("X: a\r\n folded\r\n", "")},
      {400, "GET / HTTP/1.1\r\n\r\n"},
      {400, "GET / HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n"},
      {400, "GET /..%2f..%2fetc/passwd HTTP/1.1\r\nHost: a\r\n\r\n"},
      {400, "GET //////../ HTTP/1.1\r\nHost: a\r\n\r\n"},
      {400, "GET /a%00 HTTP/1.1\r\nHost: a\r\n\r\n"},
      {400, "GET /a\\..\\b HTTP/1.1\r\nHost: a\r\n\r\n"},
      {417, post("Expect: magic\r\n", "")},
      {505, "GET / HTTP/3.0\r\nHost: a\r\n\r\n"},
      {501, "CONNECT a:443 HTTP/1.1\r\nHost: a\r\n\r\n"},
      {413, post("Content-Length: 999999999999\r\n", "")},
      {431, "GET / HTTP/1.1\r\nHost: a\r\nX: " + std::string(1u << 20, 'x') + "\r\n\r\n"},
  };
  for (const auto& [status, bytes] : cases) {
    const auto all = test::exchange(server.port(), bytes + get("/smuggled"));
    EXPECT_EQ(count(all, "\r\nDate: "), 1u) << bytes.substr(0, 200);
    EXPECT_TRUE(all.starts_with("HTTP/1.1 " + std::to_string(status))) << bytes.substr(0, 200) << all;
    EXPECT_EQ(count(all, "Connection: close\r\n"), 1u);
    EXPECT_EQ(count(all, "X-Request-Id: "), 1u);
    EXPECT_EQ(count(all, "\"code\":\"INVALID_REQUEST\""), 1u);
  }
  EXPECT_EQ(server.counters().bad_requests, cases.size());
  EXPECT_EQ(server.counters().requests, 0u);
}

TEST(ServerLimits, BrokenChunksReachTheHandlerAsAnErrorAndEndTheConnection) {
  TestServer server(tell);
  for (const auto* body : {"3\r\nabcd\r\n0\r\n\r\n", "3 \r\nabc\r\n0\r\n\r\n", "zz\r\nabc"}) {
    const auto all = test::exchange(server.port(), post("Transfer-Encoding: chunked\r\n", body) + get("/smuggled"));
    EXPECT_TRUE(all.starts_with("HTTP/1.1 422")) << all;
    EXPECT_TRUE(all.ends_with("invalid_argument")) << all;
    EXPECT_EQ(count(all, "HTTP/1.1 "), 1u);
  }
}

TEST(ServerLimits, ABodyThatIsCutOffIsAnErrorForTheHandler) {
  TestServer server(tell);
  EXPECT_TRUE(test::exchange(server.port(), post("Content-Length: 10\r\n", "abc")).ends_with("invalid_argument"));
}

TEST(ServerLimits, TheBodyLimitHoldsForBothFramings) {
  ServerOptions options;
  options.body_limit = 1000;
  TestServer server(tell, options);
  EXPECT_TRUE(test::exchange(server.port(), post("Content-Length: 1000\r\n", std::string(1000, 'x'))).starts_with("HTTP/1.1 200"));
  EXPECT_TRUE(test::exchange(server.port(), post("Content-Length: 1001\r\n", std::string(1001, 'x'))).starts_with("HTTP/1.1 413"));
  std::string chunks;
  for (int i = 0; i < 101; ++i) chunks += "a\r\n0123456789\r\n";
  EXPECT_TRUE(test::exchange(server.port(), post("Transfer-Encoding: chunked\r\n", chunks + "0\r\n\r\n")).ends_with("too_large"));
}

TEST(ServerLimits, ManySmallFieldsAreTooMany) {
  TestServer server(tell);
  std::string fields;
  for (int i = 0; i < 100'000; ++i) fields += "A: b\r\n";
  RawClient client(server.port());
  client.send(post(fields, ""));
  const auto response = client.read_response();
  ASSERT_TRUE(response);
  EXPECT_EQ(response->status, 431);
}

TEST(ServerLimits, AHugeBodyNeverStandsInMemory) {
  TestServer server(tell);
  RawClient client(server.port());
  const std::string piece(1u << 20, 'x');
  ASSERT_TRUE(client.send(post("Content-Length: " + std::to_string(60u << 20) + "\r\n", "")));
  for (int i = 0; i < 60; ++i) ASSERT_TRUE(client.send(piece));
  const auto response = client.read_response();
  ASSERT_TRUE(response);
  EXPECT_EQ(response->body, std::to_string(60u << 20) + " in small pieces");
}

TEST(ServerLimits, AHeaderThatDoesNotArriveInTimeIsA408WhileOthersAreServed) {
  ServerOptions options;
  options.header_timeout = milliseconds(50);
  TestServer server(tell, options);
  RawClient slow(server.port());
  ASSERT_TRUE(slow.send("GET / HTTP/1.1\r\nHost: a\r\nX: "));
  EXPECT_TRUE(test::exchange(server.port(), get("/")).starts_with("HTTP/1.1 200"));
  const auto response = slow.read_response();
  ASSERT_TRUE(response);
  EXPECT_EQ(response->status, 408);
  EXPECT_EQ(slow.read_to_end(), "");
  EXPECT_EQ(server.counters().timeouts, 1u);
}

TEST(ServerLimits, DrippingBytesDoesNotExtendTheHeaderTimeout) {
  ServerOptions options;
  options.header_timeout = milliseconds(100);
  TestServer server(tell, options);
  RawClient slow(server.port());
  std::future<void> dripping = std::async(std::launch::async, [&] {
    // Each byte waits for the server to have taken a request of somebody else: a drip without a clock.
    for (int i = 0; i < 100'000 && server.counters().timeouts == 0; ++i) {
      slow.send(i == 0 ? "GET /" : "x");
      test::exchange(server.port(), get("/"));
    }
  });
  const auto response = slow.read_response();
  dripping.get();
  ASSERT_TRUE(response);
  EXPECT_TRUE(response->status == 408 || response->status == 431) << response->status;
  EXPECT_EQ(server.counters().timeouts, 1u);
}

TEST(ServerLimits, AConnectionWithoutARequestIsClosedInSilence) {
  ServerOptions options;
  options.header_timeout = milliseconds(50);
  options.keep_alive_timeout = milliseconds(50);
  TestServer server(tell, options);
  RawClient fresh(server.port());
  EXPECT_EQ(fresh.read_to_end(), "");
  RawClient used(server.port());
  ASSERT_TRUE(used.send(get("/")));
  ASSERT_TRUE(used.read_response());
  EXPECT_EQ(used.read_to_end(), "");
}

TEST(ServerLimits, ASilentBodyTimesOut) {
  ServerOptions options;
  options.body_idle_timeout = milliseconds(50);
  TestServer server(tell, options);
  RawClient client(server.port());
  ASSERT_TRUE(client.send(post("Content-Length: 10\r\n", "abc")));
  const auto response = client.read_response();
  ASSERT_TRUE(response);
  EXPECT_EQ(response->body, "timeout");
  EXPECT_TRUE(response->has("Connection: close"));
  client.finish_sending();
  EXPECT_EQ(client.read_to_end(), "");
}

TEST(ServerLimits, ABodySlowerThanTheMinimumRateTimesOut) {
  ServerOptions options;
  options.body_rate_grace = milliseconds(50);
  options.body_minimum_rate = 1'000'000;
  TestServer server(tell, options);
  RawClient client(server.port());
  ASSERT_TRUE(client.send(post("Content-Length: 10\r\n", "abc")));
  const auto response = client.read_response();
  ASSERT_TRUE(response);
  EXPECT_EQ(response->body, "timeout");
  EXPECT_EQ(server.counters().timeouts, 1u);
}

/// Never ends, and tells when it is no longer wanted.
class EndlessSource final : public BodySource {
 public:
  explicit EndlessSource(std::promise<void>& gone) : gone_(gone) {}
  ~EndlessSource() override { gone_.set_value(); }
  Task<Result<std::size_t>> read(std::span<char> out) override {
    std::fill(out.begin(), out.end(), 'x');
    co_return out.size();
  }
  std::optional<std::uint64_t> length() const override { return std::nullopt; }

 private:
  std::promise<void>& gone_;
};

TEST(ServerLimits, AClientThatDoesNotReadIsEvicted) {
  std::promise<void> gone;
  ServerOptions options;
  options.write_timeout = milliseconds(50);
  const Handler handler = [&gone](Request&) {
    struct Answer {
      static Task<Response> give(std::promise<void>& promise) {
        Response response;
        response.body = std::make_unique<EndlessSource>(promise);
        co_return response;
      }
    };
    return Answer::give(gone);
  };
  TestServer server(handler, options);
  RawClient client(server.port(), 4096);
  ASSERT_TRUE(client.send(get("/")));
  ASSERT_EQ(gone.get_future().wait_for(seconds(10)), std::future_status::ready);
  EXPECT_EQ(server.counters().timeouts, 1u);
  EXPECT_TRUE(client.ended_by_reset());
}

}  // namespace
}  // namespace wherry::http
