#include "net/response_parser.h"

#include <gtest/gtest.h>

#include <boost/asio/buffer.hpp>

namespace wherry::http {
namespace {

class Sink final : public BodySink {
 public:
  std::string bytes;
  int begun = 0;
  bool refuse = false;
  Result<void> begin(const Headers&) override {
    ++begun;
    if (refuse) return Error{ErrorCode::too_large, "no"};
    return {};
  }
  Result<void> write(std::string_view piece) override {
    bytes += piece;
    return {};
  }
};

boost::beast::error_code feed(ResponseParser& parser, std::string_view text) {
  boost::beast::error_code failure;
  parser.eager(true);
  while (!text.empty() && !failure && !parser.is_done()) text.remove_prefix(parser.put(boost::asio::buffer(text), failure));
  return failure;
}

TEST(ResponseParser, RefusesAnAnswerWhoseEndCouldBeReadInTwoWays) {
  const char* ambiguous[] = {"Content-Length: 5\r\nTransfer-Encoding: chunked\r\n",
                             "Transfer-Encoding: chunked\r\nContent-Length: 5\r\n",
                             "Content-Length: 5\r\nTransfer-Encoding: gzip\r\n",
                             "Transfer-Encoding: gzip\r\n",
                             "Transfer-Encoding: gzip, chunked\r\n",
                             "Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n",
                             "Content-Length: 5\r\nContent-Length: 6\r\n",
                             "Content-Length: -1\r\n"};
  for (const auto* headers : ambiguous) {
    ResponseParser parser(1000, nullptr);
    EXPECT_TRUE(feed(parser, std::string("HTTP/1.1 200 OK\r\n") + headers + "\r\n5\r\nhello\r\n0\r\n\r\n")) << headers;
  }
}

TEST(ResponseParser, ATrailerIsNobodysHeader) {
  ResponseParser parser(1000, nullptr);

  ASSERT_FALSE(feed(parser, "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nhi\r\n0\r\nLocation: /x\r\n\r\n"));

  EXPECT_TRUE(parser.is_done());
  EXPECT_EQ(parser.body, "hi");
  EXPECT_FALSE(parser.headers.find("Location"));
}

TEST(ResponseParser, AnErrorPageForASinkIsKeptOnlyInItsBeginning) {
  Sink sink;
  ResponseParser parser(1000, &sink);

  feed(parser, "HTTP/1.1 500 Oops\r\nContent-Length: 1000000000\r\n\r\n" + std::string(200'000, 'x'));

  EXPECT_TRUE(parser.truncated);
  EXPECT_FALSE(parser.failure);
  EXPECT_EQ(parser.body.size(), 64U * 1024);
  EXPECT_EQ(sink.begun, 0);
}

TEST(ResponseParser, ASinkMayRefuseABodyByItsHead) {
  Sink sink;
  sink.refuse = true;
  ResponseParser parser(1000, &sink);

  EXPECT_TRUE(feed(parser, "HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\nabc"));

  ASSERT_TRUE(parser.failure);
  EXPECT_EQ(parser.failure->code, ErrorCode::too_large);
  EXPECT_TRUE(sink.bytes.empty());
}

TEST(ResponseParser, SomeAnswersHaveNoBodyWhateverTheySay) {
  for (const auto* status : {"204 No Content", "304 Not Modified"}) {
    ResponseParser parser(1000, nullptr);
    ASSERT_FALSE(feed(parser, std::string("HTTP/1.1 ") + status + "\r\nContent-Length: 5\r\n\r\n")) << status;
    EXPECT_TRUE(parser.is_done()) << status;
  }
}

}  // namespace
}  // namespace wherry::http
