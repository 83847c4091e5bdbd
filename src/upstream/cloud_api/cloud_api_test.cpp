#include "upstream/cloud_api/cloud_api.h"

#include <gtest/gtest.h>

#include "tests/support/fake_http_client.h"
#include "tests/support/media_fakes.h"
#include "tests/support/remote_id_rows.h"
#include "tests/support/run.h"
#include "tests/support/test_channel.h"

namespace wherry::cloud_api {
namespace {

using test::FakeHttpClient;

constexpr auto accepted_body = R"({"messaging_product":"whatsapp","contacts":[{"input":"+15550100042","wa_id":"15550100042"}],"messages":[{"id":"wamid.A"}]})";
constexpr auto media_gone_body =
    R"({"error":{"message":"Unsupported post request. Object with ID '1111' does not exist","type":"GraphMethodException","code":100,"error_subcode":33,"fbtrace_id":"T"}})";

class CloudApiTest : public testing::Test {
 protected:
  CloudApiTest() {
    to_.wa_id = WaId{"15550100042"};
    text_.id = MessageId::make(test::test_now);
    text_.content = TextContent{"hello", false};
    image_.id = MessageId::make(test::test_now);
    image_.content = MediaContent{MediaKind::image, MediaId::make(test::test_now), "", ""};
    auto writer = *blobs_.create(1 << 20);
    (void)writer->write("\x89PNG bytes of a picture");
    const auto stored = *writer->commit();
    file_.media.sha256 = stored.sha256;
    file_.media.size = stored.size;
    file_.media.mime_type = "image/png";
    file_.media.file_name = "cat \"1\".png";
    file_.path = *blobs_.path_of(stored.sha256);
  }

  SendOutcome send(const Message& message, std::optional<OutboundFile> file = std::nullopt) {
    return test::run(io_, api_.send(channel_, message, to_, std::move(file)));
  }
  static const SendRefused& refused(const SendOutcome& outcome) { return std::get<SendRefused>(outcome); }

