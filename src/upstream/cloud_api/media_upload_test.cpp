#include "upstream/cloud_api/media_upload.h"

#include <gtest/gtest.h>

#include "tests/support/cloud_api_fixture.h"

namespace wherry::cloud_api {
namespace {

using test::FakeHttpClient;

class MediaUploadTest : public CloudApiTest {};

TEST_F(MediaUploadTest, AMediaMessageWithoutItsFileIsRefusedWithoutARequest) {
  EXPECT_EQ(refused(send(image_)).reason.code, ErrorCode::rejected);
  EXPECT_TRUE(http_.seen.empty());
}

TEST_F(MediaUploadTest, AFileIsUploadedAsAFormAndThenSent) {
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
  EXPECT_EQ(upload.body,
            "--" + boundary + "\r\nContent-Disposition: form-data; name=\"messaging_product\"\r\n\r\nwhatsapp\r\n--" + boundary +
                "\r\nContent-Disposition: form-data; name=\"type\"\r\n\r\nimage/png\r\n--" + boundary +
                "\r\nContent-Disposition: form-data; name=\"file\"; filename=\"cat %221%22.png\"\r\nContent-Type: image/png\r\n\r\n" +
                "\x89PNG bytes of a picture\r\n--" + boundary + "--\r\n");
  EXPECT_NE(http_.seen[1].body.find(R"("image":{"id":"1111"})"), std::string::npos);
}

class CarouselTest : public MediaUploadTest {
 protected:
  CarouselTest() {
    auto writer = *blobs_.create(1 << 20);
    (void)writer->write("\x89PNG bytes of another");
    const auto stored = *writer->commit();
    second_ = file_;
    second_.media.id = MediaId::make(test::test_now + milliseconds(1));
    second_.media.sha256 = stored.sha256;
    second_.media.size = stored.size;
    second_.path = *blobs_.path_of(stored.sha256);
    const auto card = [](int index, MediaId file) {
      return TemplateCard{index, {{"header", "", {}, {MediaReference{MediaKind::image, file, ""}}, {}}}};
    };
    cards_.id = MessageId::make(test::test_now);
    cards_.content = TemplateContent{"cards", "en", {{"carousel", "", {}, {}, {card(0, file_.media.id), card(1, second_.media.id)}}}};
    for (const auto* answer : {R"({"id":"1111"})", R"({"id":"2222"})", accepted_body}) http_.answer(200, answer);
  }
  static std::string card(int index, std::string_view id) {
    return R"({"card_index":)" + std::to_string(index) +
           R"(,"components":[{"type":"header","parameters":[{"type":"image","image":{"id":")" + std::string(id) + R"("}}]}]})";
  }

