#include "api/magpipe/webhook_format.h"

#include <gtest/gtest.h>

#include "base/bytes.h"
#include "tests/support/test_channel.h"

namespace wherry::api::magpipe {
namespace {

class MagpipeWebhook : public ::testing::Test {
 protected:
  MagpipeWebhook() {
    subscription.url = "https://app.example/hook";
    subscription.secret = Secret("whsec_0123456789abcdef");
    item.event.kind = "message.received";
    item.event.channel = channel.id;
    item.event.at = from_unix_millis(1'770'110'127'412);
  }
  void receive(std::string type, std::string text) {
    InboundView message;
    message.wamid = "wamid.HBgMABC";
    message.type = std::move(type);
    message.text = std::move(text);
    message.at = from_unix_millis(1'770'110'127'000);
    message.from.wa_id = WaId{"447700900123"};
    message.from.profile_name = "Priya";
    item.inbound = std::move(message);
  }
  WebhookCall rendered() { return format.render(subscription, &channel, item, test::test_now).value(); }

  MagpipeWebhookFormat format;
  Subscription subscription;
  Channel channel = test::test_channel("104400000000001");
  JournalItem item;
};

TEST_F(MagpipeWebhook, ACustomersTextIsToldWithWhatWasSentAlong) {
  receive("text", "Thanks!");
  item.client_data = R"({"order":991})";

  const auto call = rendered();

  EXPECT_EQ(call.body, R"({"event":"whatsapp.received","from":"447700900123","content":"Thanks!","phone_number_id":"104400000000001",)"
                       R"("whatsapp_account_id":")" +
                           to_uuid(channel.id.raw) +
                           R"(","message_id":"wamid.HBgMABC","timestamp":"1770110127","contact_name":"Priya","metadata":{"order":991}})");
  EXPECT_EQ(call.url, subscription.url);
  EXPECT_EQ(call.timeout, seconds(10));
}

TEST_F(MagpipeWebhook, TheRawBodyIsSignedWithTheSecret) {
  receive("text", "Thanks!");

  const auto call = rendered();

  const auto expected = "sha256=" + to_hex(hmac_sha256("whsec_0123456789abcdef", call.body));
  EXPECT_EQ(call.headers.back(), (std::pair<std::string, std::string>("x-magpipe-signature", expected)));
  subscription.secret = Secret();
  EXPECT_EQ(rendered().headers.size(), 1U);
}

TEST_F(MagpipeWebhook, WhatHasNoTextIsNamedAndWhoHasNoNameIsNull) {
  receive("image", "");
  item.inbound->from.profile_name.reset();
  item.inbound->from.wa_id.reset();
  item.inbound->from.bsuid = "US.1349";

  const auto body = rendered().body;

  EXPECT_NE(body.find(R"("from":"US.1349","content":"[image]")"), std::string::npos) << body;
  EXPECT_NE(body.find(R"("contact_name":null})"), std::string::npos) << body;
  receive("image", "my cat");
  EXPECT_NE(rendered().body.find(R"("content":"my cat")"), std::string::npos);
}

TEST_F(MagpipeWebhook, AStatusIsToldUnderTheVendorsNames) {
  const std::pair<std::string, std::string> names[] = {
      {"sent", "sent"}, {"delivered", "delivered"}, {"read", "read"}, {"played", "read"}, {"failed", "undelivered"}};
  for (const auto& [theirs, told] : names) {
    item.event.kind = "message.status";
    item.event.body = R"({"wamid":"wamid.9","status":")" + theirs + R"(","recipient":"447700900123","raw":{}})";
    EXPECT_EQ(rendered().body,
              R"({"event":"message.status_changed","message_id":"wamid.9","status":")" + told +
                  R"(","to_number":"447700900123","from_number":"104400000000001","timestamp":"2026-02-03T09:15:27.412Z"})");
  }
}

TEST_F(MagpipeWebhook, OtherEventsAreNotForIt) {
  EXPECT_TRUE(format.tells("message.received"));
  EXPECT_TRUE(format.tells("message.status"));
  EXPECT_FALSE(format.tells("message.accepted"));
}

}  // namespace
}  // namespace wherry::api::magpipe
