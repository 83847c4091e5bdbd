#include "services/webhooks/own_header.h"

#include <gtest/gtest.h>

namespace wherry::webhooks {
namespace {

bool good(const std::string& name, const std::string& value) { return check_own_header(name, Secret(value)).has_value(); }

TEST(OwnHeader, IsANameAndAValueOrNeither) {
  EXPECT_TRUE(good("", ""));
  EXPECT_TRUE(good("Authorization", "Basic c2VjcmV0"));
  EXPECT_TRUE(good("X-Customer_Key", "a b"));
  EXPECT_FALSE(good("X-Key", ""));
  EXPECT_FALSE(good("", "value"));
}

TEST(OwnHeader, CannotBreakARequestOrStandForOurs) {
  for (const auto* name :
       {"X Key", "X:Key", "X\r\nKey", "X-K\xc3\xa9y", "content-length", "Host", "Webhook-Signature", "X-Hub-Signature-256"}) {
    EXPECT_FALSE(good(name, "value")) << name;
  }
  for (const auto* value : {"a\r\nb", "a\nb", " a", "a ", "\x7f", "\xc3\xa9"}) EXPECT_FALSE(good("X-Key", value)) << value;
  EXPECT_TRUE(good(std::string(64, 'x'), std::string(1024, 'y')));
  EXPECT_FALSE(good(std::string(65, 'x'), "y"));
  EXPECT_FALSE(good("x", std::string(1025, 'y')));
}

TEST(OwnHeader, GoesWithTheCall) {
  Subscription subscription;
  WebhookCall call;
  add_own_header(subscription, call);
  EXPECT_TRUE(call.headers.empty());
  subscription.header_name = "X-Key";
  subscription.header_value = Secret("value");
  add_own_header(subscription, call);
  EXPECT_EQ(call.headers, (std::vector<std::pair<std::string, std::string>>{{"X-Key", "value"}}));
}

TEST(OwnHeaders, SeveralComeLastAndReplaceTheFormats) {
  Subscription to;
  to.header_name = std::string(several_headers);
  to.header_value = Secret(R"({"X-Key":"7","content-type":"text/plain"})");
  EXPECT_TRUE(check_own_header(to.header_name, to.header_value));
  WebhookCall call;
  call.headers = {{"Content-Type", "application/json"}, {"X-Webhook-Timestamp", "1"}};

  add_own_header(to, call);

  const std::vector<std::pair<std::string, std::string>> expected{
      {"X-Webhook-Timestamp", "1"}, {"X-Key", "7"}, {"content-type", "text/plain"}};
  EXPECT_EQ(call.headers, expected);
}

TEST(OwnHeaders, SeveralMayNotTouchWhatHttpNeeds) {
  for (const auto* wrong : {R"({"Host":"x"})", R"({"X-Key":7})", R"({"X Key":"7"})", R"({"X-Key":""})", "[]", "x"}) {
    EXPECT_FALSE(check_own_header(std::string(several_headers), Secret(wrong))) << wrong;
  }
}

}  // namespace
}  // namespace wherry::webhooks
