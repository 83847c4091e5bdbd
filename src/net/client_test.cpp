#include "net/client.h"

#include <gtest/gtest.h>

#include <atomic>
#include <boost/asio/read_until.hpp>
#include <boost/asio/streambuf.hpp>
#include <boost/asio/write.hpp>
#include <functional>
#include <thread>

#include "tests/support/run.h"

namespace wherry::http {
namespace {

using namespace std::chrono_literals;
namespace asio = boost::asio;
using tcp = asio::ip::tcp;

/// A peer that does what the test says with each connection, on a thread of its own.
class Peer {
 public:
  using Script = std::function<void(tcp::socket&, int)>;
  explicit Peer(Script script) : script_(std::move(script)), acceptor_(io_, tcp::endpoint(asio::ip::address_v4::loopback(), 0)) {
    port_ = acceptor_.local_endpoint().port();
    thread_ = std::thread([this] {
      boost::system::error_code failure;
      while (!stopping_) {
        tcp::socket socket(io_);
        acceptor_.accept(socket, failure);
        if (failure || stopping_) return;
        try {
          script_(socket, accepted_++);
        } catch (const boost::system::system_error&) {
          // the client went away: that is its right
        }
      }
    });
  }
  ~Peer() {
    stopping_ = true;
    asio::io_context io;
    tcp::socket wake(io);
    boost::system::error_code ignored;
    wake.connect(tcp::endpoint(asio::ip::address_v4::loopback(), port_), ignored);
    thread_.join();
  }
  std::string url(const std::string& path = "/") const { return "http://127.0.0.1:" + std::to_string(port_) + path; }
  int accepted() const { return accepted_; }

