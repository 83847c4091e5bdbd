#include "upstream/cloud_api/account_calls.h"

#include <gtest/gtest.h>

#include "tests/support/fake_http_client.h"
#include "tests/support/run.h"
#include "tests/support/test_channel.h"

namespace wherry::cloud_api {
namespace {

class AccountCallsTest : public ::testing::Test {
 protected:
  Result<NumberProfile> read() { return test::run(calls_.read_number(channel_)); }
  test::FakeHttpClient http_;
  AccountCalls calls_{http_};
  std::shared_ptr<const Channel> channel_ = std::make_shared<const Channel>(test::test_channel());
};

TEST_F(AccountCallsTest, ANumberIsReadWithItsToken) {
  http_.answer(200, R"({"id":"106540352242922","display_phone_number":"+1 555-010-7788","verified_name":"Shop"})");

  const auto profile = read().value();

  EXPECT_EQ(profile.display_number, "15550107788");
  EXPECT_EQ(profile.verified_name, "Shop");
  EXPECT_EQ(http_.seen[0].url, "https://graph.facebook.com/v23.0/106540352242922?fields=id,display_phone_number,verified_name");
  EXPECT_EQ(http_.seen[0].header("Authorization"), "Bearer EAAtoken");
}

TEST_F(AccountCallsTest, ACodeIsExchangedForAToken) {
  http_.answer(200, R"({"access_token":"EAAfresh","token_type":"bearer"})");

  const auto token = test::run(calls_.exchange_code(channel_, {"4711", Secret("app-secret")}, "AQB")).value();

  EXPECT_EQ(token.reveal(), "EAAfresh");
  EXPECT_EQ(http_.seen[0].url, "https://graph.facebook.com/v23.0/oauth/access_token");
  EXPECT_EQ(http_.seen[0].header("Authorization"), "");
  EXPECT_EQ(http_.seen[0].body, R"({"client_id":"4711","client_secret":"app-secret","grant_type":"authorization_code","code":"AQB"})");
}

TEST_F(AccountCallsTest, ACodeThatIsWorthNothingIsRefusedInWhatsAppsWords) {
  http_.answer(400, R"({"error":{"message":"This authorization code has been used.","type":"OAuthException","code":100}})");
  http_.answer(200, R"({"token_type":"bearer"})");
  const auto exchange = [&] { return test::run(calls_.exchange_code(channel_, {"4711", Secret("app-secret")}, "AQB")).error(); };

  const auto refused = exchange();

  EXPECT_EQ(refused.code, ErrorCode::rejected);
  EXPECT_EQ(refused.message, "This authorization code has been used.");
  EXPECT_EQ(exchange().code, ErrorCode::upstream_unavailable);
}

TEST_F(AccountCallsTest, ARefusalIsToldInWhatsAppsWords) {
  http_.answer(401, R"({"error":{"message":"Invalid OAuth access token","code":190}})");

  const auto refused = read().error();

  EXPECT_EQ(refused.code, ErrorCode::rejected);
  EXPECT_EQ(refused.message, "Invalid OAuth access token");
  EXPECT_EQ(refused.peer_answer->status, 401);
}

TEST_F(AccountCallsTest, WhatIsNoNumberOfOursIsRefused) {
  http_.answer(200, R"({"id":"7","display_phone_number":"+1 555-010-7788"})");
  EXPECT_EQ(read().error().code, ErrorCode::rejected);
  http_.answer(200, R"({"id":"106540352242922"})");
  EXPECT_EQ(read().error().code, ErrorCode::rejected);
  http_.answer(200, "<html>");
  EXPECT_EQ(read().error().code, ErrorCode::upstream_unavailable);
  http_.fail(ErrorCode::timeout);
  EXPECT_EQ(read().error().code, ErrorCode::upstream_unavailable);
}

TEST_F(AccountCallsTest, TheAccountsEventsAreSubscribedTo) {
  http_.answer(200, R"({"success":true})");
  EXPECT_TRUE(test::run(calls_.subscribe(channel_)));
  EXPECT_EQ(http_.seen[0].method, http::Method::post);
  EXPECT_EQ(http_.seen[0].url, "https://graph.facebook.com/v23.0/102290129340398/subscribed_apps");

  http_.answer(403, R"({"error":{"message":"(#200) Missing permissions","code":200}})");
  EXPECT_EQ(test::run(calls_.subscribe(channel_)).error().code, ErrorCode::rejected);
}

}  // namespace
}  // namespace wherry::cloud_api
