#include <gtest/gtest.h>
#include <malloc.h>

#include <atomic>
#include <boost/asio/read_until.hpp>
#include <boost/asio/ssl.hpp>
#include <boost/asio/write.hpp>
#include <fstream>
#include <future>
#include <thread>

#include "base/task_group.h"
#include "net/client_pool.h"
#include "net/resolver.h"
#include "tests/support/run.h"
#include "tests/support/temp_dir.h"
#include "tests/support/test_ca.h"

namespace wherry::http {
namespace {

using namespace std::chrono_literals;
namespace asio = boost::asio;
using tcp = asio::ip::tcp;

constexpr std::size_t large = 100'000'000;
const std::string ok = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nhi";

/// Serves exactly one connection on a thread of its own.
class OnePeer {
 public:
  explicit OnePeer(std::function<void(tcp::socket&)> script)
      : acceptor_(io_, tcp::endpoint(asio::ip::address_v4::loopback(), 0)), thread_([this, script = std::move(script)] {
          try {
            tcp::socket socket(io_);
            acceptor_.accept(socket);
            script(socket);
          } catch (const boost::system::system_error&) {
            // the client went away: that is its right
          }
        }) {}
  ~OnePeer() { thread_.join(); }
  std::string url(const std::string& scheme = "http") const {
    return scheme + "://127.0.0.1:" + std::to_string(acceptor_.local_endpoint().port()) + "/";
  }

 private:
  asio::io_context io_;
  tcp::acceptor acceptor_;
  std::thread thread_;
};

std::string read_head(auto& stream) {
  std::string text;
  asio::read_until(stream, asio::dynamic_buffer(text), "\r\n\r\n");
  return text;
}

/// The most that was allocated over the start, looked at whenever a piece goes by.
struct Peak {
  std::size_t start = ::mallinfo2().uordblks;
  std::size_t most = 0;
  void look() {
    const auto now = ::mallinfo2().uordblks;
    most = std::max(most, now > start ? now - start : 0);
  }
};

class PeakSink final : public BodySink {
 public:
  Peak peak;
  std::size_t bytes = 0;
  Result<void> write(std::string_view piece) override {
    bytes += piece.size();
    peak.look();
    return {};
  }
};

class PeakSource final : public BodySource {
 public:
  PeakSource(Peak& peak, std::size_t size) : peak_(peak), left_(size) {}
  Task<Result<std::size_t>> read(std::span<char> out) override {
    peak_.look();
    const auto count = std::min(out.size(), left_);
    std::fill_n(out.begin(), count, 'x');
    left_ -= count;
    co_return count;
  }
  std::optional<std::uint64_t> length() const override { return left_; }

