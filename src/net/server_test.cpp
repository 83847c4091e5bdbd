#include "net/server.h"

#include <gtest/gtest.h>

#include <boost/asio/steady_timer.hpp>
#include <future>

#include "base/random.h"
#include "tests/support/raw_http.h"

namespace wherry::http {
namespace {

using test::RawClient;
using test::TestServer;

// Answers with what it understood, the whole body included.
Task<Response> echo(Request& request) {
  const std::uint64_t limit = 64ull << 20;
  auto body = co_await read_all(*request.body, limit);
  if (!body) co_return text_response(body.error().code == ErrorCode::too_large ? 413 : 400, body.error().message);
  co_return text_response(200, std::string(to_string(request.method)) + " " + request.path + " " + *body);
}

// Never looks at the body.
Task<Response> ignore_body(Request& request) { co_return text_response(200, request.path); }

Task<Response> broken(Request&) {
  throw std::runtime_error("a bug");
  co_return Response{};
}

std::string get(std::string_view path) { return "GET " + std::string(path) + " HTTP/1.1\r\nHost: a\r\n\r\n"; }

TEST(Server, AConnectionServesOneRequestAfterTheOther) {
  TestServer server(echo);
  RawClient client(server.port());
  for (const auto* path : {"/one", "/two", "/three"}) {
    ASSERT_TRUE(client.send(get(path)));
    const auto response = client.read_response();
    ASSERT_TRUE(response);
    EXPECT_EQ(response->status, 200);
    EXPECT_EQ(response->body, "GET " + std::string(path) + " ");
    EXPECT_EQ(response->field("Connection"), "");
    EXPECT_TRUE(response->field("Date").ends_with(" GMT"));
  }
  EXPECT_EQ(server.counters().connections, 1u);
  EXPECT_EQ(server.counters().requests, 3u);
}

TEST(Server, AHundredPipelinedRequestsAreAnsweredInOrder) {
  TestServer server(echo);
  RawClient client(server.port());
  std::string all;
  for (int i = 0; i < 100; ++i) {
    const auto number = std::to_string(i);
    all += i % 2 ? get("/" + number)
                 : "POST /" + number + " HTTP/1.1\r\nHost: a\r\nContent-Length: " + std::to_string(number.size()) + "\r\n\r\n" + number;
  }
  ASSERT_TRUE(client.send(all));
  for (int i = 0; i < 100; ++i) {
    const auto response = client.read_response();
    ASSERT_TRUE(response) << i;
    const auto number = std::to_string(i);
    EXPECT_EQ(response->body, i % 2 ? "GET /" + number + " " : "POST /" + number + " " + number);
  }
}

TEST(Server, ALargeBodyArrivesWhole) {
  TestServer server(echo);
  RawClient client(server.port());
  std::string body;
  for (int i = 0; body.size() < 5'000'000; ++i) body += std::to_string(i);
  std::future<bool> sent = std::async(std::launch::async, [&] {
    return client.send("POST /big HTTP/1.1\r\nHost: a\r\nContent-Length: " + std::to_string(body.size()) + "\r\n\r\n" + body);
  });
  const auto response = client.read_response();
  ASSERT_TRUE(response);
  EXPECT_TRUE(sent.get());
  EXPECT_EQ(response->body, "POST /big " + body);
}

TEST(Server, ARequestCutAnywhereIsTheSameRequest) {
  TestServer server(echo);
  const std::string length = "POST /a%20b?q=1 HTTP/1.1\r\nHost: a\r\nContent-Length: 11\r\n\r\nhello world";
  const std::string chunked =
      "POST /a%20b HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n5;x=\"y\"\r\nhello\r\n1\r\n \r\n5\r\nworld\r\n0\r\nTrailer: "
      "t\r\n\r\n";
  SeededRandom random(7);
  for (const auto& request : {length, chunked}) {
    RawClient client(server.port());
    for (int round = 0; round < 20; ++round) {
      for (std::size_t at = 0; at < request.size();) {
        const auto size = std::min<std::size_t>(request.size() - at, round == 0 ? 1 : 1 + random.below(12));
        ASSERT_TRUE(client.send(std::string_view(request).substr(at, size)));
        at += size;
      }
      const auto response = client.read_response();
      ASSERT_TRUE(response);
      EXPECT_EQ(response->body, "POST /a b hello world");
    }
  }
}

TEST(Server, HeadIsAnsweredWithoutABody) {
  TestServer server(echo);
  RawClient client(server.port());
  ASSERT_TRUE(client.send("HEAD /x HTTP/1.1\r\nHost: a\r\n\r\n" + get("/y")));
  const auto head = client.read_response(true);
  ASSERT_TRUE(head);
  EXPECT_EQ(head->field("Content-Length"), std::to_string(std::string("HEAD /x ").size()));
  const auto next = client.read_response();
  ASSERT_TRUE(next);
  EXPECT_EQ(next->body, "GET /y ");
}

TEST(Server, Http10ClosesUnlessAskedToStay) {
  TestServer server(echo);
  RawClient closing(server.port());
  ASSERT_TRUE(closing.send("GET /x HTTP/1.0\r\n\r\n"));
  const auto all = closing.read_to_end();
  EXPECT_TRUE(all.starts_with("HTTP/1.1 200 OK\r\n"));
  EXPECT_NE(all.find("Connection: close\r\n"), std::string::npos);

  RawClient staying(server.port());
  for (int i = 0; i < 2; ++i) {
    ASSERT_TRUE(staying.send("GET /x HTTP/1.0\r\nConnection: keep-alive\r\n\r\n"));
    const auto response = staying.read_response();
    ASSERT_TRUE(response);
    EXPECT_TRUE(response->has("Connection: keep-alive"));
  }
}

TEST(Server, ConnectionCloseIsHonoured) {
  TestServer server(echo);
  RawClient client(server.port());
  ASSERT_TRUE(client.send("GET /x HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n" + get("/never")));
  const auto all = client.read_to_end();
  EXPECT_NE(all.find("GET /x"), std::string::npos);
  EXPECT_EQ(all.find("GET /never"), std::string::npos);
}

TEST(Server, ContinueIsSentWhenTheHandlerWantsTheBody) {
  TestServer server(echo);
  RawClient client(server.port());
  ASSERT_TRUE(client.send("POST /x HTTP/1.1\r\nHost: a\r\nContent-Length: 2\r\nExpect: 100-continue\r\n\r\n"));
  const auto interim = client.read_response();
  ASSERT_TRUE(interim);
  EXPECT_EQ(interim->status, 100);
  ASSERT_TRUE(client.send("ok"));
  const auto response = client.read_response();
  ASSERT_TRUE(response);
  EXPECT_EQ(response->body, "POST /x ok");
}

TEST(Server, ContinueIsNotSentWhenTheBodyIsNotWanted) {
  TestServer server(ignore_body);
  RawClient client(server.port());
  ASSERT_TRUE(client.send("POST /x HTTP/1.1\r\nHost: a\r\nContent-Length: 2\r\nExpect: 100-continue\r\n\r\n"));
  const auto response = client.read_response();
  ASSERT_TRUE(response);
  EXPECT_EQ(response->status, 200);
  EXPECT_TRUE(response->has("Connection: close"));
  EXPECT_EQ(client.read_to_end(), "");
}

TEST(Server, ASmallUnreadBodyDoesNotCostTheConnection) {
  TestServer server(ignore_body);
  RawClient client(server.port());
  const std::string chunked = "POST /c HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\n\r\n";
  ASSERT_TRUE(client.send("POST /x HTTP/1.1\r\nHost: a\r\nContent-Length: 30000\r\n\r\n" + std::string(30000, 'x') + chunked + get("/y")));
  for (const auto* path : {"/x", "/c", "/y"}) {
    const auto response = client.read_response();
    ASSERT_TRUE(response);
    EXPECT_EQ(response->body, path);
  }
}

TEST(Server, ALargeUnreadBodyEndsTheConnectionAfterTheAnswer) {
  TestServer server(ignore_body);
  RawClient client(server.port());
  ASSERT_TRUE(client.send("POST /x HTTP/1.1\r\nHost: a\r\nContent-Length: 3000000\r\n\r\n" + std::string(1'000'000, 'x')));
  const auto response = client.read_response();
  ASSERT_TRUE(response);
  EXPECT_EQ(response->body, "/x");
  EXPECT_TRUE(response->has("Connection: close"));
  client.finish_sending();
  EXPECT_EQ(client.read_to_end(), "");
}

TEST(Server, AnExceptionInAHandlerIsA500AndTheConnectionLives) {
  TestServer server(broken);
  RawClient client(server.port());
  for (int i = 0; i < 2; ++i) {
    ASSERT_TRUE(client.send(get("/x")));
    const auto response = client.read_response();
    ASSERT_TRUE(response);
    EXPECT_EQ(response->status, 500);
    EXPECT_EQ(response->body, R"({"error":"Internal error.","code":"INTERNAL_ERROR"})");
    EXPECT_EQ(response->body.find("a bug"), std::string::npos);
  }
}

TEST(Server, TheCallersRequestIdIsUsedWhenItIsPlain) {
  TestServer server(echo);
  RawClient client(server.port());
  const auto ask = [&](const std::string& field) {
    client.send("GET / HTTP/1.1\r\nHost: a\r\n" + field + "\r\n");
    auto response = client.read_response();
    return response ? response->field("X-Request-Id") : "nothing";
  };
  EXPECT_EQ(ask("X-Request-Id: abc-1.2_3\r\n"), "abc-1.2_3");
  EXPECT_EQ(ask("x-request-id: " + std::string(128, 'a') + "\r\n"), std::string(128, 'a'));
  const auto ours = ask("");
  EXPECT_EQ(ours.size(), 16u);
  for (const auto& bad :
       {std::string("X-Request-Id: a b\r\n"), "X-Request-Id: " + std::string(129, 'a') + "\r\n", std::string("X-Request-Id:\r\n")}) {
    const auto id = ask(bad);
    EXPECT_EQ(id.size(), 16u) << bad;
    EXPECT_NE(id, ours);
  }
}

TEST(Server, OneConnectionTooManyIsToldSo) {
  ServerOptions options;
  options.max_connections = 1;
  TestServer server(echo, options);
  RawClient first(server.port());
  ASSERT_TRUE(first.send(get("/x")));
  ASSERT_TRUE(first.read_response());
  RawClient second(server.port());
  const auto response = second.read_response();
  ASSERT_TRUE(response);
  EXPECT_EQ(response->status, 503);
  EXPECT_FALSE(response->field("X-Request-Id").empty());
  EXPECT_EQ(second.read_to_end(), "");
  EXPECT_EQ(server.counters().refused, 1u);
  ASSERT_TRUE(first.send(get("/still")));
  EXPECT_TRUE(first.read_response());
}

TEST(Server, SeveralThreadsShareOnePort) {
  TestServer server(echo, {}, 3);
  for (int i = 0; i < 30; ++i) EXPECT_TRUE(test::exchange(server.port(), get("/x")).starts_with("HTTP/1.1 200"));
  EXPECT_EQ(server.counters().requests, 30u);
}

TEST(Server, AnotherServerOnTheSamePortIsAnError) {
  TestServer server(echo);
  ServerOptions options;
  options.port = server.port();
  const auto second = Server::create(options, echo);
  ASSERT_FALSE(second);
  EXPECT_EQ(second.error().code, ErrorCode::unavailable);
}

TEST(Server, ABadAddressIsAnError) {
  ServerOptions options;
  options.address = "localhost";
  const auto server = Server::create(options, echo);
  ASSERT_FALSE(server);
  EXPECT_EQ(server.error().code, ErrorCode::invalid_argument);
}

TEST(Server, SimulatedFaultsBreakTheConnection) {
  const Handler handler = [](Request& request) -> Task<Response> {
    Response response;
    response.fault = request.path == "/reset" ? Response::Fault::reset : Response::Fault::close_silently;
    co_return response;
  };
  TestServer server(handler);
  RawClient reset(server.port());
  ASSERT_TRUE(reset.send(get("/reset")));
  EXPECT_TRUE(reset.ended_by_reset());
  RawClient silent(server.port());
  ASSERT_TRUE(silent.send(get("/silent")));
  EXPECT_FALSE(silent.ended_by_reset());
  EXPECT_EQ(silent.read_to_end(), "");
}

TEST(Server, AHandlersFieldsCannotForgeALine) {
  const Handler handler = [](Request&) -> Task<Response> {
    auto response = text_response(200, "x");
    response.headers.add("X-Name", "a\r\nX-Forged: yes");
    response.headers.add("X-Bad\r\nX-Forged", "yes");
    response.headers.add("Content-Length", "99");
    response.headers.add("Connection", "upgrade");
    co_return response;
  };
  TestServer server(handler);
  RawClient client(server.port());
  ASSERT_TRUE(client.send(get("/")));
  const auto response = client.read_response();
  ASSERT_TRUE(response);
  EXPECT_EQ(response->body, "x");
  EXPECT_EQ(response->field("X-Forged"), "");
  EXPECT_EQ(response->field("X-Name"), "a  X-Forged: yes");
  EXPECT_EQ(response->field("Connection"), "");
}

}  // namespace
}  // namespace wherry::http
