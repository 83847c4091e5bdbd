#include "media/url_fetcher.h"

#include <gtest/gtest.h>

#include <atomic>
#include <boost/asio/read_until.hpp>
#include <boost/asio/write.hpp>
#include <functional>
#include <thread>

#include "tests/support/media_fakes.h"
#include "tests/support/run.h"

namespace wherry {
namespace {

namespace asio = boost::asio;
using tcp = asio::ip::tcp;

/// Answers one request per connection with what `answer` gives for its path.
class Web {
 public:
  explicit Web(std::function<std::string(const std::string&)> answer)
      : answer_(std::move(answer)), acceptor_(io_, tcp::endpoint(asio::ip::address_v4::loopback(), 0)) {
    port_ = acceptor_.local_endpoint().port();
    thread_ = std::thread([this] { serve(); });
  }
  ~Web() {
    stopping_ = true;
    asio::io_context io;
    tcp::socket wake(io);
    boost::system::error_code ignored;
    wake.connect(tcp::endpoint(asio::ip::address_v4::loopback(), port_), ignored);
    thread_.join();
  }
  std::uint16_t port() const { return port_; }
  std::string url(const std::string& path) const { return "http://127.0.0.1:" + std::to_string(port_) + path; }

 private:
  void serve() {
    boost::system::error_code failure;
    while (!stopping_) {
      tcp::socket socket(io_);
      acceptor_.accept(socket, failure);
      if (failure || stopping_) return;
      std::string head;
      asio::read_until(socket, asio::dynamic_buffer(head), "\r\n\r\n", failure);
      const auto path = head.substr(4, head.find(' ', 4) - 4);
      asio::write(socket, asio::buffer(answer_(path)), failure);
    }
  }

  std::function<std::string(const std::string&)> answer_;
  asio::io_context io_;
  tcp::acceptor acceptor_;
  std::uint16_t port_ = 0;
  std::atomic<bool> stopping_{false};
  std::thread thread_;
};

std::string answer(const std::string& headers, const std::string& body) {
  return "HTTP/1.1 200 OK\r\n" + headers + "Content-Length: " + std::to_string(body.size()) + "\r\n\r\n" + body;
}

class UrlFetcherTest : public ::testing::Test {
 protected:
  Result<UrlFetcher::Fetched> fetch(const std::string& path, std::uint64_t limit = 1000, bool https_only = false) {
    http::EgressPolicy policy;
    policy.https_only = https_only;
    policy.ports = {web.port()};
    policy.allow = {"127.0.0.1"};
    auto guard = *http::EgressGuard::create(policy, http::make_system_resolver());
    GuardedFetcher fetcher(*client, *guard);
    writer = *blobs.create(1 << 20);
    UrlFetcher::SizeLimit limit_of = [this, limit](std::string_view type) {
      announced.emplace_back(type);
      return limit;
    };
    return test::run(io, fetcher.fetch(web.url(path), *writer, limit_of));
  }

  Web web{[](const std::string& path) -> std::string {
    if (path == "/menu.pdf") return answer("Content-Type: application/pdf\r\n", "%PDF-1");
    if (path == "/named") return answer("Content-Disposition: attachment; filename=\"a b.png\"\r\n", "x");
    if (path == "/packed") return answer("Content-Encoding: gzip\r\nContent-Type: image/png\r\n", std::string("\x1f\x8b\x08 packed", 10));
    if (path == "/moved") return "HTTP/1.1 302 Found\r\nContent-Length: 0\r\nLocation: /menu.pdf\r\n\r\n";
    if (path == "/inside") return "HTTP/1.1 302 Found\r\nContent-Length: 0\r\nLocation: http://169.254.169.254/latest\r\n\r\n";
    if (path == "/gone") return "HTTP/1.1 404 Not Found\r\n\r\n" + std::string(3'000'000, 'x');
    if (path == "/lies") return "HTTP/1.1 200 OK\r\nContent-Type: image/png\r\nContent-Length: 1001\r\n\r\n";
    if (path == "/endless") return "HTTP/1.1 200 OK\r\n\r\n" + std::string(5'000'000, 'x');
    if (path == "/half") return "HTTP/1.1 200 OK\r\nContent-Length: 500\r\n\r\nhalf";
    return "nonsense\r\n\r\n";
  }};
  SystemClock clock;
  asio::io_context io{1};
  std::unique_ptr<http::Client> client = http::make_client({}, clock);
  test::TempBlobStore blobs{clock};
  std::unique_ptr<BlobWriter> writer;
  std::vector<std::string> announced;
};

TEST_F(UrlFetcherTest, GivesTheBytesTheirTypeAndTheirName) {
  auto fetched = fetch("/menu.pdf?x=1#y");
  ASSERT_FALSE(fetched) << "the path with a query is another one";
  fetched = fetch("/menu.pdf");
  ASSERT_TRUE(fetched) << fetched.error().detail;
  EXPECT_EQ(fetched->content_type, "application/pdf");
  EXPECT_EQ(fetched->file_name, "menu.pdf");
  EXPECT_EQ(writer->size(), 6U);
  EXPECT_EQ(announced, std::vector<std::string>{"application/pdf"}) << "asked once, and only about an answer that is kept";
  EXPECT_EQ(fetch("/named")->file_name, "a b.png");
  EXPECT_EQ(fetch("/moved")->file_name, "menu.pdf") << "named by where it was found";
}

TEST_F(UrlFetcherTest, CompressedBytesAreKeptAsTheyCome) {
  ASSERT_TRUE(fetch("/packed"));
  EXPECT_EQ(writer->size(), 10U);
}

TEST_F(UrlFetcherTest, ARedirectInsideAndPlainHttpAreBlocked) {
  EXPECT_EQ(fetch("/inside").error().code, ErrorCode::url_blocked);
  EXPECT_EQ(fetch("/menu.pdf", 1000, true).error().code, ErrorCode::url_blocked);
  EXPECT_TRUE(announced.empty());
}

TEST_F(UrlFetcherTest, WhatIsNotTheFileIsAFailedFetch) {
  EXPECT_EQ(fetch("/gone").error().code, ErrorCode::fetch_failed) << "however long the error page is";
  EXPECT_EQ(fetch("/gone").error().message, "The media URL answered with status 404");
  EXPECT_EQ(fetch("/half").error().code, ErrorCode::fetch_failed);
  EXPECT_EQ(fetch("/nonsense").error().code, ErrorCode::fetch_failed);
}

TEST_F(UrlFetcherTest, AFileOverItsLimitIsStoppedEarly) {
  EXPECT_EQ(fetch("/lies").error().code, ErrorCode::too_large);
  EXPECT_EQ(writer->size(), 0U) << "its length alone was enough";
  EXPECT_EQ(fetch("/endless").error().code, ErrorCode::too_large);
  EXPECT_LE(writer->size(), 1000U);
}

}  // namespace
}  // namespace wherry