 private:
  Peak& peak_;
  std::size_t left_;
};

class ClientLimitsTest : public ::testing::Test {
 protected:
  Result<ClientResponse> send(ClientRequest request) { return test::run(io, client->send(std::move(request))); }
  SystemClock clock;
  asio::io_context io{1};
  std::unique_ptr<Client> client = make_client({}, clock);
};

TEST_F(ClientLimitsTest, ALargeDownloadIsNeverHeldInMemory) {
  OnePeer peer([](tcp::socket& socket) {
    read_head(socket);
    asio::write(socket, asio::buffer("HTTP/1.1 200 OK\r\nContent-Length: " + std::to_string(large) + "\r\n\r\n"));
    const std::string piece(100'000, 'x');
    for (std::size_t sent = 0; sent < large; sent += piece.size()) asio::write(socket, asio::buffer(piece));
  });
  PeakSink sink;
  ClientRequest request;
  request.url = peer.url();
  request.max_response_bytes = large;
  request.sink = &sink;

  auto response = send(std::move(request));

  ASSERT_TRUE(response) << response.error().detail;
  EXPECT_EQ(sink.bytes, large);
  EXPECT_LT(sink.peak.most, 4'000'000U);
}

TEST_F(ClientLimitsTest, ALargeUploadIsNeverHeldInMemory) {
  std::size_t received = 0;
  OnePeer peer([&](tcp::socket& socket) {
    const auto head = read_head(socket);
    received = head.size() - head.find("\r\n\r\n") - 4;
    std::string piece(100'000, '\0');
    while (received < large) received += socket.read_some(asio::buffer(piece));
    asio::write(socket, asio::buffer(ok));
  });
  Peak peak;
  ClientRequest request;
  request.method = Method::post;
  request.url = peer.url();
  request.body_source = std::make_unique<PeakSource>(peak, large);

  auto response = send(std::move(request));

  ASSERT_TRUE(response) << response.error().detail;
  EXPECT_EQ(received, large);
  EXPECT_LT(peak.most, 4'000'000U);
}

TEST_F(ClientLimitsTest, AnEarlyRefusalIsReadOverTlsToo) {
  test::TestCa ca;
  test::TempDir dir;
  const auto pair = ca.issue("IP:127.0.0.1");
  std::ofstream(dir.path() + "/ca.pem") << ca.certificate();
  std::promise<void> done;
  OnePeer peer([&](tcp::socket& socket) {
    asio::ssl::context tls(asio::ssl::context::tls_server);
    tls.use_certificate_chain(asio::buffer(pair.certificate));
    tls.use_private_key(asio::buffer(pair.key), asio::ssl::context::pem);
    asio::ssl::stream<tcp::socket&> stream(socket, tls);
    stream.handshake(asio::ssl::stream_base::server);
    read_head(stream);
    const std::string refusal = "HTTP/1.1 413 Payload Too Large\r\nContent-Length: 3\r\n\r\nbig";
    asio::write(stream, asio::buffer(refusal));
    std::string piece(100'000, '\0');
    std::size_t received = 0;
    boost::system::error_code failure;
    while (!failure && received < large) received += stream.read_some(asio::buffer(piece), failure);
    EXPECT_LT(received, large) << "the client stopped sending";
  });
  ClientOptions options;
  options.extra_ca_file = dir.path() + "/ca.pem";
  client = make_client(options, clock);
  Peak peak;
  ClientRequest request;
  request.method = Method::post;
  request.url = peer.url("https");
  request.body_source = std::make_unique<PeakSource>(peak, large);

  auto response = send(std::move(request));

  ASSERT_TRUE(response) << response.error().detail;
  EXPECT_EQ(response->status, 413);
  EXPECT_EQ(response->body, "big");
}

TEST_F(ClientLimitsTest, TheWholeTimeOfAMovingBodyIsBounded) {
  OnePeer peer([](tcp::socket& socket) {
    read_head(socket);
    asio::write(socket, asio::buffer(std::string("HTTP/1.1 200 OK\r\n\r\n")));
    for (int i = 0; i < 1000; ++i) {
      asio::write(socket, asio::buffer(std::string("x")));
      std::this_thread::sleep_for(10ms);
    }
  });
  PeakSink sink;
  ClientRequest request;
  request.url = peer.url();
  request.sink = &sink;
  request.timeout = 100ms;
  request.idle_timeout = 5s;
  request.total_timeout = 200ms;

  auto response = send(std::move(request));

  ASSERT_FALSE(response);
  EXPECT_EQ(response.error().code, ErrorCode::outcome_unknown);
  EXPECT_GT(sink.bytes, 0U);
}

TEST_F(ClientLimitsTest, TheCallersFramingHeadersAreLeftOut) {
  std::string seen;
  OnePeer peer([&](tcp::socket& socket) {
    seen = read_head(socket);
    asio::write(socket, asio::buffer(ok));
  });
  ClientRequest request;
  request.method = Method::post;
  request.url = peer.url();
  request.body = "{}";
  for (const auto* name : {"Host", "content-length", "Transfer-Encoding", "Connection"}) request.headers.add(name, "framing");
  request.headers.add("User-Agent", "mine");

  ASSERT_TRUE(send(std::move(request)));

  EXPECT_EQ(seen.find("framing"), std::string::npos) << seen;
  EXPECT_NE(seen.find("Content-Length: 2\r\n"), std::string::npos);
  EXPECT_NE(seen.find("User-Agent: mine\r\n"), std::string::npos);
  EXPECT_EQ(seen.find("User-Agent: wherry"), std::string::npos);
}

Task<void> send_into(Client& client, std::string url, milliseconds timeout, std::optional<Result<ClientResponse>>& out) {
  ClientRequest request;
  request.url = std::move(url);
  request.timeout = timeout;
  auto response = co_await client.send(std::move(request));
  out.emplace(std::move(response));
}

TEST_F(ClientLimitsTest, AHangingNameServerEndsByTheRequestsTimeAndStallsNobodyElse) {
  std::promise<void> release;
  ResolverOptions resolving;
  resolving.lookup = [wait = release.get_future().share()](const std::string&) -> Result<std::vector<IpAddress>> {
    wait.wait();
    return Error{ErrorCode::upstream_unavailable, "too late"};
  };
  OnePeer peer([](tcp::socket& socket) {
    read_head(socket);
    asio::write(socket, asio::buffer(ok));
  });
  ClientOptions options;
  options.resolver = make_system_resolver(resolving);
  client = make_client(options, clock);
  std::optional<Result<ClientResponse>> hung, stopped, other;
  TaskGroup group, endless;
  group.spawn(io.get_executor(), send_into(*client, "http://hang.example/", 100ms, hung), "hung");
  group.spawn(io.get_executor(), send_into(*client, peer.url(), 4s, other), "other");
  endless.spawn(io.get_executor(), send_into(*client, "http://hang2.example/", std::chrono::hours(1), stopped), "stopped");

  while (!other && io.run_one_for(2s) > 0) continue;
  EXPECT_FALSE(hung) << "the other answer came first";
  test::run(io, group.drain());
  test::run(io, endless.stop());
  release.set_value();

  ASSERT_TRUE(other && *other);
  ASSERT_TRUE(hung && !*hung);
  EXPECT_EQ(hung->error().code, ErrorCode::upstream_unavailable);
  ASSERT_TRUE(stopped && !*stopped);
  EXPECT_EQ(stopped->error().code, ErrorCode::cancelled);
}

TEST(ClientPool, AnIdleConnectionLeavesByItselfWhenItGrowsOld) {
  asio::io_context io(1);
  tcp::acceptor acceptor(io, tcp::endpoint(asio::ip::address_v4::loopback(), 0));
  ClientOptions options;
  options.idle_lifetime = 30ms;
  options.max_idle = 2;
  ClientPool pool(options);
  const auto deadline = std::chrono::steady_clock::now() + 5s;
  for (int i = 0; i < 3; ++i) {
    auto connection = std::make_shared<ClientConnection>(io.get_executor());
    const std::vector<IpAddress> addresses{asio::ip::address_v4::loopback()};
    ASSERT_TRUE(test::run(io, connection->connect(addresses, acceptor.local_endpoint().port(), deadline)));
    pool.give(io.get_executor(), "p" + std::to_string(i), connection);
  }
  EXPECT_EQ(pool.size(), 2U);

  io.restart();
  while (pool.size() > 0 && std::chrono::steady_clock::now() < deadline) io.run_one_for(50ms);

  EXPECT_EQ(pool.size(), 0U);
  EXPECT_FALSE(pool.take(io.get_executor(), "p0"));
}

}  // namespace
}  // namespace wherry::http
