#include "upstream/cloud_api/media_download.h"

#include <gtest/gtest.h>

#include "base/bytes.h"
#include "base/crypto.h"
#include "tests/support/fake_http_client.h"
#include "tests/support/media_fakes.h"
#include "tests/support/run.h"
#include "tests/support/test_channel.h"

namespace wherry::cloud_api {
namespace {

using test::FakeHttpClient;

const std::string bytes = "the bytes of a customer's voice message";
constexpr auto download_url =
    "https://lookaside.fbsbx.com/whatsapp_business/attachments/?mid=5550&source=getMedia&ext=1795000302&hash=ARab";

class MediaDownloadTest : public testing::Test {
 protected:
  MediaDownloadTest() {
    remote_.remote_id = "5550";
    remote_.mime_type = "audio/ogg; codecs=opus";
  }

  static std::string lookup(std::string url, std::string more) {
    return R"({"messaging_product":"whatsapp","url":")" + url + R"(","mime_type":"audio\/ogg","id":"5550")" + more + "}";
  }
  static std::string hex_of(std::string_view data) { return to_hex(sha256(data)); }

  Result<void> fetch() {
    writer_ = *blobs_.create(1 << 20);
    return test::run(io_, fetch_media(http_, Timeouts(), channel_, remote_, *writer_));
  }
  ErrorCode failure() {
    const auto fetched = fetch();
    EXPECT_FALSE(fetched);
    return fetched ? ErrorCode::internal : fetched.error().code;
  }

