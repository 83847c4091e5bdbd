#include "api/sessions/envelope.h"

#include <gtest/gtest.h>

#include "api/sessions/webhook_format.h"
#include "base/bytes.h"
#include "base/hmac_sha512.h"

namespace wherry::api::sessions {
namespace {

const Timestamp now = from_unix_millis(1'795'000'000'000);

JournalItem item(std::string kind, std::string body) {
  JournalItem made;
  made.event.sequence = 7;
  made.event.tenant = TenantId::make(now);
  made.event.kind = std::move(kind);
  made.event.channel = ChannelId::make(now);
  made.event.at = made.event.recorded_at = now;
  made.event.body = std::move(body);
  return made;
}

std::string payload(const JournalItem& what) {
  const auto made = payload_of(what);
  return made ? json::serialize(*made) : "nothing";
}

TEST(SessionsEnvelope, NamesEventSessionAndOrganisation) {
  const auto told = item("auth.qr", R"({"sessionId":"x","code":"2@abc","expiresAt":5})");
  const auto out = envelope(told).value();

  EXPECT_EQ(out.at("schema"), "v1");
  EXPECT_EQ(out.at("event"), "auth.qr");
  EXPECT_EQ(out.at("session").as_string(), told.event.channel->text());
  EXPECT_EQ(out.at("organization").as_string(), told.event.tenant.text());
  EXPECT_EQ(out.at("timestamp").as_int64(), 1'795'000'000'000);
  EXPECT_EQ(json::serialize(out.at("payload")), R"({"code":"2@abc","expiresAt":5})");
}

TEST(SessionsEnvelope, AnIdTellsItsPlaceAndIsTheSameEachTime) {
  auto told = item("auth.qr", "{}");
  told.event.sequence = 123'456'789'012;
  const auto id = event_id(told.event);

  EXPECT_EQ(id.size(), 30u);
  EXPECT_EQ(id, event_id(told.event));
  EXPECT_EQ(sequence_of(id), 123'456'789'012u);
  EXPECT_FALSE(sequence_of("evt_x"));
  EXPECT_FALSE(sequence_of("7"));
}

TEST(SessionsEnvelope, WhatIsNoEventOfTheDoorIsNotTold) {
  EXPECT_FALSE(envelope(item("message.accepted", "{}")));
  EXPECT_FALSE(envelope(item("poll.vote", R"({"pollMessageId":"x","options":[],"unreadable":true})")));
}

TEST(SessionsEnvelope, AReceivedMessageNamesChatSenderAndQuote) {
  auto told = item("message.received", "{}");
  InboundView view;
  view.wamid = "3EB0FF01";
  view.type = "text";
  view.text = "hi";
  view.at = now;
  view.reply_to = "3EB0AA";
  view.raw = R"({"linked":{"chat":"120363041234567890@g.us","sender":"4915187654321@s.whatsapp.net","push_name":"Kim"}})";
  told.inbound = view;

  EXPECT_EQ(
      payload(told),
      R"({"waMessageId":"3EB0FF01","chatJid":"120363041234567890@g.us","senderJid":"4915187654321@s.whatsapp.net","fromMe":false,)"
      R"("direction":"in","type":"text","body":"hi","hasMedia":false,"pushName":"Kim","quotedMessageId":"3EB0AA","timestamp":1795000000000})");
}

TEST(SessionsEnvelope, AStatusHasItsLevelAndTheMessageItIsAbout) {
  auto told =
      item("message.status", R"({"wamid":"3EB0","status":"delivered","raw":"{\"linked\":{\"chat\":\"49@s.whatsapp.net\"}}","moved":true})");
  told.event.subject = make_raw_id(now);

  EXPECT_EQ(payload(told),
            R"({"messageId":"3EB0","waMessageId":"3EB0","outboxId":")" + MessageId{told.event.subject}.text() +
                R"(","chatJid":"49@s.whatsapp.net","status":"delivered","ackLevel":2,"error":null,"timestamp":1795000000000})");
}

TEST(SessionsEnvelope, AFailureSaysWhy) {
  auto told = item("message.failed", R"({"messageId":"x","error":{"code":463,"title":"restricted"}})");
  told.with.wa_id = WaId{"4915187654321"};

  const auto out = payload_of(told).value();
  EXPECT_EQ(out.at("status"), "failed");
  EXPECT_EQ(out.at("ackLevel").as_int64(), -1);
  EXPECT_EQ(out.at("error"), "restricted");
  EXPECT_EQ(out.at("chatJid"), "4915187654321@s.whatsapp.net");
}

TEST(SessionsEnvelope, AVoteIsTheWholeChoice) {
  EXPECT_EQ(payload(item("poll.vote", R"({"pollMessageId":"3EB0","chatJid":"1@g.us","voterJid":"2@lid","options":["Mon"]})")),
            R"({"pollMessageId":"3EB0","chatJid":"1@g.us","voterJid":"2@lid","options":["Mon"],"timestamp":1795000000000})");
}

TEST(SessionsEnvelope, AWebhookIsSignedOverItsBytes) {
  const auto told = item("session.status", R"({"status":"working","previous":"starting","waJid":"49@s.whatsapp.net","phoneNumber":"49"})");
  Subscription to;
  to.url = "https://hooks.example.org/wa";
  const SessionsWebhookFormat format;
  const auto plain = format.render(to, nullptr, told, now).value();
  EXPECT_EQ(plain.headers.size(), 3u) << "nothing to sign with";

  to.secret = Secret("hush");
  const auto call = format.render(to, nullptr, told, now).value();

  EXPECT_EQ(call.headers[1], (std::pair<std::string, std::string>("X-Webhook-Request-Id", event_id(told.event))));
  EXPECT_EQ(call.headers[2].second, "1795000000000");
  EXPECT_EQ(call.headers[3], (std::pair<std::string, std::string>("X-Webhook-Hmac", to_hex(hmac_sha512("hush", call.body)))));
  EXPECT_EQ(call.headers[4].second, "sha512");
}

TEST(SessionsEnvelope, SubscriptionsNameEventsAsTheDoorDoes) {
  const SessionsWebhookFormat format;
  EXPECT_EQ(format.name_of("message.received"), "message");
  EXPECT_EQ(format.name_of("message.own"), "message");
  EXPECT_EQ(format.name_of("message.sent"), "message.status");
  EXPECT_TRUE(format.takes_name("message.received"));
  EXPECT_FALSE(format.takes_name("Message!"));
  EXPECT_FALSE(format.is_about(ChannelKind::cloud));
}

}  // namespace
}  // namespace wherry::api::sessions