  boost::asio::io_context io_{1};
  VirtualClock clock_{test::test_now};
  FakeHttpClient http_;
  test::RemoteIdRows rows_;
  test::TempBlobStore blobs_{clock_};
  CloudApi api_{http_, rows_, blobs_, clock_};
  std::shared_ptr<const Channel> channel_ = std::make_shared<const Channel>(test::test_channel());
  ContactIdentity to_;
  Message text_, image_;
  OutboundFile file_;
};

TEST_F(CloudApiTest, ATextIsPostedOnceWithTheTokenAndOurId) {
  http_.answer(200, accepted_body);

  const auto outcome = send(text_);

  EXPECT_EQ(std::get<SendAccepted>(outcome).wamid, "wamid.A");
  ASSERT_EQ(http_.seen.size(), 1u);
  const auto& request = http_.seen[0];
  EXPECT_EQ(request.method, http::Method::post);
  EXPECT_EQ(request.url, "https://graph.facebook.com/v23.0/106540352242922/messages");
  EXPECT_EQ(request.header("Authorization"), "Bearer EAAtoken");
  EXPECT_EQ(request.header("Content-Type"), "application/json");
  EXPECT_FALSE(request.header("User-Agent").empty());
  EXPECT_NE(request.body.find(R"("biz_opaque_callback_data":")" + text_.id.text() + '"'), std::string::npos);
}

TEST_F(CloudApiTest, ARefusalIsNotRetriedHere) {
  http_.answer(429, R"({"error":{"message":"(#130429) Rate limit hit","type":"OAuthException","code":130429,"fbtrace_id":"T"}})");

  const auto outcome = send(text_);

  EXPECT_EQ(refused(outcome).retry_class, RetryClass::throttled);
  EXPECT_EQ(http_.seen.size(), 1u);
  EXPECT_EQ(api_.counters().refused, 1u);
}

TEST_F(CloudApiTest, AConnectionThatWasNeverMadeIsARefusalAndABrokenOneIsUnknown) {
  http_.fail(ErrorCode::upstream_unavailable);
  http_.fail(ErrorCode::outcome_unknown);
  http_.fail(ErrorCode::timeout);
  http_.fail(ErrorCode::too_large);

  EXPECT_EQ(refused(send(text_)).retry_class, RetryClass::transient);
  for (int i = 0; i < 3; ++i) EXPECT_TRUE(std::holds_alternative<SendUnknown>(send(text_)));
  EXPECT_EQ(api_.counters().unknown, 3u);
}

TEST_F(CloudApiTest, AContactNobodyCanAddressIsRefusedWithoutARequest) {
  to_ = ContactIdentity();
  EXPECT_EQ(refused(send(text_)).retry_class, RetryClass::bad_request);
  EXPECT_TRUE(http_.seen.empty());
}

TEST_F(CloudApiTest, AMediaMessageWithoutItsFileIsRefusedWithoutARequest) {
  EXPECT_EQ(refused(send(image_)).reason.code, ErrorCode::rejected);
  EXPECT_TRUE(http_.seen.empty());
}

TEST_F(CloudApiTest, AFileIsUploadedAsAFormAndThenSent) {
  http_.answer(200, R"({"id":"1111"})");
  http_.answer(200, accepted_body);

  const auto outcome = send(image_, file_);

  ASSERT_TRUE(std::holds_alternative<SendAccepted>(outcome));
  ASSERT_EQ(http_.seen.size(), 2u);
  const auto& upload = http_.seen[0];
  EXPECT_EQ(upload.url, "https://graph.facebook.com/v23.0/106540352242922/media");
  EXPECT_TRUE(upload.streamed);
  const auto type = upload.header("Content-Type");
  ASSERT_TRUE(type.starts_with("multipart/form-data; boundary="));
  const auto boundary = type.substr(30);
  EXPECT_EQ(upload.body, "--" + boundary + "\r\nContent-Disposition: form-data; name=\"messaging_product\"\r\n\r\nwhatsapp\r\n--" + boundary +
                             "\r\nContent-Disposition: form-data; name=\"type\"\r\n\r\nimage/png\r\n--" + boundary +
                             "\r\nContent-Disposition: form-data; name=\"file\"; filename=\"cat %221%22.png\"\r\nContent-Type: image/png\r\n\r\n" +
                             "\x89PNG bytes of a picture\r\n--" + boundary + "--\r\n");
  EXPECT_NE(http_.seen[1].body.find(R"("image":{"id":"1111"})"), std::string::npos);
}

TEST_F(CloudApiTest, ASecondSendOfTheSameBytesReusesTheUploadForTwentyNineDays) {
  http_.answer(200, R"({"id":"1111"})");
  for (int i = 0; i < 2; ++i) http_.answer(200, accepted_body);
  send(image_, file_);

  send(image_, file_);
  EXPECT_EQ(http_.seen.size(), 3u);

  clock_.advance(MediaUpload::remembered_for);
  http_.answer(200, R"({"id":"2222"})");
  http_.answer(200, accepted_body);
  send(image_, file_);
  EXPECT_EQ(http_.seen.size(), 5u);
  EXPECT_NE(http_.seen[4].body.find("2222"), std::string::npos);
}

TEST_F(CloudApiTest, AnotherChannelOrTypeNeedsItsOwnUpload) {
  http_.otherwise = [](const FakeHttpClient::Seen& seen) { return FakeHttpClient::response(200, seen.streamed ? R"({"id":"1111"})" : accepted_body); };
  send(image_, file_);
  channel_ = std::make_shared<const Channel>(test::test_channel("206540352242922"));
  send(image_, file_);
  file_.media.mime_type = "image/jpeg";
  send(image_, file_);
  EXPECT_EQ(http_.seen.size(), 6u);
}

TEST_F(CloudApiTest, WhenWhatsAppHasLostTheFileItIsUploadedAgainAndSentOnce) {
  http_.answer(200, R"({"id":"1111"})");
  http_.answer(200, accepted_body);
  send(image_, file_);
  http_.seen.clear();
  http_.answer(400, media_gone_body);
  http_.answer(200, R"({"id":"2222"})");
  http_.answer(200, accepted_body);

  const auto outcome = send(image_, file_);

  EXPECT_TRUE(std::holds_alternative<SendAccepted>(outcome));
  ASSERT_EQ(http_.seen.size(), 3u);
  EXPECT_NE(http_.seen[0].body.find("1111"), std::string::npos);
  EXPECT_TRUE(http_.seen[1].streamed);
  EXPECT_NE(http_.seen[2].body.find("2222"), std::string::npos);
  EXPECT_EQ(rows_.known.begin()->second.id, "2222");
}

TEST_F(CloudApiTest, AFreshUploadThatIsRefusedIsNotUploadedAgain) {
  http_.answer(200, R"({"id":"1111"})");
  http_.answer(400, media_gone_body);

  const auto outcome = send(image_, file_);

  EXPECT_EQ(refused(outcome).error.code, 100);
  EXPECT_EQ(http_.seen.size(), 2u);
}

TEST_F(CloudApiTest, AnUnknownOutcomeIsNeverFollowedByASecondSend) {
  http_.answer(200, R"({"id":"1111"})");
  http_.answer(200, accepted_body);
  send(image_, file_);
  http_.seen.clear();
  http_.fail(ErrorCode::outcome_unknown);

  EXPECT_TRUE(std::holds_alternative<SendUnknown>(send(image_, file_)));
  EXPECT_EQ(http_.seen.size(), 1u);
}

TEST_F(CloudApiTest, AFailedUploadSaysSoAndKeepsItsRetryClass) {
  const auto graph = [](int code) { return R"({"error":{"message":"x","type":"OAuthException","code":)" + std::to_string(code) + R"(,"fbtrace_id":"T"}})"; };
  http_.answer(400, graph(131053));
  http_.answer(500, graph(131000));
  http_.answer(400, graph(80007));
  http_.answer(502, "<html>");
  http_.answer(200, "garbage");
  http_.fail(ErrorCode::outcome_unknown);
  http_.fail(ErrorCode::upstream_unavailable);
  const RetryClass expected[] = {RetryClass::bad_request, RetryClass::transient, RetryClass::throttled, RetryClass::transient,
                                 RetryClass::transient,   RetryClass::transient, RetryClass::transient};
  for (const auto retry_class : expected) {
    const auto outcome = send(image_, file_);
    ASSERT_TRUE(std::holds_alternative<SendRefused>(outcome));
    EXPECT_EQ(refused(outcome).reason.code, ErrorCode::upload_failed);
    EXPECT_EQ(refused(outcome).retry_class, retry_class);
  }
  EXPECT_EQ(http_.seen.size(), std::size(expected));
  EXPECT_TRUE(rows_.known.empty());
}

TEST_F(CloudApiTest, AFileThatIsNoLongerOnDiskIsAFailedUpload) {
  file_.path = "/nonexistent/file";
  EXPECT_EQ(refused(send(image_, file_)).reason.code, ErrorCode::upload_failed);
  EXPECT_EQ(refused(send(image_, file_)).retry_class, RetryClass::bad_request);
  EXPECT_TRUE(http_.seen.empty());
}

TEST_F(CloudApiTest, AStoreOutageCostsAnUploadButNotTheMessage) {
  rows_.outage = true;
  http_.answer(200, R"({"id":1111})");
  http_.answer(200, accepted_body);
  EXPECT_TRUE(std::holds_alternative<SendAccepted>(send(image_, file_)));
  EXPECT_NE(http_.seen[1].body.find(R"("id":"1111")"), std::string::npos);
}

TEST_F(CloudApiTest, ManySendersOfOneFileShareOneUpload) {
  http_.hold = true;
  http_.otherwise = [](const FakeHttpClient::Seen& seen) { return FakeHttpClient::response(200, seen.streamed ? R"({"id":"1111"})" : accepted_body); };
  int accepted = 0;
  constexpr int senders = 20;
  for (int i = 0; i < senders; ++i) {
    boost::asio::co_spawn(io_, api_.send(channel_, image_, to_, file_), [&](std::exception_ptr, SendOutcome outcome) {
      accepted += std::holds_alternative<SendAccepted>(outcome) ? 1 : 0;
    });
  }
  io_.poll();
  EXPECT_EQ(http_.seen.size(), 1u);

  http_.release();
  io_.restart();
  io_.poll();

  EXPECT_EQ(accepted, senders);
  EXPECT_EQ(std::count_if(http_.seen.begin(), http_.seen.end(), [](const auto& seen) { return seen.streamed; }), 1);
}

TEST_F(CloudApiTest, WhenASharedUploadFailsAllItsSendersAreToldWithoutTryingEach) {
  http_.hold = true;
  http_.otherwise = [](const FakeHttpClient::Seen&) { return FakeHttpClient::response(502, ""); };
  int failed = 0;
  for (int i = 0; i < 5; ++i) {
    boost::asio::co_spawn(io_, api_.send(channel_, image_, to_, file_), [&](std::exception_ptr, SendOutcome outcome) {
      failed += std::holds_alternative<SendRefused>(outcome) ? 1 : 0;
    });
  }
  io_.poll();
  http_.release();
  io_.restart();
  io_.poll();

  EXPECT_EQ(failed, 5);
  EXPECT_EQ(http_.seen.size(), 1u);
}

TEST_F(CloudApiTest, ManySendersOfAFileThatIsGoneRenewItOnce) {
  http_.answer(200, R"({"id":"1111"})");
  http_.answer(200, accepted_body);
  send(image_, file_);
  http_.seen.clear();
  http_.otherwise = [](const FakeHttpClient::Seen& seen) {
    if (seen.streamed) return FakeHttpClient::response(200, R"({"id":"2222"})");
    const bool stale = seen.body.find("1111") != std::string::npos;
    return FakeHttpClient::response(stale ? 400 : 200, stale ? media_gone_body : accepted_body);
  };
  int accepted = 0;
  for (int i = 0; i < 10; ++i) {
    boost::asio::co_spawn(io_, api_.send(channel_, image_, to_, file_), [&](std::exception_ptr, SendOutcome outcome) {
      accepted += std::holds_alternative<SendAccepted>(outcome) ? 1 : 0;
    });
  }
  io_.restart();
  io_.poll();

  EXPECT_EQ(accepted, 10);
  EXPECT_EQ(std::count_if(http_.seen.begin(), http_.seen.end(), [](const auto& seen) { return seen.streamed; }), 1);
  EXPECT_EQ(rows_.forgotten, 1);
}

TEST_F(CloudApiTest, RemembersMetasUsageFiguresPerChannel) {
  http_.script.push_back([](const FakeHttpClient::Seen&) {
    auto made = FakeHttpClient::response(200, accepted_body);
    made->headers.add("X-App-Usage", R"({"call_count":28,"total_cputime":12,"total_time":9})");
    made->headers.add("X-Business-Use-Case-Usage",
                      R"({"102290129340398":[{"type":"whatsapp","call_count":5,"total_cputime":1,"total_time":81,"estimated_time_to_regain_access":3}]})");
    return made;
  });
  send(text_);

  const auto usage = api_.usage();

  ASSERT_EQ(usage.size(), 1u);
  EXPECT_EQ(usage[0].channel, channel_->id);
  EXPECT_EQ(usage[0].app_percent, 28);
  EXPECT_EQ(usage[0].business_percent, 81);
  EXPECT_EQ(usage[0].minutes_to_regain_access, 3);
  EXPECT_EQ(usage[0].at, test::test_now);
}

TEST(Usage, GarbageHeadersDoNoHarmAndNoHeadersLeaveNoTrace) {
  Usage usage;
  const auto channel = ChannelId::make(test::test_now);
  http::Headers none, garbage;
  usage.note(channel, none, test::test_now);
  EXPECT_TRUE(usage.all().empty());
  for (const char* text : {"garbage", "[]", "{\"a\":[1,{}]}", "{\"call_count\":-5}", "{\"call_count\":1e300}"}) {
    garbage.set("X-App-Usage", text);
    garbage.set("X-Business-Use-Case-Usage", text);
    usage.note(channel, garbage, test::test_now);
  }
  EXPECT_EQ(usage.all().size(), 1u);
  EXPECT_EQ(usage.all()[0].app_percent, 1'000'000);
}

}  // namespace
}  // namespace wherry::cloud_api
