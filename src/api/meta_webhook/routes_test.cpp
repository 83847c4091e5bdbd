#include "api/meta_webhook/routes.h"

#include <gtest/gtest.h>

#include "api/meta_webhook/signature.h"
#include "base/bytes.h"
#include "base/crypto.h"
#include "tests/support/memory_inbound_store.h"
#include "tests/support/memory_message_store.h"
#include "tests/support/run.h"
#include "tests/support/test_channel.h"

namespace wherry::api::meta_webhook {
namespace {

using test::test_now;

/// A body in pieces of 1000 bytes that notes how much of it was taken.
class PiecewiseBody final : public http::BodyReader {
 public:
  PiecewiseBody(std::string text, bool chunked) : text_(std::move(text)), chunked_(chunked) {}
  std::optional<Error> failure;
  std::uint64_t taken = 0;

  Task<Result<std::string_view>> read() override {
    if (failure) co_return *failure;
    const auto piece = std::string_view(text_).substr(taken, 1000);
    taken += piece.size();
    co_return piece;
  }
  std::optional<std::uint64_t> content_length() const override { return chunked_ ? std::nullopt : std::optional<std::uint64_t>(text_.size()); }

 private:
  std::string text_;
  bool chunked_;
};

std::string signed_with(std::string_view secret, std::string_view body) { return "sha256=" + to_hex(hmac_sha256(secret, body)); }

std::string body_for(std::string number, std::string wamid = "wamid.A", std::string waba = "102290129340398") {
  return R"({"object":"whatsapp_business_account","entry":[{"id":")" + waba + R"(","changes":[{"field":"messages","value":{"metadata":{"phone_number_id":")" + number +
         R"("},"messages":[{"from":"15550100042","id":")" + wamid + R"(","timestamp":"1795000000","type":"text","text":{"body":"\u00fc\/"}}]}}]}]})";
}

class MetaWebhookTest : public testing::Test {
 protected:
  MetaWebhookTest() {
    access_.channels.push_back(test::test_channel("111", "secret-one"));
    access_.channels.push_back(test::test_channel("222", "secret-two"));
    access_.channels[1].waba_id = "9000";
    access_.channels[1].verify_token = Secret("other-token");
    reload();
    counters_ = add_meta_webhook_routes(router_, MetaWebhookServices{inbox_, channels_, clock_, options_});
  }

  void reload() {
    const auto loaded = test::run(io_, channels_.load());
    ASSERT_TRUE(loaded);
  }
  http::Response get(std::string query) {
    PiecewiseBody none("", false);
    http::Request request;
    request.path = request.target = "/webhooks/meta";
    request.query = std::move(query);
    request.body = &none;
    return test::run(io_, router_.handle(request));
  }
  http::Response post(std::string body, std::vector<std::pair<std::string, std::string>> headers, bool chunked = false) {
    PiecewiseBody reader(std::move(body), chunked);
    reader.failure = body_failure_;
    http::Request request;
    request.method = http::Method::post;
    request.path = request.target = "/webhooks/meta";
    request.body = &reader;
    for (const auto& [name, value] : headers) request.headers.add(name, value);
    auto response = test::run(io_, router_.handle(request));
    taken_ = reader.taken;
    return response;
  }
  http::Response post_signed(std::string body, std::string_view secret = "secret-one") {
    auto signature = signed_with(secret, body);
    return post(std::move(body), {{"X-Hub-Signature-256", std::move(signature)}});
  }
  static std::string text(const http::Response& response) { return std::get<std::string>(response.body); }

  boost::asio::io_context io_{1};
  VirtualClock clock_{test_now};
  test::MemoryAccessStore access_;
  test::MemoryMessageStore messages_;
  test::MemoryInboundStore store_;
  Channels channels_{access_, access_, clock_, "https://graph.facebook.com", "v23.0"};
  Conversations conversations_{messages_};
  Inbox inbox_{store_, channels_, conversations_, clock_};
  http::Router router_;
  MetaWebhookOptions options_{.max_bodies_at_once = 4 << 20};
  std::shared_ptr<const MetaWebhookCounters> counters_;
  std::optional<Error> body_failure_;
  std::uint64_t taken_ = 0;
};

TEST_F(MetaWebhookTest, TheRightVerifyTokenGetsTheChallengeBack) {
  for (const char* query : {"hub.mode=subscribe&hub.challenge=1158201444&hub.verify_token=verify-me", "hub.verify_token=other-token&hub.challenge=1158201444&hub.mode=subscribe",
                            "hub_mode=subscribe&hub_challenge=1158201444&hub_verify_token=verify-me"}) {
    const auto response = get(query);
    EXPECT_EQ(response.status, 200) << query;
    EXPECT_EQ(text(response), "1158201444");
    EXPECT_TRUE(response.headers.find("Content-Type")->starts_with("text/plain"));
  }
}

