#include "api/meta_webhook/signature.h"

#include <gtest/gtest.h>

#include "tests/support/meta_webhook_fixture.h"

namespace wherry::api::meta_webhook {
namespace {

class SignatureTest : public MetaWebhookTest {};

TEST_F(SignatureTest, TheDocumentedSignatureVectorIsAccepted) {
  access_.channels.push_back(test::test_channel("333", "test_app_secret"));
  reload();
  const auto response = post(R"({"object":"whatsapp_business_account","entry":[]})",
                             {{"X-Hub-Signature-256", "sha256=dec6a680679a968e7e0319355b23599cbfc54502c0784668e9618baa0c633756"}});
  EXPECT_EQ(response.status, 200);
}

TEST_F(SignatureTest, ABadSignatureIsRefusedWhateverItsFault) {
  const auto body = body_for("111");
  const auto good = signed_with("secret-one", body);
  auto upper = good;
  for (auto& c : upper) c = c >= 'a' && c <= 'f' ? static_cast<char>(c - 32) : c;
  auto flipped = good;
  flipped.back() = flipped.back() == '0' ? '1' : '0';
  auto unescaped = body;
  unescaped.replace(unescaped.find(R"(\/)"), 2, "/");
  using Headers = std::vector<std::pair<std::string, std::string>>;
  const Headers cases[] = {
      {},
      {{"X-Hub-Signature-256", ""}},
      {{"X-Hub-Signature-256", "sha256="}},
      {{"X-Hub-Signature-256", good.substr(7)}},
      {{"X-Hub-Signature-256", "SHA256=" + good.substr(7)}},
      {{"X-Hub-Signature-256", "sha1=" + good.substr(7)}},
      {{"X-Hub-Signature-256", upper}},
      {{"X-Hub-Signature-256", flipped}},
      {{"X-Hub-Signature-256", good + "0"}},
      {{"X-Hub-Signature-256", good.substr(0, good.size() - 1)}},
      {{"X-Hub-Signature-256", good + " "}},
      {{"X-Hub-Signature-256", good}, {"X-Hub-Signature-256", good}},
      {{"X-Hub-Signature-256", good}, {"x-hub-signature-256", flipped}},
      {{"X-Hub-Signature-256", signed_with("", body)}},
      {{"X-Hub-Signature-256", signed_with("wrong", body)}},
      {{"X-Hub-Signature-256", signed_with("secret-one", unescaped)}},
      {{"X-Hub-Signature-256", signed_with("secret-one", body + "\n")}},
      {{"X-Hub-Signature", "sha1=" + to_hex(hmac_sha1("secret-one", body))}},
      {{"X-Hub-Signature-256", "sha256=" + to_hex(sha256("secret-one" + body))}},
  };
  for (const auto& headers : cases) {
    const auto response = post(body, headers);
    EXPECT_EQ(response.status, 401) << (headers.empty() ? "none" : headers[0].second);
    EXPECT_TRUE(response.close);
  }
  EXPECT_EQ(store_.calls, 0);
  EXPECT_EQ(counters_->bad_signatures, std::size(cases));
}

TEST_F(SignatureTest, WithoutAnySecretNothingIsAccepted) {
  access_.channels.clear();
  Channels none(access_, access_, clock_, "https://graph.facebook.com", "v23.0");
  http::Router router;
  add_meta_webhook_routes(router, MetaWebhookServices{inbox_, none, clock_});
  std::swap(router, router_);
  EXPECT_EQ(post_signed(body_for("111"), "").status, 401);
  EXPECT_EQ(get("hub.mode=subscribe&hub.challenge=1&hub.verify_token=").status, 403);
  std::swap(router, router_);
}

TEST_F(SignatureTest, ABodyWithABadHeaderIsNotEvenRead) {
  post(std::string(100'000, 'x'), {{"X-Hub-Signature-256", "sha256=zz"}});
  EXPECT_EQ(taken_, 0u);
}

TEST_F(SignatureTest, ATenantsSecretSaysNothingAboutAnothersNumber) {
  EXPECT_EQ(post_signed(body_for("222"), "secret-one").status, 200);
  EXPECT_TRUE(store_.messages.empty());
  EXPECT_EQ(counters_->foreign_events, 1u);

  EXPECT_EQ(post_signed(body_for("222"), "secret-two").status, 200);
  EXPECT_EQ(store_.messages.size(), 1u);
}

TEST_F(SignatureTest, ATenantsSecretSaysNothingAboutAnothersAccount) {
  const std::string body = R"({"entry":[{"id":"9000","changes":[{"field":"account_update","value":{"event":"X"}}]}]})";
  EXPECT_EQ(post_signed(body, "secret-one").status, 200);
  EXPECT_TRUE(store_.others.empty());
  EXPECT_EQ(post_signed(body, "secret-two").status, 200);
  ASSERT_EQ(store_.others.size(), 1u);
  EXPECT_EQ(store_.others[0].tenant, access_.channels[1].tenant);
}

TEST_F(SignatureTest, AnAccountClaimedByTwoTenantsGoesToTheOneWhoseSecretSigned) {
  access_.channels[1].waba_id = access_.channels[0].waba_id;
  reload();
  const std::string body = R"({"entry":[{"id":"102290129340398","changes":[{"field":"account_update","value":{"event":"X"}}]}]})";
  for (int i = 0; i < 2; ++i) {
    ASSERT_EQ(post_signed(body, i == 0 ? "secret-one" : "secret-two").status, 200);
    ASSERT_EQ(store_.others.size(), static_cast<std::size_t>(i + 1));
    EXPECT_EQ(store_.others.back().tenant, access_.channels[static_cast<std::size_t>(i)].tenant);
  }
}

TEST_F(SignatureTest, ThePreviousSecretIsGoodDuringARotationAndAnOldOneIsNot) {
  ChannelChange first, second;
  first.app_secret = Secret("secret-new");
  second.app_secret = Secret("secret-newer");
  (void)test::run(io_, channels_.change(access_.channels[0].id, first));
  EXPECT_EQ(post_signed(body_for("111", "wamid.1"), "secret-one").status, 200);
  EXPECT_EQ(post_signed(body_for("111", "wamid.2"), "secret-new").status, 200);
  EXPECT_EQ(store_.messages.size(), 2u);

  (void)test::run(io_, channels_.change(access_.channels[0].id, second));
  post_signed(body_for("111", "wamid.3"), "secret-one");
  EXPECT_EQ(post_signed(body_for("111", "wamid.4"), "secret-newer").status, 200);
  EXPECT_EQ(store_.messages.size(), 3u);
}

TEST_F(SignatureTest, AChannelAddedAMomentAgoIsHeardAtOnce) {
  ASSERT_EQ(post_signed(body_for("111")).status, 200);
  auto late = test::test_channel("333", "secret-three");
  late.verify_token = Secret("third-token");
  access_.channels.push_back(late);
  reload();

  EXPECT_EQ(post_signed(body_for("333", "wamid.B"), "secret-three").status, 200);
  EXPECT_EQ(get("hub.mode=subscribe&hub.challenge=1&hub.verify_token=third-token").status, 200);
  EXPECT_EQ(store_.messages.size(), 2u);
}

TEST_F(SignatureTest, AFloodOfForgeriesDoesNotKeepTheRightSecretOut) {
  for (int i = 0; i < 200; ++i) EXPECT_EQ(post_signed(body_for("111"), "forged").status, 401);
  EXPECT_EQ(post_signed(body_for("111")).status, 200);
  clock_.advance(seconds(5));
  auto late = test::test_channel("333", "secret-three");
  access_.channels.push_back(late);
  reload();
  EXPECT_EQ(post_signed(body_for("333"), "secret-three").status, 200);
}

TEST(SignatureIn, TakesExactlyOneWellFormedHeader) {
  http::Headers headers;
  EXPECT_FALSE(signature_in(headers));
  headers.add("x-hub-signature-256", "sha256=" + std::string(64, 'a'));
  EXPECT_EQ(signature_in(headers), std::string(64, 'a'));
  headers.add("X-Hub-Signature-256", "sha256=" + std::string(64, 'a'));
  EXPECT_FALSE(signature_in(headers));
}

}  // namespace
}  // namespace wherry::api::meta_webhook
