#include <gtest/gtest.h>

#include <atomic>
#include <boost/asio/read_until.hpp>
#include <boost/asio/write.hpp>
#include <thread>

#include "net/client.h"
#include "tests/support/run.h"

namespace wherry::http {
namespace {

namespace asio = boost::asio;
using tcp = asio::ip::tcp;

class ScriptedGuard final : public EgressGuard {
 public:
  std::string address = "127.0.0.1";
  Task<Result<Target>> check(std::string url) const override {
    CO_TRY(auto parsed, parse_strict_url(url));
    co_return Target{std::move(parsed), {asio::ip::make_address(address)}};
  }
};

/// Answers every request of one connection.
class Answerer {
 public:
  Answerer() : acceptor_(io_, tcp::endpoint(asio::ip::address_v4::loopback(), 0)), thread_([this] { serve(); }) {}
  ~Answerer() { thread_.join(); }
  std::string url() const { return "http://127.0.0.1:" + std::to_string(acceptor_.local_endpoint().port()) + "/"; }
  std::atomic<int> answered{0};

 private:
  void serve() {
    boost::system::error_code failure;
    tcp::socket socket(io_);
    acceptor_.accept(socket, failure);
    acceptor_.close(failure);
    std::string text;
    while (!failure) {
      const auto size = asio::read_until(socket, asio::dynamic_buffer(text), "\r\n\r\n", failure);
      if (failure) return;
      text.erase(0, size);
      ++answered;
      asio::write(socket, asio::buffer(std::string("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nhi")), failure);
    }
  }
  asio::io_context io_;
  tcp::acceptor acceptor_;
  std::thread thread_;
};

struct GuardedClient : testing::Test {
  Result<ClientResponse> get(const std::string& url, const EgressGuard* egress) {
    ClientRequest request;
    request.url = url;
    request.timeout = milliseconds(500);
    request.egress = egress;
    return test::run(io, client->send(std::move(request)));
  }
  Answerer peer;
  SystemClock clock;
  asio::io_context io{1};
  ScriptedGuard guard, other;
  std::unique_ptr<Client> client = make_client({}, clock);
};

TEST_F(GuardedClient, UsesAConnectionAgainOnlyWhileTheNameStillLeadsThere) {
  const auto url = peer.url();
  ASSERT_TRUE(get(url, &guard));
  ASSERT_TRUE(get(url, &guard));
  EXPECT_EQ(peer.answered, 2);

  guard.address = "127.0.0.2";
  const auto moved = get(url, &guard);

  ASSERT_FALSE(moved);
  EXPECT_EQ(moved.error().code, ErrorCode::upstream_unavailable) << "nobody listens at the new address";
  EXPECT_EQ(peer.answered, 2);
}

TEST_F(GuardedClient, NeverUsesAConnectionOfAnotherGuardOrOfNone) {
  const auto url = peer.url();
  ASSERT_TRUE(get(url, &guard));

  EXPECT_FALSE(get(url, &other));
  EXPECT_FALSE(get(url, nullptr));

  EXPECT_EQ(peer.answered, 1);
  client.reset();
}

}  // namespace
}  // namespace wherry::http
