#include <gtest/gtest.h>

#include "api/webhooks/graph_format.h"
#include "api/webhooks/standard_format.h"
#include "base/bytes.h"
#include "base/json.h"

namespace wherry::api::webhooks {
namespace {

const Timestamp now = from_unix_millis(1'614'265'330'250);

Subscription subscription(WebhookFormat format, std::string secret) {
  Subscription made;
  made.id = SubscriptionId::make(now);
  made.tenant = TenantId::make(now);
  made.format = format;
  made.url = "https://customer.example/hook";
  made.secret = Secret(std::move(secret));
  return made;
}

JournalItem received() {
  JournalItem item;
  item.event.sequence = 42;
  item.event.tenant = TenantId::make(now);
  item.event.kind = "message.received";
  item.event.channel = ChannelId::make(now);
  item.event.conversation = ConversationId::make(now);
  item.event.at = now;
  item.event.body = R"({"messageId":"msg_x"})";
  InboundView message;
  message.id = MessageId::make(now);
  message.wamid = "wamid.A";
  message.type = "text";
  message.text = "héllo \u0001";
  message.raw = R"({"from":"491500000001","id":"wamid.A","timestamp":"1614265330","type":"text","text":{"body":"h"},"new_field":[1]})";
  message.at = now;
  message.from.wa_id = WaId{"491500000001"};
  message.from.profile_name = "Anna";
  item.inbound = std::move(message);
  return item;
}

std::string header(const WebhookCall& call, std::string_view name) {
  for (const auto& [key, value] : call.headers) {
    if (key == name) return value;
  }
  return "absent";
}

TEST(StandardFormat, SignsLikeTheSpecificationsExample) {
  const auto one = subscription(WebhookFormat::standard, "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw");

  EXPECT_EQ(standard_signature(one, "msg_p5jXN8AQM9LWM0D4loKWxJek", 1614265330, R"({"test": 2432232314})"),
            "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=");
}

TEST(StandardFormat, BothSecretsSignDuringARotationAndEd25519OnTop) {
  auto one = subscription(WebhookFormat::standard, "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw");
  one.previous_secret = Secret("whsec_" + to_base64(Bytes(24, 7)));
  one.signing_seed = Secret(std::string(32, '\x01'));

  const auto signature = standard_signature(one, "evt_1", 1, "{}");

  EXPECT_EQ(std::count(signature.begin(), signature.end(), ' '), 2);
  EXPECT_EQ(signature.find("v1,"), 0u);
  EXPECT_NE(signature.find(" v1a,"), std::string::npos);
}

TEST(StandardFormat, TheIdStaysAndTheTimeIsTheTrys) {
  const auto one = subscription(WebhookFormat::standard, "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw");
  const auto item = received();
  const StandardFormat format;

  const auto first = *format.render(one, nullptr, item, now);
  const auto second = *format.render(one, nullptr, item, now + seconds(60));

  EXPECT_EQ(header(first, "webhook-id"), header(second, "webhook-id"));
  EXPECT_EQ(header(first, "webhook-id").find('.'), std::string::npos);
  EXPECT_EQ(header(first, "webhook-timestamp"), "1614265330");
  EXPECT_EQ(header(second, "webhook-timestamp"), "1614265390");
  EXPECT_NE(header(first, "webhook-signature"), header(second, "webhook-signature"));
  const auto body = json::parse(first.body)->as_object();
  EXPECT_EQ(body.at("type").as_string(), "message.received");
  EXPECT_EQ(body.at("data").at("message").at("text").as_string(), "héllo \u0001");
  EXPECT_EQ(body.at("data").at("message").at("raw").at("new_field").at(0).to_number<int>(), 1) << "unknown fields are passed on";
  EXPECT_EQ(body.at("data").at("message").at("from").at("phone").as_string(), "+491500000001");
}

TEST(GraphFormat, IsMetasOwnBodyWithTheTenantsSignature) {
  const auto one = subscription(WebhookFormat::graph, "tenant-secret-16-chars");
  Channel channel;
  channel.phone_number_id = "106540352242922";
  channel.waba_id = "102290129340398";
  channel.display_number = "15550107788";
  const GraphFormat format;

  const auto call = *format.render(one, &channel, received(), now);

  EXPECT_EQ(header(call, "X-Hub-Signature-256"), "sha256=" + to_hex(hmac_sha256("tenant-secret-16-chars", call.body)));
  const auto body = *json::parse(call.body);
  EXPECT_EQ(body.at("object").as_string(), "whatsapp_business_account");
  EXPECT_EQ(body.at("entry").at(0).at("id").as_string(), "102290129340398");
  const auto& change = body.at("entry").at(0).at("changes").at(0);
  EXPECT_EQ(change.at("field").as_string(), "messages");
  EXPECT_EQ(change.at("value").at("metadata").at("phone_number_id").as_string(), "106540352242922");
  EXPECT_EQ(change.at("value").at("contacts").at(0).at("profile").at("name").as_string(), "Anna");
  EXPECT_EQ(change.at("value").at("messages").at(0).at("new_field").at(0).to_number<int>(), 1);
}

TEST(GraphFormat, TellsStatusesAndOtherChangesRaw) {
  const auto one = subscription(WebhookFormat::graph, "tenant-secret-16-chars");
  const GraphFormat format;
  auto item = received();
  item.inbound.reset();
  item.event.kind = "message.status";
  item.event.body = R"({"raw":"{\"id\":\"wamid.B\",\"status\":\"read\"}","status":"read"})";
  const auto status = *json::parse(format.render(one, nullptr, item, now)->body);
  EXPECT_EQ(status.at("entry").at(0).at("changes").at(0).at("value").at("statuses").at(0).at("status").as_string(), "read");

  item.event.kind = "channel.event";
  item.event.body = R"({"field":"account_update","raw":"{\"event\":\"DISABLED_UPDATE\"}"})";
  const auto other = *json::parse(format.render(one, nullptr, item, now)->body);
  EXPECT_EQ(other.at("entry").at(0).at("changes").at(0).at("field").as_string(), "account_update");
  EXPECT_EQ(other.at("entry").at(0).at("changes").at(0).at("value").at("event").as_string(), "DISABLED_UPDATE");

  item.event.body = "{}";
  EXPECT_FALSE(format.render(one, nullptr, item, now));
}

}  // namespace
}  // namespace wherry::api::webhooks
