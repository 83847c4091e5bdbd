#include "upstream/cloud_api/cloud_api.h"

#include <gtest/gtest.h>

#include "tests/support/cloud_api_fixture.h"

namespace wherry::cloud_api {
namespace {

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

TEST_F(CloudApiTest, RemembersMetasUsageFiguresPerChannel) {
  http_.script.push_back([](const test::FakeHttpClient::Seen&) {
    auto made = test::FakeHttpClient::response(200, accepted_body);
    made->headers.add("X-App-Usage", R"({"call_count":28,"total_cputime":12,"total_time":9})");
    made->headers.add(
        "X-Business-Use-Case-Usage",
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
