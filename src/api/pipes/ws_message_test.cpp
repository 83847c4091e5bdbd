#include "api/pipes/ws_message.h"

#include <gtest/gtest.h>

#include "base/json.h"

namespace wherry::api::pipes {
namespace {

const auto now = from_unix_millis(1'770'110'127'412);

InboundView view(std::string type, std::string raw = "{}", std::string text = "") {
  InboundView message;
  message.id = MessageId::make(now);
  message.conversation = ConversationId::make(now);
  message.channel = ChannelId::make(now);
  message.display_number = "442071230000";
  message.from = "447700900123";
  message.profile_name = "Priya";
  message.type = std::move(type);
  message.raw = std::move(raw);
  message.text = std::move(text);
  message.at = now;
  return message;
}

// The frame with the envelope's fields, which are the same for all, cut away.
std::string part(const InboundView& message) {
  const auto frame = render_whatsapp_message(message);
  const auto at = frame.find(R"("type":")", frame.find("timestamp"));
  return frame.substr(at, frame.size() - 2 - at);
}

InboundView with_file(std::string type) {
  auto message = view(std::move(type), "{}", "a caption");
  Media media;
  media.id = MediaId::make(now);
  media.size = 48'213;
  media.mime_type = "application/pdf";
  media.file_name = "menu.pdf";
  message.file = InboundView::File::available;
  message.media = media;
  message.declared_mime = "application/pdf; x=1";
  return message;
}

TEST(WhatsAppMessage, ATextHasTheWholeEnvelope) {
  auto message = view("text", "{}", "hello");
  message.channel_label = "bookings";

  EXPECT_EQ(render_whatsapp_message(message),
            R"({"type":"whatsapp_message","data":{"messageId":")" + message.id.text() + R"(","conversationId":")" +
                message.conversation.text() + R"(","poolNumberId":")" + message.channel.text() +
                R"(","poolNumberPhoneNumber":"+442071230000","fromNumber":"+447700900123","fromName":"Priya",)"
                R"("text":"hello","body":"hello","timestamp":"2026-02-03T09:15:27.412Z","label":"bookings",)"
                R"("type":"text"}})");
}

TEST(WhatsAppMessage, WhatIsNotKnownIsLeftOutOrEmpty) {
  auto message = view("text");
  message.profile_name.reset();
  message.from.clear();

  const auto frame = render_whatsapp_message(message);

  EXPECT_EQ(frame.find("fromName"), std::string::npos);
  EXPECT_EQ(frame.find("label"), std::string::npos);
  EXPECT_NE(frame.find(R"("fromNumber":"","text":"","body":"")"), std::string::npos) << frame;
}

TEST(WhatsAppMessage, EachKindOfFileCarriesItsMedia) {
  for (const auto* type : {"image", "audio", "video", "document", "sticker"}) {
    const auto message = with_file(type);
    const auto id = message.media->id.text();
    EXPECT_EQ(part(message), R"("type":")" + std::string(type) + R"(","media":{"mediaId":")" + id +
                                 R"(","downloadUrl":"/v1/media/download/)" + id +
                                 R"(","mimeType":"application/pdf","fileName":"menu.pdf","byteSize":48213})");
  }
}

TEST(WhatsAppMessage, AFileThatIsNotThereIsSaidToBeUnavailable) {
  auto pending = view("image");
  pending.file = InboundView::File::pending;
  pending.declared_mime = "image/jpeg ; q=1";
  pending.declared_file_name = "cat.jpg";
  auto failed = with_file("document");
  failed.file = InboundView::File::unavailable;
  failed.media->state = MediaState::unavailable;

  EXPECT_EQ(part(pending), R"("type":"image","media":{"mimeType":"image/jpeg","fileName":"cat.jpg","byteSize":0,"unavailable":true})");
  EXPECT_EQ(part(failed),
            R"("type":"document","media":{"mimeType":"application/pdf","fileName":"menu.pdf","byteSize":0,"unavailable":true})");
  EXPECT_EQ(part(view("audio")), R"("type":"audio","media":{"mimeType":"application/octet-stream","byteSize":0,"unavailable":true})");
}

TEST(WhatsAppMessage, ALocationHasItsCoordinates) {
  EXPECT_EQ(part(view("location", R"({"location":{"latitude":51.5,"longitude":-0.12,"name":"Office","address":"1 High St","url":"x"}})")),
            R"("type":"location","location":{"latitude":5.15E1,"longitude":-1.2E-1,"name":"Office","address":"1 High St"})");
  EXPECT_EQ(part(view("location", R"({"location":{"latitude":51,"longitude":0,"name":7}})")),
            R"("type":"location","location":{"latitude":51,"longitude":0})");
}

TEST(WhatsAppMessage, ContactsKeepNamesNumbersAndAddresses) {
  const auto* raw = R"({"contacts":[{"name":{"formatted_name":"Sam Roe","first_name":"Sam"},
      "phones":[{"phone":"+447700900456","type":"CELL","wa_id":"1"},{"wa_id":"2"},7],"emails":[{"email":"s@x.example","type":"WORK"}]},
      {"name":7,"phones":{}},null]})";
  EXPECT_EQ(part(view("contacts", raw)),
            R"("type":"contacts","contacts":[{"name":{"formatted_name":"Sam Roe"},"phones":[{"phone":"+447700900456","type":"CELL"}],)"
            R"("emails":[{"email":"s@x.example","type":"WORK"}]},{"name":{"formatted_name":""}}])");
}

TEST(WhatsAppMessage, AReactionWithoutEmojiTakesItBack) {
  EXPECT_EQ(part(view("reaction", R"({"reaction":{"message_id":"wamid.A","emoji":"\ud83d\udc4d"}})")),
            "\"type\":\"reaction\",\"reaction\":{\"messageId\":\"wamid.A\",\"emoji\":\"\xf0\x9f\x91\x8d\"}");
  EXPECT_EQ(part(view("reaction", R"({"reaction":{"message_id":"wamid.A"}})")), R"("type":"reaction","reaction":{"messageId":"wamid.A"})");
  EXPECT_EQ(part(view("reaction", R"({"reaction":{"message_id":"wamid.A","emoji":""}})")),
            R"("type":"reaction","reaction":{"messageId":"wamid.A"})");
}

TEST(WhatsAppMessage, WhatMakesNoSenseIsUnsupported) {
  for (const auto& odd :
       {view("unsupported"), view("interactive"), view(""), view("location"), view("location", "not json"), view("location", "[]"),
        view("location", R"({"location":{"latitude":"51.5","longitude":0}})"), view("location", R"({"location":{"longitude":0}})"),
        view("location", R"({"location":[]})"), view("contacts", R"({"contacts":{}})"), view("reaction", R"({"reaction":{"emoji":"x"}})"),
        view("reaction", R"({"reaction":{"message_id":5}})"), view("reaction", R"({"reaction":null})")}) {
    EXPECT_EQ(part(odd), R"("type":"unsupported")") << odd.type << odd.raw;
  }
}

}  // namespace
}  // namespace wherry::api::pipes
