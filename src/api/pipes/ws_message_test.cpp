#include "api/pipes/ws_message.h"

#include <gtest/gtest.h>

#include "base/json.h"

namespace wherry::api::pipes {
namespace {

const auto now = from_unix_millis(1'770'110'127'412);

Channel our_number(std::string name = "") {
  Channel channel;
  channel.display_number = "442071230000";
  channel.name = std::move(name);
  return channel;
}

JournalItem view(std::string type, std::string raw = "{}", std::string text = "") {
  InboundView message;
  message.id = MessageId::make(now);
  message.from.wa_id = WaId{"447700900123"};
  message.from.profile_name = "Priya";
  message.type = std::move(type);
  message.raw = std::move(raw);
  message.text = std::move(text);
  message.at = now;
  JournalItem item;
  item.event.conversation = ConversationId::make(now);
  item.event.channel = ChannelId::make(now);
  item.inbound = std::move(message);
  return item;
}

// The frame with the envelope's fields, which are the same for all, cut away.
std::string part(const JournalItem& item) {
  const auto channel = our_number();
  const auto frame = render_whatsapp_message(&channel, item);
  const auto at = frame.find(R"("type":")", frame.find("timestamp"));
  return frame.substr(at, frame.size() - 2 - at);
}

JournalItem with_file(std::string type, InboundView::File file = InboundView::File::available) {
  auto item = view(std::move(type), "{}", "a caption");
  item.inbound->file = file;
  item.inbound->media = MediaId::make(now);
  item.inbound->file_size = file == InboundView::File::available ? 48'213 : 0;
  item.inbound->mime_type = "application/pdf; x=1";
  item.inbound->file_name = "menu.pdf";
  return item;
}

TEST(WhatsAppMessage, ATextHasTheWholeEnvelope) {
  const auto item = view("text", "{}", "hello");
  const auto channel = our_number("bookings");

  EXPECT_EQ(render_whatsapp_message(&channel, item),
            R"({"type":"whatsapp_message","data":{"messageId":")" + item.inbound->id.text() + R"(","conversationId":")" +
                item.event.conversation->text() + R"(","poolNumberId":")" + item.event.channel->text() +
                R"(","poolNumberPhoneNumber":"+442071230000","fromNumber":"+447700900123","fromName":"Priya",)"
                R"("text":"hello","body":"hello","timestamp":"2026-02-03T09:15:27.412Z","label":"bookings","type":"text"}})");
}

TEST(WhatsAppMessage, WhatIsNotKnownIsLeftOutOrEmpty) {
  auto item = view("text");
  item.inbound->from = {};

  const auto frame = render_whatsapp_message(nullptr, item);

  EXPECT_EQ(frame.find("fromName"), std::string::npos);
  EXPECT_EQ(frame.find("label"), std::string::npos);
  EXPECT_NE(frame.find(R"("poolNumberPhoneNumber":"","fromNumber":"","text":"","body":"")"), std::string::npos) << frame;
}

TEST(WhatsAppMessage, EachKindOfFileCarriesItsMedia) {
  for (const auto* type : {"image", "audio", "video", "document", "sticker"}) {
    const auto item = with_file(type);
    const auto id = item.inbound->media->text();
    EXPECT_EQ(part(item), R"("type":")" + std::string(type) + R"(","media":{"mediaId":")" + id + R"(","downloadUrl":"/v1/media/download/)" +
                              id + R"(","mimeType":"application/pdf","fileName":"menu.pdf","byteSize":48213})");
  }
}

TEST(WhatsAppMessage, AFileThatCouldNotBeTakenIsSaidToBeUnavailable) {
  const auto pending = part(with_file("image", InboundView::File::pending));
  EXPECT_NE(pending.find(R"("byteSize":0)"), std::string::npos) << pending;
  EXPECT_NE(pending.find("mediaId"), std::string::npos) << "it may be had later";
  EXPECT_EQ(part(with_file("document", InboundView::File::unavailable)),
            R"("type":"document","media":{"mimeType":"application/pdf","fileName":"menu.pdf","byteSize":0,"unavailable":true})");
  EXPECT_EQ(part(view("audio")), R"("type":"audio","media":{"mimeType":"application/octet-stream","byteSize":0,"unavailable":true})");
}

TEST(WhatsAppMessage, ALocationHasItsCoordinates) {
  EXPECT_EQ(part(view("location", R"({"location":{"latitude":51.5,"longitude":-0.12,"name":"Office","address":"1 High St","url":"x"}})")),
            R"("type":"location","location":{"latitude":5.15E1,"longitude":-1.2E-1,"name":"Office","address":"1 High St"})");
  EXPECT_EQ(part(view("location", R"({"location":{"latitude":51,"longitude":0,"name":7}})")),
            R"("type":"location","location":{"latitude":5.1E1,"longitude":0E0})");
  EXPECT_EQ(part(view("location", R"({"location":{"latitude":"51.5","longitude":"0"}})")),
            R"("type":"location","location":{"latitude":5.15E1,"longitude":0E0})");
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
        view("location", R"({"location":{"latitude":"north","longitude":0}})"), view("location", R"({"location":{"longitude":0}})"),
        view("location", R"({"location":[]})"), view("contacts", R"({"contacts":{}})"), view("reaction", R"({"reaction":{"emoji":"x"}})"),
        view("reaction", R"({"reaction":{"message_id":5}})"), view("reaction", R"({"reaction":null})")}) {
    EXPECT_EQ(part(odd), R"("type":"unsupported")") << odd.inbound->type << odd.inbound->raw;
  }
}

}  // namespace
}  // namespace wherry::api::pipes