TEST_F(MetaWebhookTest, AWrongVerifyTokenOrModeIsForbidden) {
  for (const char* query : {"hub.mode=subscribe&hub.challenge=1&hub.verify_token=wrong", "hub.mode=subscribe&hub.challenge=1", "hub.mode=subscribe&hub.challenge=1&hub.verify_token=",
                            "hub.mode=unsubscribe&hub.challenge=1&hub.verify_token=verify-me", "hub.challenge=1&hub.verify_token=verify-me", "",
                            "hub.mode=subscribe&hub.challenge=1&hub.verify_token=verify-me%00", "hub.mode=subscribe&hub.challenge=1&hub.verify_token=VERIFY-ME"}) {
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

TEST_F(MetaWebhookTest, TheDocumentedSignatureVectorIsAccepted) {
  access_.channels.push_back(test::test_channel("333", "test_app_secret"));
  reload();
  const auto response = post(R"({"object":"whatsapp_business_account","entry":[]})",
                             {{"X-Hub-Signature-256", "sha256=dec6a680679a968e7e0319355b23599cbfc54502c0784668e9618baa0c633756"}});
  EXPECT_EQ(response.status, 200);
}

TEST_F(MetaWebhookTest, ABadSignatureIsRefusedWhateverItsFault) {
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

TEST_F(MetaWebhookTest, WithoutAnySecretNothingIsAccepted) {
  access_.channels.clear();
  Channels none(access_, access_, clock_, "https://graph.facebook.com", "v23.0");
  http::Router router;
  add_meta_webhook_routes(router, MetaWebhookServices{inbox_, none, clock_});
  std::swap(router, router_);
  EXPECT_EQ(post_signed(body_for("111"), "").status, 401);
  EXPECT_EQ(get("hub.mode=subscribe&hub.challenge=1&hub.verify_token=").status, 403);
  std::swap(router, router_);
}

TEST_F(MetaWebhookTest, ABodyWithABadHeaderIsNotEvenRead) {
  post(std::string(100'000, 'x'), {{"X-Hub-Signature-256", "sha256=zz"}});
  EXPECT_EQ(taken_, 0u);
}

TEST_F(MetaWebhookTest, ATenantsSecretSaysNothingAboutAnothersNumber) {
  EXPECT_EQ(post_signed(body_for("222"), "secret-one").status, 200);
  EXPECT_TRUE(store_.messages.empty());
  EXPECT_EQ(counters_->foreign_events, 1u);

  EXPECT_EQ(post_signed(body_for("222"), "secret-two").status, 200);
  EXPECT_EQ(store_.messages.size(), 1u);
}

TEST_F(MetaWebhookTest, ATenantsSecretSaysNothingAboutAnothersAccount) {
  const std::string body = R"({"entry":[{"id":"9000","changes":[{"field":"account_update","value":{"event":"X"}}]}]})";
  EXPECT_EQ(post_signed(body, "secret-one").status, 200);
  EXPECT_TRUE(store_.others.empty());
  EXPECT_EQ(post_signed(body, "secret-two").status, 200);
  ASSERT_EQ(store_.others.size(), 1u);
  EXPECT_EQ(store_.others[0].tenant, access_.channels[1].tenant);
}

TEST_F(MetaWebhookTest, AnAccountClaimedByTwoTenantsGoesToTheOneWhoseSecretSigned) {
  access_.channels[1].waba_id = access_.channels[0].waba_id;
  reload();
  const std::string body = R"({"entry":[{"id":"102290129340398","changes":[{"field":"account_update","value":{"event":"X"}}]}]})";
  for (int i = 0; i < 2; ++i) {
    ASSERT_EQ(post_signed(body, i == 0 ? "secret-one" : "secret-two").status, 200);
    ASSERT_EQ(store_.others.size(), static_cast<std::size_t>(i + 1));
    EXPECT_EQ(store_.others.back().tenant, access_.channels[static_cast<std::size_t>(i)].tenant);
  }
}

TEST_F(MetaWebhookTest, ThePreviousSecretIsGoodDuringARotationAndAnOldOneIsNot) {
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

TEST_F(MetaWebhookTest, AChannelAddedAMomentAgoIsHeardAtOnce) {
  ASSERT_EQ(post_signed(body_for("111")).status, 200);
  auto late = test::test_channel("333", "secret-three");
  late.verify_token = Secret("third-token");
  access_.channels.push_back(late);
  reload();

  EXPECT_EQ(post_signed(body_for("333", "wamid.B"), "secret-three").status, 200);
  EXPECT_EQ(get("hub.mode=subscribe&hub.challenge=1&hub.verify_token=third-token").status, 200);
  EXPECT_EQ(store_.messages.size(), 2u);
}

TEST_F(MetaWebhookTest, AFloodOfForgeriesDoesNotKeepTheRightSecretOut) {
  for (int i = 0; i < 200; ++i) EXPECT_EQ(post_signed(body_for("111"), "forged").status, 401);
  EXPECT_EQ(post_signed(body_for("111")).status, 200);
  clock_.advance(seconds(5));
  auto late = test::test_channel("333", "secret-three");
  access_.channels.push_back(late);
  reload();
  EXPECT_EQ(post_signed(body_for("333"), "secret-three").status, 200);
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
  for (const std::string& body : {std::string("not json"), std::string("{\"entry\":"), std::string(100'000, '['), std::string("\xff\xfe\0", 3)}) {
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