  OutboundFile second_;
  Message cards_;
};

TEST_F(CarouselTest, EachCardsFileIsUploadedOnceAndNamedInItsPlace) {
  const auto outcome = send(cards_, file_, second_);

  ASSERT_TRUE(std::holds_alternative<SendAccepted>(outcome));
  ASSERT_EQ(http_.seen.size(), 3u);
  EXPECT_NE(http_.seen[2].body.find("[" + card(0, "1111") + "," + card(1, "2222") + "]"), std::string::npos) << http_.seen[2].body;
  http_.answer(200, accepted_body);
  send(cards_, file_, second_);
  EXPECT_EQ(http_.seen.size(), 4u);
}

TEST_F(CarouselTest, OnlyTheFileThatIsGoneIsUploadedAgain) {
  send(cards_, file_, second_);
  http_.answer(400, R"({"error":{"message":"Object with ID '2222' does not exist","code":100,"error_subcode":33}})");
  http_.answer(200, R"({"id":"3333"})");
  http_.answer(200, accepted_body);

  const auto outcome = send(cards_, file_, second_);

  ASSERT_TRUE(std::holds_alternative<SendAccepted>(outcome));
  ASSERT_EQ(http_.seen.size(), 6u);
  EXPECT_NE(http_.seen[5].body.find("3333"), std::string::npos);
}

TEST_F(CarouselTest, WithoutOneOfItsFilesItIsRefusedWithoutARequest) {
  EXPECT_EQ(refused(send(cards_, second_)).reason.code, ErrorCode::rejected);
  EXPECT_TRUE(http_.seen.empty());
}

TEST_F(MediaUploadTest, ASecondSendOfTheSameBytesReusesTheUploadForTwentyNineDays) {
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

TEST_F(MediaUploadTest, AnotherChannelOrTypeNeedsItsOwnUpload) {
  http_.otherwise = [](const FakeHttpClient::Seen& seen) {
    return FakeHttpClient::response(200, seen.streamed ? R"({"id":"1111"})" : accepted_body);
  };
  send(image_, file_);
  channel_ = std::make_shared<const Channel>(test::test_channel("206540352242922"));
  send(image_, file_);
  file_.media.mime_type = "image/jpeg";
  send(image_, file_);
  EXPECT_EQ(http_.seen.size(), 6u);
}

TEST_F(MediaUploadTest, WhenWhatsAppHasLostTheFileItIsUploadedAgainAndSentOnce) {
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

TEST_F(MediaUploadTest, AFreshUploadThatIsRefusedIsNotUploadedAgain) {
  http_.answer(200, R"({"id":"1111"})");
  http_.answer(400, media_gone_body);

  const auto outcome = send(image_, file_);

  EXPECT_EQ(refused(outcome).error.code, 100);
  EXPECT_EQ(http_.seen.size(), 2u);
}

TEST_F(MediaUploadTest, AnUnknownOutcomeIsNeverFollowedByASecondSend) {
  http_.answer(200, R"({"id":"1111"})");
  http_.answer(200, accepted_body);
  send(image_, file_);
  http_.seen.clear();
  http_.fail(ErrorCode::outcome_unknown);

  EXPECT_TRUE(std::holds_alternative<SendUnknown>(send(image_, file_)));
  EXPECT_EQ(http_.seen.size(), 1u);
}

TEST_F(MediaUploadTest, AFailedUploadSaysSoAndKeepsItsRetryClass) {
  const auto graph = [](int code) {
    return R"({"error":{"message":"x","type":"OAuthException","code":)" + std::to_string(code) + R"(,"fbtrace_id":"T"}})";
  };
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

TEST_F(MediaUploadTest, AFileThatIsNoLongerOnDiskIsAFailedUpload) {
  file_.path = "/nonexistent/file";
  EXPECT_EQ(refused(send(image_, file_)).reason.code, ErrorCode::upload_failed);
  EXPECT_EQ(refused(send(image_, file_)).retry_class, RetryClass::bad_request);
  EXPECT_TRUE(http_.seen.empty());
}

TEST_F(MediaUploadTest, AStoreOutageCostsAnUploadButNotTheMessage) {
  rows_.outage = true;
  http_.answer(200, R"({"id":1111})");
  http_.answer(200, accepted_body);
  EXPECT_TRUE(std::holds_alternative<SendAccepted>(send(image_, file_)));
  EXPECT_NE(http_.seen[1].body.find(R"("id":"1111")"), std::string::npos);
}

TEST_F(MediaUploadTest, ManySendersOfOneFileShareOneUpload) {
  http_.hold = true;
  http_.otherwise = [](const FakeHttpClient::Seen& seen) {
    return FakeHttpClient::response(200, seen.streamed ? R"({"id":"1111"})" : accepted_body);
  };
  int accepted = 0;
  constexpr int senders = 20;
  for (int i = 0; i < senders; ++i) {
    boost::asio::co_spawn(io_, api_.send(channel_, image_, to_, {file_}), [&](std::exception_ptr, SendOutcome outcome) {
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

TEST_F(MediaUploadTest, WhenASharedUploadFailsAllItsSendersAreToldWithoutTryingEach) {
  http_.hold = true;
  http_.otherwise = [](const FakeHttpClient::Seen&) { return FakeHttpClient::response(502, ""); };
  int failed = 0;
  for (int i = 0; i < 5; ++i) {
    boost::asio::co_spawn(io_, api_.send(channel_, image_, to_, {file_}),
                          [&](std::exception_ptr, SendOutcome outcome) { failed += std::holds_alternative<SendRefused>(outcome) ? 1 : 0; });
  }
  io_.poll();
  http_.release();
  io_.restart();
  io_.poll();

  EXPECT_EQ(failed, 5);
  EXPECT_EQ(http_.seen.size(), 1u);
}

TEST_F(MediaUploadTest, ManySendersOfAFileThatIsGoneRenewItOnce) {
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
    boost::asio::co_spawn(io_, api_.send(channel_, image_, to_, {file_}), [&](std::exception_ptr, SendOutcome outcome) {
      accepted += std::holds_alternative<SendAccepted>(outcome) ? 1 : 0;
    });
  }
  io_.restart();
  io_.poll();

  EXPECT_EQ(accepted, 10);
  EXPECT_EQ(std::count_if(http_.seen.begin(), http_.seen.end(), [](const auto& seen) { return seen.streamed; }), 1);
  EXPECT_EQ(rows_.forgotten, 1);
}

}  // namespace
}  // namespace wherry::cloud_api
