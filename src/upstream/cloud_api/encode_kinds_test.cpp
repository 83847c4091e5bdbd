#include <gtest/gtest.h>

#include "tests/support/test_channel.h"
#include "upstream/cloud_api/encode.h"

namespace wherry::cloud_api {
namespace {

const auto message_id = MessageId::make(test::test_now);
const auto file = MediaId::make(test::test_now);

std::string encoded(Content content) {
  Message made;
  made.id = message_id;
  made.content = std::move(content);
  ContactIdentity to;
  to.wa_id = WaId{"15550100042"};
  const UploadedFile uploaded{file, "1037543291543636", "stored.pdf"};
  return *encode_message(made, to, {&uploaded, 1});
}

std::string around(std::string inner) {
  return R"({"messaging_product":"whatsapp","recipient_type":"individual","to":"+15550100042",)" + inner +
         R"(,"biz_opaque_callback_data":")" + message_id.text() + "\"}";
}

TEST(EncodeKinds, AVoiceMessageIsMarked) {
  EXPECT_EQ(encoded(MediaContent{MediaKind::audio, file, "", "", true}),
            around(R"("type":"audio","audio":{"id":"1037543291543636","voice":true})"));
}

TEST(EncodeKinds, AnAnswerQuotesItsMessage) {
  Message made;
  made.id = message_id;
  made.content = TextContent{"Yes"};
  made.reply_to = "wamid.A";
  ContactIdentity to;
  to.wa_id = WaId{"15550100042"};
  EXPECT_EQ(*encode_message(made, to, {}), around(R"("context":{"message_id":"wamid.A"},"type":"text","text":{"body":"Yes"})"));
}

TEST(EncodeKinds, ALocation) {
  EXPECT_EQ(
      encoded(LocationContent{37.44216251868683, -122.16153582049394, "Philz Coffee", "101 Forest Ave"}),
      around(R"("type":"location","location":{"latitude":"37.44216251868683","longitude":"-122.16153582049394","name":"Philz Coffee",)"
             R"("address":"101 Forest Ave"})"));
}

TEST(EncodeKinds, Contacts) {
  ContactCard ada;
  ada.name = {"Ada L.", "Ada", "", "", "", ""};
  ada.phones = {{"+16505559999", "HOME", ""}};
  EXPECT_EQ(encoded(ContactsContent{{ada}}),
            around(R"("type":"contacts","contacts":[{"name":{"formatted_name":"Ada L.","first_name":"Ada"},)"
                   R"("phones":[{"phone":"+16505559999","type":"HOME"}]}])"));
}

TEST(EncodeKinds, AnInteractiveMessageWithAStoredDocument) {
  InteractiveContent content;
  content.header = MediaReference{MediaKind::document, file, ""};
  content.body = "Invoice \"7\"";
  content.action = UrlButton{"Pay", "https://pay.example/7"};
  EXPECT_EQ(
      encoded(content),
      around(R"("type":"interactive","interactive":{"type":"cta_url","header":{"type":"document","document":{"id":"1037543291543636",)"
             R"("filename":"stored.pdf"}},"body":{"text":"Invoice \"7\""},"action":{"name":"cta_url","parameters":)"
             R"({"display_text":"Pay","url":"https://pay.example/7"}}})"));
}

TEST(EncodeKinds, ATemplateWithAStoredPicture) {
  TemplateContent content{"order_ready", "en_US", {}};
  content.components.push_back({"header", "", {}, {MediaReference{MediaKind::image, file, ""}}, {}});
  content.components.push_back({"body", "", {}, {TextParameter{"Ada", "first_name"}}, {}});
  content.components.push_back({"button", "quick_reply", 1, {PayloadParameter{"STOP-4711"}}, {}});
  EXPECT_EQ(encoded(content),
            around(R"("type":"template","template":{"name":"order_ready","language":{"code":"en_US"},"components":[)"
                   R"({"type":"header","parameters":[{"type":"image","image":{"id":"1037543291543636"}}]},)"
                   R"({"type":"body","parameters":[{"type":"text","parameter_name":"first_name","text":"Ada"}]},)"
                   R"({"type":"button","sub_type":"quick_reply","index":"1","parameters":[{"type":"payload","payload":"STOP-4711"}]}]})"));
}

TEST(EncodeKinds, ATemplateWithoutValues) {
  EXPECT_EQ(encoded(TemplateContent{"hello_world", "en_US", {}}),
            around(R"("type":"template","template":{"name":"hello_world","language":{"code":"en_US"}})"));
}

}  // namespace
}  // namespace wherry::cloud_api
