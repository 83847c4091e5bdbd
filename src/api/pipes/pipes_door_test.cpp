// What the contract cases cannot say: large bodies, bodies that break off, cut input, what happens to the connection.
#include <gtest/gtest.h>

#include "base/json.h"
#include "tests/support/pipes_world.h"

namespace wherry::api::pipes {
namespace {

using namespace std::chrono_literals;

struct PipesDoor : testing::Test {
  test::PipesWorld world;
  ConversationId open = world.add_conversation(world.tenant, world.clock.now());
};

// Text made as it is read: head, `repeated` times "AAAA", tail.
class GrowingBody final : public http::BodyReader {
 public:
  GrowingBody(std::string head, std::uint64_t repeated, std::string tail)
      : head_(std::move(head)), left_(repeated * 4), tail_(std::move(tail)), block_(64 * 1024, 'A') {}
  Task<Result<std::string_view>> read() override {
    std::string_view piece;
    if (!head_.empty() && !head_given_) {
      head_given_ = true;
      piece = head_;
    } else if (left_ > 0) {
      piece = std::string_view(block_).substr(0, left_);
      left_ -= piece.size();
    } else if (!tail_given_) {
      tail_given_ = true;
      piece = tail_;
    }
    co_return piece;
  }
  std::optional<std::uint64_t> content_length() const override { return std::nullopt; }

 private:
  std::string head_;
  std::uint64_t left_;
  std::string tail_;
  std::string block_;
  bool head_given_ = false;
  bool tail_given_ = false;
};

// 100 MiB = 3 * 34952533 + 1 bytes.
constexpr std::uint64_t groups_of_limit = 34'952'533;

TEST_F(PipesDoor, ADocumentOfExactlyTheLimitComesAsBase64) {
  GrowingBody body(R"({"media":")", groups_of_limit, R"(AA==","mimeType":"application/zip","conversationId":")" + open.text() + "\"}");

  const auto reply = world.call(http::Method::post, "/v1/messages/send", world.with_key("application/json"), body);

  EXPECT_EQ(reply.status, 200) << reply.body;
  ASSERT_EQ(world.upstream.sent.size(), 1u);
  EXPECT_EQ(world.upstream.sent[0].files.at(0).media.size, max_media_bytes);
}

TEST_F(PipesDoor, AByteMoreIsInvalidMediaOnlyOnceTheConversationIsKnown) {
  const std::string tail = R"(AAA=","mimeType":"application/zip","conversationId":")";
  GrowingBody to_open(R"({"media":")", groups_of_limit, tail + open.text() + "\"}");
  GrowingBody to_nobody(R"({"media":")", groups_of_limit, tail + "conv_x\"}");

  const auto refused = world.call(http::Method::post, "/v1/messages/send", world.with_key("application/json"), to_open);
  const auto unknown = world.call(http::Method::post, "/v1/messages/send", world.with_key("application/json"), to_nobody);

  EXPECT_EQ(refused.status, 400);
  EXPECT_NE(refused.body.find("INVALID_MEDIA"), std::string::npos) << refused.body;
  EXPECT_EQ(unknown.status, 404);
  EXPECT_TRUE(world.upstream.sent.empty());
  EXPECT_EQ(world.blobs.open_writers, 0);
}

TEST_F(PipesDoor, AnEndlessBodyIsStoppedAndTheConnectionClosed) {
  GrowingBody body(R"({"media":")", 300ull << 18, "");

  const auto reply = world.call(http::Method::post, "/v1/messages/send", world.with_key("application/json"), body);

  EXPECT_EQ(reply.status, 400);
  EXPECT_NE(reply.body.find("INVALID_MEDIA"), std::string::npos) << reply.body;
  EXPECT_TRUE(reply.close);
}

TEST_F(PipesDoor, ABodyThatIsRefusedEarlyIsTakenSoThatItsSenderHearsWhy) {
  test::PiecedBody body("nonsense" + std::string(1'000'000, ' '), 1000);

  const auto reply = world.call(http::Method::post, "/v1/messages/send", world.with_key("application/json"), body);

  EXPECT_EQ(reply.status, 400);
  EXPECT_TRUE(body.ended());
  EXPECT_FALSE(reply.close);
}

TEST_F(PipesDoor, ASenderWhoAsksFirstIsRefusedWithoutItsBody) {
  test::PiecedBody body(std::string(1'000'000, ' '), 1000);
  auto headers = world.with_key("image/png");
  headers.add("Expect", "100-continue");

  const auto reply = world.call(http::Method::post, "/v1/media/upload", headers, body);

  EXPECT_EQ(reply.status, 400);
  EXPECT_EQ(body.bytes_read(), 0u);
  EXPECT_TRUE(reply.close);
}