 private:
  Script script_;
  asio::io_context io_;
  tcp::acceptor acceptor_;
  std::uint16_t port_ = 0;
  std::atomic<int> accepted_{0};
  std::atomic<bool> stopping_{false};
  std::thread thread_;
};

std::string read_head(tcp::socket& socket) {
  std::string text;
  asio::read_until(socket, asio::dynamic_buffer(text), "\r\n\r\n");
  return text;
}
void say(tcp::socket& socket, const std::string& text) { asio::write(socket, asio::buffer(text)); }
void reset(tcp::socket& socket) {
  socket.set_option(asio::socket_base::linger(true, 0));
  socket.close();
}
const std::string ok = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nhi";

class ClientTest : public ::testing::Test {
 protected:
  Result<ClientResponse> send(ClientRequest request) { return test::run(io, client->send(std::move(request))); }
  Result<ClientResponse> get(const std::string& url) {
    ClientRequest request;
    request.url = url;
    request.timeout = 500ms;
    return send(std::move(request));
  }
  Result<ClientResponse> post(const std::string& url) {
    ClientRequest request;
    request.method = Method::post;
    request.url = url;
    request.body = "{}";
    request.timeout = 500ms;
    return send(std::move(request));
  }
  SystemClock clock;
  asio::io_context io{1};
  std::unique_ptr<Client> client = make_client({}, clock);
};

TEST_F(ClientTest, SendsOneWholeRequestAndReadsTheAnswer) {
  std::string seen;
  Peer peer([&](tcp::socket& socket, int) {
    seen = read_head(socket);
    say(socket, ok);
  });

  auto response = post(peer.url("/a?b"));

  ASSERT_TRUE(response) << response.error().detail;
  EXPECT_EQ(response->status, 200);
  EXPECT_EQ(response->body, "hi");
  EXPECT_TRUE(seen.starts_with("POST /a?b HTTP/1.1\r\nHost: 127.0.0.1:"));
  EXPECT_NE(seen.find("\r\nContent-Length: 2\r\n"), std::string::npos);
  EXPECT_NE(seen.find("\r\nUser-Agent: wherry/"), std::string::npos);
  EXPECT_EQ(seen.find("Accept-Encoding"), std::string::npos) << "nothing compressed is asked for";
}

TEST_F(ClientTest, AConnectionIsUsedAgainUntilItsPeerClosesIt) {
  Peer peer([&](tcp::socket& socket, int) {
    for (int i = 0; i < 3; ++i) {
      read_head(socket);
      say(socket, ok);
    }
  });

  for (int i = 0; i < 3; ++i) ASSERT_TRUE(get(peer.url()));
  EXPECT_EQ(peer.accepted(), 1);
  for (int i = 0; i < 100 && peer.accepted() < 2; ++i) ASSERT_TRUE(get(peer.url())) << "a closed connection is noticed before it is used";
  client.reset();  // the peer waits for the next request of the last connection
}

TEST_F(ClientTest, StrayBytesOnAnIdleConnectionAreNeverTakenForAnAnswer) {
  Peer peer([&](tcp::socket& socket, int) {
    read_head(socket);
    say(socket, ok + "HTTP/1.1 500 Smuggled\r\nContent-Length: 0\r\n\r\n");
    std::this_thread::sleep_for(20ms);
  });

  ASSERT_EQ(get(peer.url())->status, 200);
  EXPECT_EQ(get(peer.url())->status, 200);
  EXPECT_EQ(peer.accepted(), 2);
}

TEST_F(ClientTest, NobodyListeningMeansNothingWasSent) {
  std::uint16_t port = 0;
  {
    tcp::acceptor closed(io, tcp::endpoint(asio::ip::address_v4::loopback(), 0));
    port = closed.local_endpoint().port();
  }
  EXPECT_EQ(post("http://127.0.0.1:" + std::to_string(port) + "/").error().code, ErrorCode::upstream_unavailable);
}

TEST_F(ClientTest, WhateverGoesWrongAfterTheRequestWasWrittenLeavesTheOutcomeUnknown) {
  const std::pair<const char*, Peer::Script> faults[] = {
      {"closes without an answer", [](tcp::socket& s, int) { read_head(s); }},
      {"resets",
       [](tcp::socket& s, int) {
         read_head(s);
         reset(s);
       }},
      {"stops inside the head",
       [](tcp::socket& s, int) {
         read_head(s);
         say(s, "HTTP/1.1 200 O");
       }},
      {"stops inside the body",
       [](tcp::socket& s, int) {
         read_head(s);
         say(s, "HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nhalf");
       }},
      {"talks nonsense",
       [](tcp::socket& s, int) {
         read_head(s);
         say(s, "SSH-2.0-OpenSSH\r\n\r\n");
       }},
      {"breaks its chunks",
       [](tcp::socket& s, int) {
         read_head(s);
         say(s, "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n");
       }},
      {"says nothing",
       [](tcp::socket& s, int) {
         read_head(s);
         std::this_thread::sleep_for(700ms);
       }},
      {"drips", [](tcp::socket& s, int) {
         read_head(s);
         for (const char c : std::string("HTTP/1.1 200 OK\r\nContent-Length: 1\r\nX-Slow: yes")) {
           say(s, std::string(1, c));
           std::this_thread::sleep_for(20ms);
         }
       }}};
  for (const auto& [name, script] : faults) {
    Peer peer(script);
    auto response = post(peer.url());
    ASSERT_FALSE(response) << name;
    EXPECT_EQ(response.error().code, ErrorCode::outcome_unknown) << name << ": " << response.error().detail;
  }
}

TEST_F(ClientTest, AnAnswerEndedByClosingIsComplete) {
  Peer peer([](tcp::socket& s, int) {
    read_head(s);
    say(s, "HTTP/1.1 200 OK\r\nConnection: close\r\n\r\nuntil the end");
  });

  EXPECT_EQ(get(peer.url())->body, "until the end");
}

TEST_F(ClientTest, ReadsChunksAndSkipsInterimAnswers) {
  Peer peer([](tcp::socket& s, int) {
    read_head(s);
    say(s,
        "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early Hints\r\nLink: x\r\n\r\nHTTP/1.1 200 OK\r\nTransfer-Encoding: "
        "chunked\r\n\r\n3\r\nabc\r\n2;x=y\r\nde\r\n0\r\n\r\n");
  });

  auto response = get(peer.url());

  ASSERT_TRUE(response) << response.error().detail;
  EXPECT_EQ(response->body, "abcde");
  EXPECT_FALSE(response->headers.find("Link"));
}

TEST_F(ClientTest, AnEndlessOrLyingBodyIsCutOffAtTheLimit) {
  const Peer::Script endless = [](tcp::socket& s, int) {
    read_head(s);
    say(s, "HTTP/1.1 200 OK\r\n\r\n");
    for (int i = 0; i < 1000; ++i) say(s, std::string(64 * 1024, 'x'));
  };
  const Peer::Script lying = [](tcp::socket& s, int) {
    read_head(s);
    say(s, "HTTP/1.1 200 OK\r\nContent-Length: 107374182400\r\n\r\nx");
  };
  for (const auto& script : {endless, lying}) {
    Peer peer(script);
    ClientRequest request;
    request.url = peer.url();
    request.max_response_bytes = 1 << 20;
    EXPECT_EQ(send(std::move(request)).error().code, ErrorCode::too_large);
  }
}

class CountingSink final : public BodySink {
 public:
  std::size_t bytes = 0;
  std::size_t limit = SIZE_MAX;
  Result<void> write(std::string_view piece) override {
    bytes += piece.size();
    if (bytes > limit) return Error{ErrorCode::unavailable, "disk full"};
    return {};
  }
};

TEST_F(ClientTest, ASinkTakesTheBodyAndItsErrorIsTheCallers) {
  Peer peer([](tcp::socket& s, int) {
    read_head(s);
    say(s, "HTTP/1.1 200 OK\r\nContent-Length: 1000000\r\n\r\n" + std::string(1'000'000, 'x'));
  });
  CountingSink all;
  ClientRequest request;
  request.url = peer.url();
  request.sink = &all;
  auto response = send(std::move(request));
  ASSERT_TRUE(response) << response.error().detail;
  EXPECT_EQ(all.bytes, 1'000'000U);
  EXPECT_TRUE(response->body.empty());

  CountingSink full;
  full.limit = 1000;
  ClientRequest second;
  second.url = peer.url();
  second.sink = &full;
  EXPECT_EQ(send(std::move(second)).error().code, ErrorCode::unavailable);
}

TEST_F(ClientTest, AnErrorAnswerGoesToTheBodyNotToTheSink) {
  Peer peer([](tcp::socket& s, int) {
    read_head(s);
    say(s, "HTTP/1.1 404 Not Found\r\nContent-Length: 4\r\n\r\ngone");
  });
  CountingSink sink;
  ClientRequest request;
  request.url = peer.url();
  request.sink = &sink;

  auto response = send(std::move(request));

  EXPECT_EQ(response->status, 404);
  EXPECT_EQ(response->body, "gone");
  EXPECT_EQ(sink.bytes, 0U);
}

TEST_F(ClientTest, ALargeBodyIsStreamedAndAnEarlyRefusalIsRead) {
  std::atomic<std::size_t> received{0};
  Peer peer([&](tcp::socket& s, int number) {
    auto head = read_head(s);
    if (number == 1) {
      say(s, "HTTP/1.1 413 Payload Too Large\r\nContent-Length: 3\r\n\r\nbig");
      std::this_thread::sleep_for(100ms);
      return;
    }
    received = head.size() - head.find("\r\n\r\n") - 4;
    std::string piece(64 * 1024, '\0');
    while (received < 8'000'000) received += s.read_some(asio::buffer(piece));
    say(s, ok);
  });
  auto upload = [&] {
    ClientRequest request;
    request.method = Method::post;
    request.url = peer.url();
    auto source = std::make_unique<JoinedSource>();
    for (int i = 0; i < 8; ++i) source->add(std::string(1'000'000, 'x'));
    request.body_source = std::move(source);
    return send(std::move(request));
  };

  auto whole = upload();
  ASSERT_TRUE(whole) << whole.error().detail;
  EXPECT_EQ(received, 8'000'000U);
  client = make_client({}, clock);
  auto refused = upload();
  ASSERT_TRUE(refused) << refused.error().detail;
  EXPECT_EQ(refused->status, 413);
}

TEST_F(ClientTest, RedirectsPassTheGuardHopByHopAndKeepCredentialsAtHome) {
  std::string second_head;
  Peer other([&](tcp::socket& s, int) {
    second_head = read_head(s);
    say(s, ok);
  });
  Peer first([&](tcp::socket& s, int) {
    const auto head = read_head(s);
    const auto to = head.starts_with("GET /inside ") ? "http://169.254.169.254/latest"
                    : head.starts_with("GET /loop ") ? "/loop"
                                                     : other.url();
    say(s, "HTTP/1.1 302 Found\r\nContent-Length: 0\r\nLocation: " + std::string(to) + "\r\n\r\n");
  });
  EgressPolicy policy;
  policy.allow = {"127.0.0.1"};
  for (unsigned port = 1024; port <= 65535; ++port) policy.ports.insert(static_cast<std::uint16_t>(port));
  auto guard = *EgressGuard::create(policy, make_system_resolver());
  auto fetch = [&](const std::string& path) {
    ClientRequest request;
    request.url = first.url(path);
    request.headers.add("Authorization", "Bearer secret");
    request.egress = guard.get();
    request.max_redirects = 3;
    return send(std::move(request));
  };

  EXPECT_EQ(fetch("/inside").error().code, ErrorCode::url_blocked);
  EXPECT_EQ(fetch("/loop").error().code, ErrorCode::fetch_failed);
  auto moved = fetch("/elsewhere");
  ASSERT_TRUE(moved) << moved.error().detail;
  EXPECT_EQ(moved->body, "hi");
  EXPECT_EQ(second_head.find("secret"), std::string::npos);
}

TEST_F(ClientTest, AHeaderCannotSmuggleAnotherRequest) {
  ClientRequest request;
  request.url = "http://127.0.0.1:1/";
  request.headers.add("X-Name", "a\r\nX-Evil: b");

  EXPECT_EQ(send(std::move(request)).error().code, ErrorCode::invalid_argument);
}

}  // namespace
}  // namespace wherry::http
