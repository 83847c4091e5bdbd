#include <gtest/gtest.h>

#include <atomic>
#include <boost/asio/read_until.hpp>
#include <boost/asio/ssl.hpp>
#include <boost/asio/write.hpp>
#include <fstream>
#include <thread>

#include "base/task_group.h"
#include "net/client.h"
#include "tests/support/run.h"
#include "tests/support/temp_dir.h"
#include "tests/support/test_ca.h"

namespace wherry::http {
namespace {

using namespace std::chrono_literals;
namespace asio = boost::asio;
namespace ssl = asio::ssl;
using tcp = asio::ip::tcp;

/// Shakes hands with one client after the other and answers each of its requests with "hi"; counts what reached it.
class TlsPeer {
 public:
  explicit TlsPeer(const test::TestCa::Pair& pair)
      : tls_(ssl::context::tls_server), acceptor_(io_, tcp::endpoint(asio::ip::address_v4::loopback(), 0)) {
    tls_.use_certificate_chain(asio::buffer(pair.certificate));
    tls_.use_private_key(asio::buffer(pair.key), ssl::context::pem);
    port_ = acceptor_.local_endpoint().port();
    thread_ = std::thread([this] { serve(); });
  }
  ~TlsPeer() {
    stopping_ = true;
    asio::io_context io;
    tcp::socket wake(io);
    boost::system::error_code ignored;
    wake.connect(tcp::endpoint(asio::ip::address_v4::loopback(), port_), ignored);
    thread_.join();
  }
  std::string url(const std::string& host) const { return "https://" + host + ":" + std::to_string(port_) + "/"; }

  std::atomic<int> connections{0};
  std::atomic<int> requests{0};
  std::atomic<bool> cut_off{false};  ///< end the body by closing TCP without close_notify

 private:
  void serve() {
    boost::system::error_code failure;
    while (!stopping_) {
      tcp::socket socket(io_);
      acceptor_.accept(socket, failure);
      if (failure || stopping_) return;
      ++connections;
      ssl::stream<tcp::socket> stream(std::move(socket), tls_);
      stream.handshake(ssl::stream_base::server, failure);
      std::string text;
      while (!failure && asio::read_until(stream, asio::dynamic_buffer(text), "\r\n\r\n", failure) > 0) {
        ++requests;
        text.clear();
        const std::string answer = cut_off ? "HTTP/1.1 200 OK\r\n\r\nhalf" : "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nhi";
        asio::write(stream, asio::buffer(answer), failure);
        if (cut_off) break;
      }
    }
  }

  asio::io_context io_;
  ssl::context tls_;
  tcp::acceptor acceptor_;
  std::uint16_t port_ = 0;
  std::atomic<bool> stopping_{false};
  std::thread thread_;
};

class ClientTlsTest : public ::testing::Test {
 protected:
  ClientTlsTest() { client = trusting(ca); }
  std::unique_ptr<Client> trusting(const test::TestCa& authority) {
    ClientOptions options;
    options.extra_ca_file = dir.path() + "/ca.pem";
    std::ofstream(options.extra_ca_file) << authority.certificate();
    return make_client(options, clock);
  }
  Result<ClientResponse> post(const std::string& url) {
    ClientRequest request;
    request.method = Method::post;
    request.url = url;
    request.body = "{}";
    request.timeout = 5s;
    return test::run(io, client->send(std::move(request)));
  }