TEST_F(PipesDoor, HoweverASendIsCutItsAnswerIsTheSame) {
  const auto text =
      R"({"media":"iVBORw0KGgo=","caption":"\u00e9\ud83d\udc4d","mimeType":"image\/png","conversationId":")" + open.text() + "\"}";
  NewKey request;
  request.tenant = world.tenant;
  request.limits = RateLimits();
  world.key = test::run(world.io, world.access.create_key(request)).value().key.reveal();

  for (std::size_t piece = 1; piece < text.size(); ++piece) {
    const auto reply = world.post_json("/v1/messages/send", text, piece);

    ASSERT_EQ(reply.status, 200) << piece << ": " << reply.body;
    const auto& sent = world.upstream.sent.back();
    EXPECT_EQ(std::get<MediaContent>(sent.content).caption, "\xc3\xa9\xf0\x9f\x91\x8d");
    EXPECT_EQ(sent.files.at(0).media.sha256, sha256("\x89PNG\r\n\x1a\n"));
  }
}

TEST_F(PipesDoor, AMediaValueIsToldApartWhereverItIsCut) {
  NewKey request;
  request.tenant = world.tenant;
  request.limits = RateLimits();
  world.key = test::run(world.io, world.access.create_key(request)).value().key.reveal();
  const std::string url = "https://files.example.org/" + std::string(100, 'p');
  world.fetcher.answers[url] = {std::string(test::PipesWorld::png), {"image/png", ""}, {}};
  const auto id = world.add_media(world.tenant, "image/png", std::string(test::PipesWorld::png)).id.text();

  for (const auto& value : {url, id}) {
    const auto text = R"({"media":")" + value + R"(","conversationId":")" + open.text() + "\"}";
    for (std::size_t piece = 1; piece < text.size(); piece += 1 + piece / 16) {
      EXPECT_EQ(world.post_json("/v1/messages/send", text, piece).status, 200) << piece;
    }
  }
}

TEST_F(PipesDoor, ABodyThatBreaksOffIsABadRequestAndSendsNothing) {
  const std::string text = R"({"media":"iVBORw0KGgoAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA","mimeType":"image/png"})";
  for (const auto code : {ErrorCode::timeout, ErrorCode::invalid_argument}) {
    for (std::size_t at = 1; at < text.size(); at += 7) {
      test::PiecedBody body(text, 5);
      body.failure = Error{code, "The body broke off"};
      body.fail_after = at;
      NewKey request;
      request.tenant = world.tenant;
      world.key = test::run(world.io, world.access.create_key(request)).value().key.reveal();

      const auto reply = world.call(http::Method::post, "/v1/messages/send", world.with_key("application/json"), body);

      EXPECT_EQ(reply.status, 400) << reply.body;
      EXPECT_TRUE(reply.close);
      EXPECT_EQ(world.blobs.open_writers, 0);
    }
  }
  EXPECT_TRUE(world.upstream.sent.empty());
}

TEST_F(PipesDoor, AMultipartUploadThatBreaksOffLeavesNothing) {
  const std::string text =
      "--XX\r\nContent-Disposition: form-data; name=\"file\"; filename=\"a.pdf\"\r\nContent-Type: application/pdf\r\n\r\n%PDF "
      "0123456789\r\n--XX--\r\n";
  // The last CRLF may be missing, nothing else.
  for (std::size_t length = 0; length < text.size() - 2; length += 3) {
    NewKey request;
    request.tenant = world.tenant;
    world.key = test::run(world.io, world.access.create_key(request)).value().key.reveal();

    const auto reply =
        world.call(http::Method::post, "/v1/media/upload", world.with_key("multipart/form-data; boundary=XX"), text.substr(0, length), 9);

    EXPECT_EQ(reply.status, 400) << length << " " << reply.body;
    EXPECT_EQ(world.blobs.open_writers, 0);
  }
  EXPECT_TRUE(world.rows.rows.empty());
}

