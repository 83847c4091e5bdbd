#include "api/pepipost/webhook_format.h"

#include <gtest/gtest.h>

namespace wherry::api::pepipost {
namespace {

const auto at = from_unix_millis(1'770'129'961'400);  // 2026-02-03 14:46:01 UTC

class PepipostCallbacks : public ::testing::Test {
 protected:
  PepipostCallbacks() {
    channel.display_number = "912240001000";
    subscription.url = "https://customer.example/hook";
  }
  JournalItem event(std::string kind, std::string body) {
    JournalItem item;
    item.event.kind = std::move(kind);
    item.event.at = at;
    item.event.body = std::move(body);
    item.event.subject = id.raw;
    item.client_data = client_data_of("7d0c1f4e-2b3a-4c5d-8e9f-0a1b2c3d4e5f", "order-991");
    item.with.wa_id = WaId{"919812345670"};
    return item;
  }
  JournalItem status(const std::string& word, const std::string& more = "") {
    return event("message.status", R"({"wamid":"wamid.A","status":")" + word + "\"" + more + R"(,"moved":true})");
  }
  std::optional<WebhookCall> call(const JournalItem& item) { return format.render(subscription, &channel, item, at); }
  std::string body(const JournalItem& item) {
    auto made = call(item);
    return made ? made->body : "nothing";
  }

  // A customer's message of that type and content, as WhatsApp tells it.
  JournalItem received(const std::string& type, const std::string& content) {
    JournalItem item;
    item.event.kind = "message.received";
    InboundView message;
    message.wamid = "wamid.HBgM";
    message.type = type;
    message.at = at;
    message.raw = R"({"type":")" + type + "\",\"" + type + "\":" + content + "}";
    message.from.wa_id = WaId{"919812345670"};
    message.from.profile_name = "Asha";
    item.inbound = std::move(message);
    return item;
  }
  std::string tail(const JournalItem& item) {
    const auto whole = body(item);
    const std::string head =
        R"({"incoming_message":[{"message_id":"wamid.HBgM","from":"919812345670","to":"912240001000","from_name":"Asha","received_at":"1770129961","context":{"ncmessage_id":"","message_id":""})";
    EXPECT_TRUE(whole.starts_with(head)) << whole;
    return whole.substr(std::min(whole.size(), head.size()));
  }

  MessageId id{*from_uuid("3c2f7b60-84d1-7c7a-9d0e-5b6a7c8d9e10")};
  Channel channel;
  Subscription subscription;
  PepipostWebhookFormat format;
};

TEST_F(PepipostCallbacks, AStatusOfTheFirstEdition) {
  EXPECT_EQ(
      body(status("delivered")),
      R"({"delivery_status":[{"ncmessage_id":"3c2f7b60-84d1-7c7a-9d0e-5b6a7c8d9e10","recipient":"919812345670","status":"delivered","status_remark":"","received_at":"2026-02-03 14:46:01","source":"7d0c1f4e-2b3a-4c5d-8e9f-0a1b2c3d4e5f","x-apiheader":"order-991"}]})");
}

