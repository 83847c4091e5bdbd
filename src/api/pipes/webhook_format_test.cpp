#include "api/pipes/webhook_format.h"

#include <gtest/gtest.h>

#include "base/bytes.h"
#include "base/json.h"

namespace wherry::api::pipes {
namespace {

const Timestamp at = from_unix_millis(1'770'110'127'412);

struct PipesWebhook : testing::Test {
  PipesWebhook() {
    subscription.url = "https://customer.example/hook";
    subscription.secret = Secret("0123456789abcdef");
    channel.display_number = "442071230000";
    channel.name = "bookings";
    item.event.kind = "message.received";
    item.event.channel = ChannelId::make(at);
    item.event.conversation = ConversationId::make(at);
    auto& message = item.inbound.emplace();
    message.id = MessageId::make(at);
    message.type = "text";
    message.text = "hello";
    message.raw = R"({"type":"text","text":{"body":"hello"}})";
    message.at = at;
    message.from.wa_id = WaId{"447700900123"};
    message.from.profile_name = "Priya";
  }
  json::value rendered() {
    call = *PipesWebhookFormat().render(subscription, &channel, item, at);
    return *json::parse(call.body);
  }
  json::value message() { return rendered().at("entry").at(0).at("changes").at(0).at("value").at("messages").at(0); }
  void is(std::string type, std::string raw) {
    item.inbound->type = std::move(type);
    item.inbound->raw = std::move(raw);
  }
  void has_file(InboundView::File file) {
    item.inbound->file = file;
    item.inbound->media = MediaId::make(at);
    item.inbound->mime_type = "application/pdf";
    item.inbound->file_name = "receipt.pdf";
    item.inbound->file_size = file == InboundView::File::available ? 81233 : 0;
  }

  Subscription subscription;
  Channel channel;
  JournalItem item;
  WebhookCall call;
};

TEST_F(PipesWebhook, IsTheFrameOfTheContractToTheLastField) {
  const auto number = item.event.channel->text();
  const auto expected =
      json::parse(R"({"object":"whatsapp_business_account","entry":[{"id":")" + number +
                  R"(","changes":[{"field":"messages","value":{"messaging_product":"whatsapp",)"
                  R"("metadata":{"display_phone_number":"+442071230000","phone_number_id":")" +
                  number + R"("},"messages":[{"id":")" + item.inbound->id.text() +
                  R"(","from":"447700900123","timestamp":"2026-02-03T09:15:27.412Z","type":"text","text":{"body":"hello"}}],)"
                  R"("contacts":[{"profile":{"name":"Priya"},"wa_id":"447700900123"}]}}]}],)"
                  R"("pipes":{"conversationId":")" +
                  item.event.conversation->text() + R"(","poolNumberId":")" + number + R"(","label":"bookings"}})");
  ASSERT_TRUE(expected);

  EXPECT_EQ(rendered(), *expected);
}

TEST_F(PipesWebhook, TheSignatureIsPlainHexOverTheBodyAndAbsentWithoutASecret) {
  rendered();
  ASSERT_EQ(call.headers.size(), 2u);
  EXPECT_EQ(call.headers[1].first, "X-Pipes-Signature");
  EXPECT_EQ(call.headers[1].second, to_hex(hmac_sha256("0123456789abcdef", call.body)));
  EXPECT_EQ(call.timeout, seconds(10));

  subscription.secret = Secret();
  rendered();
  EXPECT_EQ(call.headers.size(), 1u);
}

TEST_F(PipesWebhook, EachTypeHasItsObject) {
  is("document", R"({"document":{"id":"9","mime_type":"application/pdf","sha256":"x","filename":"receipt.pdf","caption":"c"}})");
  has_file(InboundView::File::available);
  EXPECT_EQ(message().at("document"), *json::parse(R"({"id":"9","mime_type":"application/pdf","caption":"c","filename":"receipt.pdf"})"));
  is("audio", R"({"audio":{"id":"9","mime_type":"audio/ogg","voice":true}})");
  EXPECT_EQ(message().at("audio"), *json::parse(R"({"id":"9","mime_type":"audio/ogg"})"));
  is("location", R"({"location":{"latitude":51.5,"longitude":-0.12,"name":"Office","url":"x"}})");
  EXPECT_EQ(message().at("location"), *json::parse(R"({"latitude":51.5,"longitude":-0.12,"name":"Office"})"));
  is("contacts", R"({"contacts":[{"name":{"formatted_name":"Sam"}}]})");
  EXPECT_EQ(message().at("contacts"), *json::parse(R"([{"name":{"formatted_name":"Sam"}}])"));
  is("reaction", R"({"reaction":{"message_id":"wamid.X","emoji":"👍"}})");
  EXPECT_EQ(message().at("reaction"), *json::parse(R"({"message_id":"wamid.X","emoji":"👍"})"));
  is("reaction", R"({"reaction":{"message_id":"wamid.X","emoji":""}})");
  EXPECT_EQ(message().at("reaction"), *json::parse(R"({"message_id":"wamid.X"})")) << "it was taken back";
  is("location", R"({"location":{"latitude":"51.5","longitude":"-0.12","name":7}})");
  EXPECT_EQ(message().at("location"), *json::parse(R"({"latitude":51.5,"longitude":-0.12})"));
}

TEST_F(PipesWebhook, WhatItDoesNotKnowIsUnsupportedAndBareAndOddMetaObjectsDoNotBreakIt) {
  is("order", R"({"order":{}})");
  EXPECT_EQ(message().at("type").as_string(), "unsupported");
  EXPECT_EQ(message().as_object().size(), 4u);
  for (const auto& [type, raw] : {std::pair("location", R"({"location":{"latitude":[],"longitude":0}})"),
                                  {"location", "{}"},
                                  {"location", "x"},
                                  {"reaction", R"({"reaction":{"emoji":"x"}})"},
                                  {"contacts", R"({"contacts":{}})"}}) {
    is(type, raw);
    EXPECT_EQ(message().at("type").as_string(), "unsupported") << raw;
    EXPECT_EQ(message().as_object().size(), 4u) << raw;
  }
  for (const auto* raw : {"", "[]", R"({"image":7})", R"({"image":null})"}) {
    is("image", raw);
    EXPECT_EQ(message().as_object().size(), 4u) << raw;
  }
}

TEST_F(PipesWebhook, AFileIsDescribedAsFarAsItIsThere) {
  has_file(InboundView::File::available);
  const auto id = item.inbound->media->text();
  EXPECT_EQ(rendered().at("pipes").at("media"),
            *json::parse(R"({"mediaId":")" + id + R"(","downloadUrl":"/v1/media/download/)" + id +
                         R"(","mimeType":"application/pdf","fileName":"receipt.pdf","byteSize":81233})"));
  has_file(InboundView::File::unavailable);
  item.inbound->file_name.clear();
  EXPECT_EQ(rendered().at("pipes").at("media"), *json::parse(R"({"mimeType":"application/pdf","byteSize":0,"unavailable":true})"));
}

TEST_F(PipesWebhook, SomebodyWithoutANumberIsNamedByTheirUserId) {
  item.inbound->from.wa_id.reset();
  item.inbound->from.bsuid = "DE.1A2B";
  EXPECT_EQ(message().at("from").as_string(), "DE.1A2B");
}

}  // namespace
}  // namespace wherry::api::pipes