TEST_F(PipesDoor, ALargeBodyThatIsNotReadClosesTheConnectionAndASmallOneDoesNot) {
  http::Headers anonymous;
  anonymous.add("Content-Type", "application/json");

  const auto small = world.call(http::Method::post, "/v1/messages/send", anonymous, R"({"text":"hi"})");
  const auto large = world.call(http::Method::post, "/v1/messages/send", anonymous, std::string(100'000, ' '));

  EXPECT_EQ(small.status, 401);
  EXPECT_FALSE(small.close);
  EXPECT_EQ(large.status, 401);
  EXPECT_TRUE(large.close);
}

TEST_F(PipesDoor, ARefusedRequestDoesNotMoveTheReset) {
  for (int i = 0; i < 60; ++i) EXPECT_EQ(world.call(http::Method::get, "/v1/media/download/x", world.with_key()).status, 404);
  const auto reset = world.call(http::Method::get, "/v1/media/download/x", world.with_key()).header("X-RateLimit-Reset");
  world.clock.advance(30s);

  const auto refused = world.call(http::Method::get, "/v1/media/download/x", world.with_key());

  EXPECT_EQ(refused.status, 429);
  EXPECT_EQ(refused.header("X-RateLimit-Reset"), reset);
  EXPECT_EQ(refused.header("Retry-After"), "30");
  world.clock.advance(30s);
  EXPECT_EQ(world.call(http::Method::get, "/v1/media/download/x", world.with_key()).status, 404);
}

TEST_F(PipesDoor, AKeyWithoutLimitHasNoRateHeaders) {
  NewKey request;
  request.tenant = world.tenant;
  request.limits = RateLimits();
  world.key = test::run(world.io, world.access.create_key(request)).value().key.reveal();

  const auto reply = world.call(http::Method::get, "/v1/media/download/x", world.with_key());

  EXPECT_EQ(reply.status, 404);
  EXPECT_EQ(reply.headers.count("X-RateLimit-Limit"), 0u);
}

TEST_F(PipesDoor, ARevokedKeyIsUnknown) {
  const auto id = world.access_store.keys.front().id;
  EXPECT_EQ(world.call(http::Method::get, "/v1/media/download/x", world.with_key()).status, 404);
  test::run(world.io, world.access.revoke_key(id)).value();

  EXPECT_EQ(world.call(http::Method::get, "/v1/media/download/x", world.with_key()).status, 401);
}

TEST_F(PipesDoor, TheOwnerOfAFileIsTheUploadersTenant) {
  const auto upload = world.post_json("/v1/media/upload", R"({"data":"AAAA","mimeType":"a/b"})");
  const auto id = upload.body.substr(12, 21);
  NewKey request;
  request.tenant = world.other_tenant;

  EXPECT_EQ(world.call(http::Method::get, "/v1/media/download/" + id, world.with_key()).status, 302);
  world.key = test::run(world.io, world.access.create_key(request)).value().key.reveal();
  EXPECT_EQ(world.call(http::Method::get, "/v1/media/download/" + id, world.with_key()).status, 403);
}

TEST_F(PipesDoor, AnUploadCanBeDownloadedByteForByte) {
  const std::string bytes("%PDF\0\r\n--XX\r\n\xff", 15);
  const auto upload =
      world.call(http::Method::post, "/v1/media/upload", world.with_key("multipart/form-data; boundary=YY"),
                 "--YY\r\nContent-Disposition: form-data; name=\"file\"; filename=\"a.pdf\"\r\n\r\n" + bytes + "\r\n--YY--\r\n", 3);
  ASSERT_EQ(upload.status, 200) << upload.body;
  const auto found = world.call(http::Method::get, "/v1/media/download/" + upload.body.substr(12, 21), world.with_key());
  const auto link = found.header("Location").substr(std::string("https://wherry.example.org").size());

  const auto file = world.call(http::Method::get, link, {});

  EXPECT_EQ(file.status, 200);
  EXPECT_EQ(file.body, bytes);
  EXPECT_EQ(file.header("Content-Type"), "application/pdf");
}

TEST_F(PipesDoor, AKeyDoesWhatItsScopesAllow) {
  NewKey request;
  request.tenant = world.tenant;
  request.scopes = Scopes{Scope::read};
  world.key = test::run(world.io, world.access.create_key(request)).value().key.reveal();
  const auto conversation = world.add_conversation(world.tenant, world.clock.now()).text();
  const auto media = world.add_media(world.tenant, "image/png", "x");

  const auto sent = world.post_json("/v1/messages/send", R"({"conversationId":")" + conversation + R"(","text":"hi"})");
  const auto link = world.call(http::Method::get, "/v1/media/download/" + media.id.text(), world.with_key());

  EXPECT_EQ(sent.status, 403);
  EXPECT_EQ(sent.body, R"({"error":"The API key lacks the scope 'send'","code":"FORBIDDEN"})");
  EXPECT_TRUE(world.upstream.sent.empty());
  EXPECT_EQ(link.status, 302);
}

}  // namespace
}  // namespace wherry::api::pipes
