// Answers that leave piece by piece.
#include <gtest/gtest.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>

#include "net/server.h"
#include "tests/support/raw_http.h"

namespace wherry::http {
namespace {

using test::RawClient;
using test::TestServer;

/// Counts up to `pieces`; can announce a wrong length or break.
class CountingSource final : public BodySource {
 public:
  CountingSource(int pieces, std::optional<std::uint64_t> announced, bool breaks)
      : pieces_(pieces), announced_(announced), breaks_(breaks) {}
  Task<Result<std::size_t>> read(std::span<char> out) override {
    if (next_ == pieces_ && breaks_) co_return Error(ErrorCode::internal, "broke");
    if (next_ == pieces_) co_return std::size_t{0};
    const auto text = std::to_string(next_++) + ",";
    co_return text.copy(out.data(), out.size());
  }
  std::optional<std::uint64_t> length() const override { return announced_; }

 private:
  int pieces_;
  std::optional<std::uint64_t> announced_;
  bool breaks_;
  int next_ = 0;
};

std::string big_text() {
  std::string text;
  for (int i = 0; text.size() < 3'000'000; ++i) text += std::to_string(i) + ",";
  return text;
}

struct File {
  std::string path = (std::filesystem::temp_directory_path() / ("wherry_stream_" + std::to_string(::getpid()))).string();
  std::string text = big_text();
  File() { std::ofstream(path, std::ios::binary) << text; }
  ~File() { std::filesystem::remove(path); }
};

Task<Response> stream(Request& request) {
  Response response;
  if (request.path == "/file") response.body = FileSource::open(request.query).value();
  if (request.path == "/range") {
    response.status = 206;
    response.body = FileSource::open(request.query, 1'000'000, 1'000'000).value();
  }
  if (request.path == "/unknown") response.body = std::make_unique<CountingSource>(100, std::nullopt, false);
  if (request.path == "/broken") response.body = std::make_unique<CountingSource>(100, std::nullopt, true);
  if (request.path == "/short") response.body = std::make_unique<CountingSource>(5, 100, false);
  if (request.path == "/long") response.body = std::make_unique<CountingSource>(100, 10, false);
  if (request.path == "/none") {
    response.status = 204;
    response.body = std::make_unique<CountingSource>(100, std::nullopt, false);
  }
  co_return response;
}

std::string get(const std::string& target, const std::string& method = "GET") {
  return method + " " + target + " HTTP/1.1\r\nHost: a\r\n\r\n";
}

std::string counted(int pieces) {
  std::string text;
  for (int i = 0; i < pieces; ++i) text += std::to_string(i) + ",";
  return text;
}

TEST(ServerStream, AFileAndARangeOfItAreSentWithTheirLength) {
  File file;
  TestServer server(stream);
  RawClient client(server.port());
  ASSERT_TRUE(client.send(get("/file?" + file.path) + get("/range?" + file.path)));
  const auto whole = client.read_response();
  ASSERT_TRUE(whole);
  EXPECT_EQ(whole->field("Content-Length"), std::to_string(file.text.size()));
  EXPECT_TRUE(whole->body == file.text);
  const auto range = client.read_response();
  ASSERT_TRUE(range);
  EXPECT_EQ(range->status, 206);
  EXPECT_TRUE(range->body == file.text.substr(1'000'000, 1'000'000));
}

TEST(ServerStream, AnUnknownLengthIsSentChunkedAndTheConnectionLives) {
  TestServer server(stream);
  RawClient client(server.port());
  ASSERT_TRUE(client.send(get("/unknown") + get("/unknown")));
  for (int i = 0; i < 2; ++i) {
    const auto response = client.read_response();
    ASSERT_TRUE(response);
    EXPECT_TRUE(response->has("Transfer-Encoding: chunked"));
    EXPECT_EQ(response->field("Content-Length"), "");
    EXPECT_EQ(response->body, counted(100));
  }
}

TEST(ServerStream, Http10GetsAnUnknownLengthUntilTheClose) {
  TestServer server(stream);
  const auto all = test::exchange(server.port(), "GET /unknown HTTP/1.0\r\nConnection: keep-alive\r\n\r\n");
  EXPECT_NE(all.find("Connection: close\r\n"), std::string::npos);
  EXPECT_EQ(all.find("Transfer-Encoding"), std::string::npos);
  EXPECT_TRUE(all.ends_with("\r\n\r\n" + counted(100)));
}

TEST(ServerStream, HeadAndBodilessAnswersSendNoPiece) {
  File file;
  TestServer server(stream);
  RawClient client(server.port());
  ASSERT_TRUE(client.send(get("/file?" + file.path, "HEAD") + get("/unknown", "HEAD") + get("/none") + get("/unknown")));
  const auto head = client.read_response(true);
  ASSERT_TRUE(head);
  EXPECT_EQ(head->field("Content-Length"), std::to_string(file.text.size()));
  const auto chunked = client.read_response(true);
  ASSERT_TRUE(chunked);
  EXPECT_TRUE(chunked->has("Transfer-Encoding: chunked"));
  const auto none = client.read_response();
  ASSERT_TRUE(none);
  EXPECT_EQ(none->status, 204);
  EXPECT_EQ(none->field("Transfer-Encoding") + none->field("Content-Length"), "");
  const auto next = client.read_response();
  ASSERT_TRUE(next);
  EXPECT_EQ(next->body, counted(100));
}

TEST(ServerStream, ABrokenSourceCutsTheAnswerOffVisibly) {
  TestServer server(stream);
  for (const auto* path : {"/broken", "/short"}) {
    RawClient client(server.port());
    ASSERT_TRUE(client.send(get(path)));
    EXPECT_FALSE(client.read_response()) << path;
  }
}

TEST(ServerStream, ASourceLongerThanAnnouncedCannotPassForTheNextAnswer) {
  TestServer server(stream);
  RawClient client(server.port());
  ASSERT_TRUE(client.send(get("/long") + get("/unknown")));
  const auto response = client.read_response();
  ASSERT_TRUE(response);
  EXPECT_EQ(response->body, counted(5));
  EXPECT_EQ(client.read_to_end(), "");
}

}  // namespace
}  // namespace wherry::http