TEST_F(PepipostCallbacks, TheSecondEditionSaysMore) {
  subscription.edition = 2;
  EXPECT_EQ(
      body(status(
          "read",
          R"(,"raw":"{\"pricing\":{\"pricing_model\":\"PMP\",\"billable\":true,\"category\":\"utility\",\"type\":\"regular\",\"new\":1}}")")),
      R"({"delivery_status":[{"ncmessage_id":"3c2f7b60-84d1-7c7a-9d0e-5b6a7c8d9e10","recipient":"919812345670","status":"read","status_remark":"","received_at":"1770129961","source":"7d0c1f4e-2b3a-4c5d-8e9f-0a1b2c3d4e5f","phoneNumber":"912240001000","pricing":{"billable":true,"category":"utility","pricing_model":"PMP","type":"regular"},"x-apiheader":"order-991"}]})");
}

TEST_F(PepipostCallbacks, StatusesShareACallUpToAHundredAndASecond) {
  EXPECT_EQ(format.sharing().most, 100u);
  EXPECT_EQ(format.sharing().gather, seconds(1));
  EXPECT_TRUE(format.may_share(status("delivered")));
  EXPECT_TRUE(format.may_share(event("message.failed", "{}")));
  EXPECT_FALSE(format.may_share(status("warning"))) << "it has no form";
  EXPECT_FALSE(format.may_share(received("text", R"({"body":"x"})")));

  const auto first = status("sent"), second = status("read");
  const auto known = std::make_shared<const Channel>(channel);
  const std::vector<WebhookEvent> events{{first, known}, {second, nullptr}};
  const auto shared = format.render_shared(subscription, events, at).value();
  const auto one = body(first), other = body(second);
  const std::string head = R"({"delivery_status":[)";
  EXPECT_EQ(shared.body, one.substr(0, one.size() - 2) + "," + other.substr(head.size()));
  EXPECT_EQ(shared.timeout, seconds(10));
}

TEST_F(PepipostCallbacks, OurOwnOutcomesAreStatusesToo) {
  EXPECT_NE(body(event("message.sent", R"({"state":"sent"})")).find(R"("status":"sent","status_remark":"")"), std::string::npos);
  EXPECT_NE(body(event("message.failed", R"({"state":"failed","error":{"code":131047,"title":"Re-engagement message"}})"))
                .find(R"("status":"failed","status_remark":"8007 outside support window")"),
            std::string::npos);
  EXPECT_NE(body(status("failed", R"(,"error":{"code":131026,"title":"Message undeliverable"})"))
                .find(R"("status":"failed","status_remark":"8003 contact is not on WhatsApp")"),
            std::string::npos);
  EXPECT_NE(body(status("played")).find(R"("status":"read")"), std::string::npos);
}

TEST_F(PepipostCallbacks, WhatWasNotGivenIsNotSent) {
  auto item = status("sent");
  item.client_data.clear();
  EXPECT_NE(body(item).find(R"("source":""}]})"), std::string::npos) << body(item);
  item.event.subject = RawId();
  EXPECT_EQ(body(item), "nothing") << "a message that is none of ours";
  EXPECT_EQ(body(status("warning")), "nothing");
}

TEST_F(PepipostCallbacks, ACallHasTenSecondsAndNoSignature) {
  const auto made = call(status("sent")).value();
  EXPECT_EQ(made.timeout, seconds(10));
  EXPECT_EQ(made.headers, (std::vector<std::pair<std::string, std::string>>{{"Content-Type", "application/json"}}));
  EXPECT_EQ(made.url, "https://customer.example/hook");
}

TEST_F(PepipostCallbacks, EveryTypeACustomerMaySendHasItsObject) {
  const std::vector<std::tuple<std::string, std::string, std::string>> rows{
      {"text", R"({"body":"where is it?"})", R"("message_type":"TEXT","text_type":{"text":"where is it?"})"},
      {"image", R"({"id":"1","mime_type":"image/jpeg","sha256":"c2hh","caption":"c"})",
       R"("message_type":"IMAGE","image_type":{"sha256":"c2hh","mime_type":"image/jpeg","id":"","caption":"c"})"},
      {"video", R"({"id":"1","mime_type":"video/mp4","sha256":"c2hh"})",
       R"("message_type":"VIDEO","video_type":{"sha256":"c2hh","mime_type":"video/mp4","id":""})"},
      {"audio", R"({"id":"1","mime_type":"audio/mpeg","sha256":"c2hh","voice":false})",
       R"("message_type":"AUDIO","audio_type":{"sha256":"c2hh","mime_type":"audio/mpeg","id":"","voice":false})"},
      {"audio", R"({"id":"1","mime_type":"audio/ogg","sha256":"c2hh","voice":true})",
       R"("message_type":"VOICE","voice_type":{"sha256":"c2hh","mime_type":"audio/ogg","id":""})"},
      {"document", R"({"id":"1","mime_type":"application/pdf","sha256":"c2hh","filename":"a.pdf","caption":"c"})",
       R"("message_type":"DOCUMENT","document_type":{"filename":"a.pdf","sha256":"c2hh","mime_type":"application/pdf","id":"","caption":"c"})"},
      {"location", R"({"latitude":19.076,"longitude":72.877,"name":"Depot","address":"Mumbai","url":"https://x.example"})",
       R"("message_type":"LOCATION","location_type":{"latitude":"19.076","longitude":"72.877","name":"Depot","url":"https://x.example","address":"Mumbai"})"},
      {"location", R"({"latitude":1,"longitude":-2})",
       R"("message_type":"LOCATION","location_type":{"latitude":"1","longitude":"-2","name":"","url":"","address":""})"},
      {"reaction", R"({"message_id":"wamid.Q","emoji":"x"})", R"("message_type":"REACTION","reaction_type":{"emoji":"x"})"},
      {"interactive", R"({"type":"list_reply","list_reply":{"id":"1","title":"Dal","description":"hot"}})",
       R"("message_type":"INTERACTIVE","interactive_type":{"type":"list_reply","list_reply":{"id":"1","title":"Dal","description":"hot"}})"},
      {"interactive", R"({"type":"button_reply","button_reply":{"id":"y","title":"Yes"}})",
       R"("message_type":"INTERACTIVE","interactive_type":{"type":"button_reply","button_reply":{"id":"y","title":"Yes"}})"},
      {"sticker", R"({"id":"1","mime_type":"image/webp","sha256":"c2hh","animated":false})",
       R"("message_type":"STICKER","sticker_type":{"sha256":"c2hh","mime_type":"image/webp","id":""})"},
      {"contacts", R"([{"name":{"formatted_name":"Ben"},"phones":[{"phone":"+1 555"}]}])",
       R"("message_type":"CONTACTS","contacts_type":[{"name":{"formatted_name":"Ben"},"phones":[{"phone":"+1 555"}]}])"},
      {"order", R"({"catalog_id":"7","text":"soon","product_items":[{"product_retailer_id":"a","quantity":2}]})",
       R"("message_type":"ORDER","order_type":{"catalog_id":"7","text":"soon","product_items":[{"product_retailer_id":"a","quantity":2}]})"},
      {"system", R"({"body":"Asha changed her number","type":"user_changed_number","wa_id":"919812345671"})",
       R"("message_type":"SYSTEM","system_type":{"body":"Asha changed her number","type":"user_changed_number","wa_id":"919812345671"})"},
      {"interactive", R"({"type":"nfm_reply","nfm_reply":{"name":"flow","response_json":"{}"}})",
       R"("message_type":"INTERACTIVE","interactive_type":{"type":"nfm_reply","nfm_reply":{"name":"flow","response_json":"{}"}})"},
      {"button", R"({"payload":"STOP","text":"Stop"})", R"("message_type":"button","text_type":{"payload":"STOP","text":"Stop"})"},
  };
  for (const auto& [type, content, expected] : rows) EXPECT_EQ(tail(received(type, content)), "," + expected + "}]}") << type;
}

TEST_F(PepipostCallbacks, WhatHasNoTypeHereIsToldWithoutOne) {
  for (const auto* type : {"contacts", "unsupported", "errors", "something_new"}) {
    EXPECT_EQ(tail(received(type, "{}")), "}]}") << type;
  }
  auto broken = received("text", "{}");
  broken.inbound->raw = "not json";
  EXPECT_EQ(tail(broken), "}]}");
}

TEST_F(PepipostCallbacks, AFileIsNamedByTheIdItIsFetchedWith) {
  auto item = received("image", R"({"id":"meta-9","mime_type":"image/JPEG","sha256":"c2hh"})");
  item.inbound->media = MediaId{*from_uuid("e2b4c6d8-1357-7246-9abc-def012345678")};
  item.inbound->mime_type = "image/jpeg";
  EXPECT_NE(body(item).find(R"({"sha256":"c2hh","mime_type":"image/jpeg","id":"e2b4c6d8-1357-7246-9abc-def012345678"})"),
            std::string::npos);
}

TEST_F(PepipostCallbacks, AnAnswerNamesWhatItAnswers) {
  auto item = received("reaction", R"({"message_id":"wamid.ours","emoji":"x"})");
  item.inbound->reply_to = "wamid.ours";
  EXPECT_NE(body(item).find(R"("context":{"ncmessage_id":"","message_id":"wamid.ours"})"), std::string::npos);
  item.inbound->answered = AnsweredMessage{id, client_data_of("", "order-991")};
  EXPECT_NE(body(item).find(
                R"("context":{"ncmessage_id":"3c2f7b60-84d1-7c7a-9d0e-5b6a7c8d9e10","message_id":"wamid.ours","x-apiheader":"order-991"})"),
            std::string::npos);
  item.inbound->answered->client_data.clear();
  EXPECT_NE(body(item).find(R"("context":{"ncmessage_id":"3c2f7b60-84d1-7c7a-9d0e-5b6a7c8d9e10","message_id":"wamid.ours"})"),
            std::string::npos);
}

TEST_F(PepipostCallbacks, ACustomerWhoseNumberIsHiddenIsNamedByTheUserId) {
  auto item = received("text", R"({"body":"x"})");
  item.inbound->from = {};
  item.inbound->from.bsuid = "US.134";
  EXPECT_NE(body(item).find(R"("from":"US.134","to":"912240001000","from_name":"")"), std::string::npos);
}

}  // namespace
}  // namespace wherry::api::pepipost