  boost::asio::io_context io_{1};
  VirtualClock clock_{test::test_now};
  FakeHttpClient http_;
  test::TempBlobStore blobs_{clock_};
  std::shared_ptr<const Channel> channel_ = std::make_shared<const Channel>(test::test_channel());
  InboundMedia remote_;
  std::unique_ptr<BlobWriter> writer_;
};

TEST_F(MediaDownloadTest, AsksForTheAddressAndStreamsTheFile) {
  http_.answer(200, lookup(download_url, R"(,"sha256":")" + hex_of(bytes) + R"(","file_size":")" + std::to_string(bytes.size()) + '"'));
  http_.answer(200, bytes);

  ASSERT_TRUE(fetch());

  ASSERT_EQ(http_.seen.size(), 2u);
  EXPECT_EQ(http_.seen[0].url, "https://graph.facebook.com/v23.0/5550?phone_number_id=106540352242922");
  EXPECT_EQ(http_.seen[1].url, download_url);
  for (const auto& request : http_.seen) {
    EXPECT_EQ(request.method, http::Method::get);
    EXPECT_EQ(request.header("Authorization"), "Bearer EAAtoken");
    EXPECT_FALSE(request.header("User-Agent").empty());
  }
  EXPECT_EQ(writer_->commit()->sha256, sha256(bytes));
}

TEST_F(MediaDownloadTest, TheTokenNeverGoesToAHostThatIsNotMetas) {
  for (const char* url :
       {"https://evil.example/x", "http://lookaside.fbsbx.com/x", "https://lookaside.fbsbx.com.evil.example/x", "https://evilfbsbx.com/x",
        "https://fbsbx.com/x", "https://lookaside.fbsbx.com:8443/x", "https://graph.facebook.com@evil.example/x",
        "https://evil.example#.facebook.com", "https://evil.example\\\\@graph.facebook.com/", "file:///etc/passwd",
        "//lookaside.fbsbx.com/x", "", "https://169.254.169.254/latest", "http://graph.facebook.com/x",
        "https://lookaside.fbsbx.com%2eevil.example/", "https://xn--fbsbx-0ra.com/"}) {
    http_.seen.clear();
    http_.answer(200, lookup(url, ""));
    EXPECT_EQ(failure(), ErrorCode::fetch_failed) << url;
    EXPECT_EQ(http_.seen.size(), 1u) << url;
  }
}

TEST_F(MediaDownloadTest, MetasMediaHostsAndTheGraphOriginItselfMaySeeTheToken) {
  auto local = test::test_channel();
  local.graph_url = "http://127.0.0.1:4004";
  for (const char* url : {download_url, "https://scontent.xx.fbcdn.net/x", "https://LOOKASIDE.fbsbx.com/x", "https://mmg.whatsapp.net/x",
                          "https://graph.facebook.com/x", "https://lookaside.facebook.com:443/x"}) {
    EXPECT_TRUE(may_see_token(url, *channel_)) << url;
  }
  EXPECT_TRUE(may_see_token("http://127.0.0.1:4004/whatsapp_business/attachments/?mid=1", local));
  EXPECT_FALSE(may_see_token("http://127.0.0.1:4005/whatsapp_business/attachments/?mid=1", local));
  EXPECT_FALSE(may_see_token("https://127.0.0.1:4004/x", local));
  EXPECT_FALSE(may_see_token("http://127.0.0.1:4004/x", *channel_));
}

TEST_F(MediaDownloadTest, AFileThatIsNotWhatWasAnnouncedIsRefused) {
  http_.answer(200, lookup(download_url, R"(,"sha256":")" + hex_of("other") + '"'));
  http_.answer(200, bytes);
  EXPECT_EQ(failure(), ErrorCode::fetch_failed);

  http_.answer(200, lookup(download_url, R"(,"file_size":3)"));
  http_.answer(200, bytes);
  EXPECT_EQ(failure(), ErrorCode::fetch_failed);
}

TEST_F(MediaDownloadTest, TheWebhooksBase64DigestServesWhenGraphGivesNone) {
  remote_.sha256_base64 = to_base64(sha256(bytes));
  http_.answer(200, lookup(download_url, ""));
  http_.answer(200, bytes);
  EXPECT_TRUE(fetch());

  remote_.sha256_base64 = to_base64(sha256("other"));
  http_.answer(200, lookup(download_url, ""));
  http_.answer(200, bytes);
  EXPECT_EQ(failure(), ErrorCode::fetch_failed);
}

TEST_F(MediaDownloadTest, AnIdGraphDoesNotKnowIsGoneAndOtherRefusalsMayPass) {
  http_.answer(
      400,
      R"({"error":{"message":"Unsupported get request.","type":"GraphMethodException","code":100,"error_subcode":33,"fbtrace_id":"T"}})");
  EXPECT_EQ(failure(), ErrorCode::not_found);
  http_.answer(404, "");
  EXPECT_EQ(failure(), ErrorCode::not_found);
  http_.answer(401, R"({"error":{"message":"expired","type":"OAuthException","code":190,"fbtrace_id":"T"}})");
  EXPECT_EQ(failure(), ErrorCode::fetch_failed);
  http_.answer(500, "");
  EXPECT_EQ(failure(), ErrorCode::fetch_failed);
  http_.answer(200, "garbage");
  EXPECT_EQ(failure(), ErrorCode::fetch_failed);
  http_.answer(200, "{}");
  EXPECT_EQ(failure(), ErrorCode::fetch_failed);
  http_.fail(ErrorCode::outcome_unknown);
  EXPECT_EQ(failure(), ErrorCode::fetch_failed);
}

TEST_F(MediaDownloadTest, AnAddressThatNoLongerWorksMayPass) {
  http_.answer(200, lookup(download_url, ""));
  http_.answer(404, "");
  EXPECT_EQ(failure(), ErrorCode::fetch_failed);
  http_.answer(200, lookup(download_url, ""));
  http_.answer(302, "");
  EXPECT_EQ(failure(), ErrorCode::fetch_failed);
}

TEST_F(MediaDownloadTest, AFileOverTheLimitIsNotFetched) {
  http_.answer(200, lookup(download_url, R"(,"file_size":"104857601")"));
  EXPECT_EQ(failure(), ErrorCode::too_large);
  EXPECT_EQ(http_.seen.size(), 1u);
}

TEST_F(MediaDownloadTest, AFullDiskIsReportedAsOurs) {
  blobs_.disk_full_after = 10;
  http_.answer(200, lookup(download_url, ""));
  http_.answer(200, bytes);
  EXPECT_EQ(failure(), ErrorCode::unavailable);
}

TEST_F(MediaDownloadTest, AMalformedIdNeverReachesAUrl) {
  for (const char* id : {"", "../me", "1?access_token=x", "1/2", "1 2", "1\r\nX: y"}) {
    remote_.remote_id = id;
    EXPECT_EQ(failure(), ErrorCode::not_found) << id;
  }
  EXPECT_TRUE(http_.seen.empty());
}

}  // namespace
}  // namespace wherry::cloud_api
