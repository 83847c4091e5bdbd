#include "upstream/cloud_api/channel_check.h"

#include <gtest/gtest.h>

#include "tests/support/fake_http_client.h"
#include "tests/support/run.h"
#include "tests/support/test_channel.h"

namespace wherry::cloud_api {
namespace {

using enum ChannelFinding::Severity;

const std::string healthy =
    R"("id":"106540352242922","display_phone_number":"+1 555-010-7788","verified_name":"Shop","quality_rating":"GREEN","status":"CONNECTED",)"
    R"("throughput":{"level":"STANDARD"},"code_verification_status":"VERIFIED","platform_type":"CLOUD_API")";

std::vector<ChannelFinding> judged(std::string fields, const Channel& channel = test::test_channel()) {
  return judge_number(channel, json::parse("{" + fields + "}")->get_object());
}

std::string with(std::string text, std::string_view from, std::string_view to) { return text.replace(text.find(from), from.size(), to); }

ChannelFinding judged_error(int code, int subcode = 0, int http = 400) {
  UpstreamError error;
  error.code = code;
  error.subcode = subcode;
  error.http_status = http;
  error.title = "said";
  return judge_error(error);
}

TEST(ChannelCheck, AHealthyNumberCanSend) {
  const auto findings = judged(healthy);
  ASSERT_EQ(findings.size(), 1u);
  EXPECT_EQ(findings[0].severity, ok);
  EXPECT_EQ(findings[0].what, "the number +1 555-010-7788 (Shop) can send");
}

TEST(ChannelCheck, EachFaultIsFoundAndComesWithAFix) {
  struct Case {
    std::string fields;
    ChannelFinding::Severity severity;
    std::string_view word;
  };
  const Case cases[] = {
      {with(healthy, "106540352242922", "99"), problem, "another id"},
      {with(healthy, "555-010-7788", "555-010-7789"), warning, "15550107789"},
      {with(healthy, "CONNECTED", "PENDING"), problem, "PENDING"},
      {with(healthy, "CONNECTED", "FLAGGED"), warning, "FLAGGED"},
      {with(healthy, "CONNECTED", "BANNED"), problem, "BANNED"},
      {with(healthy, "CLOUD_API", "ON_PREMISE"), problem, "ON_PREMISE"},
      {with(healthy, "\"VERIFIED\"", "\"EXPIRED\""), warning, "EXPIRED"},
      {with(healthy, "GREEN", "RED"), warning, "RED"},
      {with(healthy, "STANDARD", "HIGH"), warning, "1000"},
  };
  for (const auto& wanted : cases) {
    const auto findings = judged(wanted.fields);
    ASSERT_EQ(findings.size(), 1u) << wanted.word;
    EXPECT_EQ(findings[0].severity, wanted.severity) << wanted.word;
    EXPECT_NE(findings[0].what.find(wanted.word), std::string::npos) << findings[0].what;
    EXPECT_FALSE(findings[0].fix.empty()) << wanted.word;
  }
}

TEST(ChannelCheck, AChannelThatMaySendTooFastIsWarned) {
  auto channel = test::test_channel();
  channel.messages_per_second = 0;
  EXPECT_EQ(judged(healthy, channel)[0].severity, warning);
  channel.messages_per_second = 1000;
  EXPECT_EQ(judged(healthy, channel)[0].severity, warning);
  channel.messages_per_second = 20;
  EXPECT_EQ(judged(healthy, channel)[0].severity, ok);
}

TEST(ChannelCheck, MissingFieldsAreNoFault) {
  EXPECT_EQ(judged(R"("id":"106540352242922")")[0].severity, ok);
  EXPECT_EQ(judged(R"("id":"106540352242922","throughput":7,"status":null,"display_phone_number":[])")[0].severity, ok);
}

TEST(ChannelCheck, ABrazilianNumberWithoutItsNinthDigitIsTheSameNumber) {
  auto channel = test::test_channel();
  channel.display_number = "5511987654321";
  EXPECT_EQ(judged(R"("id":"106540352242922","display_phone_number":"+55 11 8765-4321")", channel)[0].severity, ok);
}

TEST(ChannelCheck, EachRefusalSaysWhatToDo) {
  EXPECT_NE(judged_error(190, 463, 401).what.find("expired"), std::string::npos);
  EXPECT_NE(judged_error(190, 0, 401).fix.find("access_token"), std::string::npos);
  EXPECT_NE(judged_error(100, 33).what.find("phone_number_id"), std::string::npos);
  EXPECT_NE(judged_error(10, 0, 403).fix.find("whatsapp_business_messaging"), std::string::npos);
  EXPECT_NE(judged_error(200, 0, 403).fix.find("whatsapp_business_messaging"), std::string::npos);
  EXPECT_EQ(judged_error(368, 0, 403).severity, problem);
  EXPECT_EQ(judged_error(4).severity, warning);
  EXPECT_EQ(judged_error(2, 0, 503).severity, warning);
  EXPECT_EQ(judged_error(2500).severity, problem);
  for (const int code : {190, 100, 10, 368, 4, 2, 2500, 0}) EXPECT_FALSE(judged_error(code).fix.empty()) << code;
}

class ChannelCheckCalls : public testing::Test {
 protected:
  std::vector<ChannelFinding> check() {
    return test::run(check_channel(http_, Timeouts(), std::make_shared<const Channel>(test::test_channel())));
  }
  test::FakeHttpClient http_;
};

TEST_F(ChannelCheckCalls, AskForTheNumberAndTheSubscription) {
  http_.answer(200, "{" + healthy + "}");
  http_.answer(200, R"({"data":[{"whatsapp_business_api_data":{"id":"1","name":"app"}}]})");

  const auto findings = check();

  ASSERT_EQ(findings.size(), 2u);
  EXPECT_EQ(findings[0].severity, ok);
  EXPECT_EQ(findings[1].severity, ok);
  EXPECT_TRUE(http_.seen[0].url.starts_with("https://graph.facebook.com/v23.0/106540352242922?fields=id,display_phone_number,"));
  EXPECT_EQ(http_.seen[1].url, "https://graph.facebook.com/v23.0/102290129340398/subscribed_apps");
}

TEST_F(ChannelCheckCalls, AnAccountWithoutASubscribedAppReceivesNothing) {
  http_.answer(200, "{" + healthy + "}");
  http_.answer(200, R"({"data":[]})");
  EXPECT_EQ(check()[1].severity, problem);
}

TEST_F(ChannelCheckCalls, ASubscriptionThatCannotBeReadIsOnlyAWarning) {
  http_.answer(200, "{" + healthy + "}");
  http_.answer(403, R"({"error":{"message":"(#200) Permissions error","type":"OAuthException","code":200,"fbtrace_id":"T"}})");
  EXPECT_EQ(check()[1].severity, warning);
}

TEST_F(ChannelCheckCalls, AnUnreachableOrRefusingGraphEndsTheCheck) {
  http_.fail(ErrorCode::upstream_unavailable);
  EXPECT_EQ(check().size(), 1u);
  http_.answer(401, R"({"error":{"message":"x","type":"OAuthException","code":190,"fbtrace_id":"T"}})");
  const auto findings = check();
  ASSERT_EQ(findings.size(), 1u);
  EXPECT_EQ(findings[0].severity, problem);
  EXPECT_EQ(http_.seen.size(), 2u);
}

}  // namespace
}  // namespace wherry::cloud_api