  test::TempDir dir;
  test::TestCa ca;
  SystemClock clock;
  asio::io_context io{1};
  std::unique_ptr<Client> client;
};

TEST_F(ClientTlsTest, ATrustedServerIsSpokenToOverOneConnection) {
  TlsPeer peer(ca.issue("IP:127.0.0.1,DNS:localhost"));

  for (int i = 0; i < 3; ++i) {
    auto response = post(peer.url("127.0.0.1"));
    ASSERT_TRUE(response) << response.error().detail;
    EXPECT_EQ(response->body, "hi");
  }

  EXPECT_EQ(peer.connections, 1);
  client.reset();
}

TEST_F(ClientTlsTest, ACertificateForAnotherNameIsRefusedBeforeAnythingIsSent) {
  for (const auto* names : {"DNS:a.example", "IP:127.0.0.2", "DNS:127.0.0.1", "DNS:*.0.0.1"}) {
    TlsPeer peer(ca.issue(names));

    auto response = post(peer.url("127.0.0.1"));

    ASSERT_FALSE(response) << names;
    EXPECT_EQ(response.error().code, ErrorCode::upstream_unavailable) << names;
    EXPECT_EQ(peer.requests, 0) << names;
  }
}

TEST_F(ClientTlsTest, AnExpiredCertificateIsRefused) {
  TlsPeer peer(ca.issue("IP:127.0.0.1", -60));

  EXPECT_EQ(post(peer.url("127.0.0.1")).error().code, ErrorCode::upstream_unavailable);
  EXPECT_EQ(peer.requests, 0);
}

TEST_F(ClientTlsTest, ACertificateOfAnUnknownAuthorityIsRefused) {
  const test::TestCa stranger;
  TlsPeer peer(stranger.issue("IP:127.0.0.1"));

  EXPECT_EQ(post(peer.url("127.0.0.1")).error().code, ErrorCode::upstream_unavailable);
  EXPECT_EQ(peer.requests, 0);
}

TEST_F(ClientTlsTest, ABodyThatEndsWithoutTheTlsGoodbyeMayHaveBeenCutShort) {
  TlsPeer peer(ca.issue("IP:127.0.0.1"));
  peer.cut_off = true;

  auto response = post(peer.url("127.0.0.1"));

  ASSERT_FALSE(response);
  EXPECT_EQ(response.error().code, ErrorCode::outcome_unknown);
}

TEST_F(ClientTlsTest, APeerThatNeverShakesHandsIsNotReached) {
  tcp::acceptor silent(io, tcp::endpoint(asio::ip::address_v4::loopback(), 0));
  ClientRequest request;
  request.url = "https://127.0.0.1:" + std::to_string(silent.local_endpoint().port()) + "/";
  request.timeout = 100ms;

  auto response = test::run(io, client->send(std::move(request)));

  ASSERT_FALSE(response);
  EXPECT_EQ(response.error().code, ErrorCode::upstream_unavailable);
}

Task<void> send_into(Client& client, std::string url, std::optional<Result<ClientResponse>>& out) {
  ClientRequest request;
  request.method = Method::post;
  request.url = std::move(url);
  request.body = "{}";
  auto response = co_await client.send(std::move(request));
  out.emplace(std::move(response));
}

TEST_F(ClientTlsTest, ACancelledRequestEndsAtOnceAndNeverLooksUnsentOnceItWasWritten) {
  tcp::acceptor silent(io, tcp::endpoint(asio::ip::address_v4::loopback(), 0));
  const auto port = std::to_string(silent.local_endpoint().port());
  TaskGroup group;
  std::optional<Result<ClientResponse>> written;
  std::optional<Result<ClientResponse>> shaking;
  group.spawn(io.get_executor(), send_into(*client, "http://127.0.0.1:" + port + "/", written), "plain");
  group.spawn(io.get_executor(), send_into(*client, "https://127.0.0.1:" + port + "/", shaking), "tls");
  io.run_for(20ms);
  tcp::socket one = silent.accept();
  for (int i = 0; i < 100 && one.available() == 0; ++i) io.run_for(10ms);
  ASSERT_GT(one.available(), 0U);

  const auto start = std::chrono::steady_clock::now();
  test::run(io, group.stop());

  EXPECT_LT(std::chrono::steady_clock::now() - start, 2s);
  EXPECT_EQ(group.size(), 0U);
  ASSERT_TRUE(written);
  EXPECT_EQ(written->error().code, ErrorCode::outcome_unknown);
  ASSERT_TRUE(shaking);
  EXPECT_EQ(shaking->error().code, ErrorCode::cancelled);
}

}  // namespace
}  // namespace wherry::http
