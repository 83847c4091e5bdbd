#include "api/meta_webhook/routes.h"

#include <gtest/gtest.h>

#include "tests/support/meta_webhook_fixture.h"

namespace wherry::api::meta_webhook {
namespace {

TEST_F(MetaWebhookTest, TheRightVerifyTokenGetsTheChallengeBack) {
  for (const char* query : {"hub.mode=subscribe&hub.challenge=1158201444&hub.verify_token=verify-me",
                            "hub.verify_token=other-token&hub.challenge=1158201444&hub.mode=subscribe",
                            "hub_mode=subscribe&hub_challenge=1158201444&hub_verify_token=verify-me"}) {
    const auto response = get(query);
    EXPECT_EQ(response.status, 200) << query;
    EXPECT_EQ(text(response), "1158201444");
    EXPECT_TRUE(response.headers.find("Content-Type")->starts_with("text/plain"));
  }
}

TEST_F(MetaWebhookTest, AWrongVerifyTokenOrModeIsForbidden) {
  for (const char* query :
       {"hub.mode=subscribe&hub.challenge=1&hub.verify_token=wrong", "hub.mode=subscribe&hub.challenge=1",
        "hub.mode=subscribe&hub.challenge=1&hub.verify_token=", "hub.mode=unsubscribe&hub.challenge=1&hub.verify_token=verify-me",
        "hub.challenge=1&hub.verify_token=verify-me", "", "hub.mode=subscribe&hub.challenge=1&hub.verify_token=verify-me%00",
        "hub.mode=subscribe&hub.challenge=1&hub.verify_token=VERIFY-ME"}) {
    EXPECT_EQ(get(query).status, 403) << query;
  }
}

TEST_F(MetaWebhookTest, AChallengeThatCouldDoHarmIsNotEchoed) {
  for (const std::string& challenge : {std::string(), std::string("%3Cscript%3E"), std::string(257, '1'), std::string("a%0d%0ab")}) {
    EXPECT_EQ(get("hub.mode=subscribe&hub.verify_token=verify-me&hub.challenge=" + challenge).status, 400) << challenge;
  }
}

TEST_F(MetaWebhookTest, ASignedMessageIsStoredBeforeItIsAcknowledged) {
  const auto response = post_signed(body_for("111"));

  EXPECT_EQ(response.status, 200);
  EXPECT_EQ(text(response), "EVENT_RECEIVED");
  ASSERT_EQ(store_.messages.size(), 1u);
  EXPECT_EQ(store_.messages[0].channel, access_.channels[0].id);
}

TEST_F(MetaWebhookTest, AStoreOutageAsksMetaToSendAgain) {
  store_.outage = true;
  const auto response = post_signed(body_for("111"));
  EXPECT_EQ(response.status, 503);
  EXPECT_TRUE(response.headers.find("Retry-After"));

  store_.outage = false;
  EXPECT_EQ(post_signed(body_for("111")).status, 200);
  EXPECT_EQ(store_.messages.size(), 1u);
}

TEST_F(MetaWebhookTest, ABodyOverThreeMebibytesIsTooLarge) {
  const std::string large((3 << 20) + 1, ' ');
  EXPECT_EQ(post_signed(large).status, 413);
  EXPECT_EQ(taken_, 0u);
  EXPECT_EQ(post(large, {{"X-Hub-Signature-256", signed_with("secret-one", large)}}, true).status, 413);
  EXPECT_LE(taken_, (3u << 20) + 1000);
}

TEST_F(MetaWebhookTest, ABodyOfThreeMebibytesIsRead) {
  auto body = body_for("111");
  body += std::string((3 << 20) - body.size(), ' ');
  EXPECT_EQ(post_signed(body).status, 200);
  EXPECT_EQ(post(body, {{"X-Hub-Signature-256", signed_with("secret-one", body)}}, true).status, 200);
  EXPECT_EQ(store_.messages.size(), 1u);
}

TEST_F(MetaWebhookTest, BodiesInMemoryAreBounded) {
  MetaWebhookOptions tight{.max_bodies_at_once = 1000};
  http::Router router;
  auto counters = add_meta_webhook_routes(router, MetaWebhookServices{inbox_, channels_, clock_, tight});
  std::swap(router, router_);
  EXPECT_EQ(post_signed(std::string(1001, ' ')).status, 503);
  EXPECT_EQ(taken_, 0u);
  for (int i = 0; i < 10; ++i) EXPECT_EQ(post_signed(body_for("111")).status, 200) << "a share is given back";
  EXPECT_EQ(counters->refused, 1u);
}

TEST_F(MetaWebhookTest, ABodyThatStopsIsNotAccepted) {
  body_failure_ = Error{ErrorCode::timeout, "too slow"};
  EXPECT_EQ(post_signed(body_for("111")).status, 400);
  EXPECT_EQ(store_.calls, 0);
}

TEST_F(MetaWebhookTest, ASignedBodyThatIsNoWebhookIsKeptForItsTenant) {
  for (const std::string& body :
       {std::string("not json"), std::string("{\"entry\":"), std::string(100'000, '['), std::string("\xff\xfe\0", 3)}) {
    EXPECT_EQ(post_signed(body).status, 200);
  }
  EXPECT_EQ(store_.others.size(), 4u);
  for (const auto& other : store_.others) EXPECT_EQ(other.tenant, access_.channels[0].tenant);
  EXPECT_EQ(counters_->unreadable, 4u);
}

TEST_F(MetaWebhookTest, ABodyThatIsNoWebhookIsShownToNobodyWhenTwoTenantsShareTheApp) {
  access_.channels[1].app_secret = Secret("secret-one");
  reload();
  EXPECT_EQ(post_signed("not json").status, 200);
  EXPECT_TRUE(store_.others.empty());
}

TEST_F(MetaWebhookTest, ReplaysAreAbsorbed) {
  for (int i = 0; i < 5; ++i) EXPECT_EQ(post_signed(body_for("111")).status, 200);
  EXPECT_EQ(store_.messages.size(), 1u);
  EXPECT_EQ(inbox_.counters().duplicates, 4u);
}

TEST_F(MetaWebhookTest, ANumberThatIsNotOursIsAcknowledgedAndCounted) {
  EXPECT_EQ(post_signed(body_for("777")).status, 200);
  EXPECT_EQ(inbox_.counters().unknown_numbers, 1u);
}

}  // namespace
}  // namespace wherry::api::meta_webhook
