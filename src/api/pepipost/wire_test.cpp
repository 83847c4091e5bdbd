// What a message must look like: every row of the contract's tables, without anything that is stored.
#include "api/pepipost/wire.h"

#include <gtest/gtest.h>

#include "domain/meta_shape.h"

namespace wherry::api::pepipost {
namespace {

constexpr std::string_view source = R"("source":"7d0c1f4e-2b3a-4c5d-8e9f-0a1b2c3d4e5f")";
constexpr std::string_view to = R"("recipient_whatsapp":"919812345670")";

json::value parsed(const std::string& text) { return json::parse(text).value(); }

// A message of these members, in the frame.
Answer<OutgoingMessage> message(const std::string& members) { return parse_message(parsed(R"({"message":[{)" + members + "}]}")); }

// The same with a type, a source and a recipient that are right.
Answer<OutgoingMessage> of_type(const std::string& type, const std::string& members) {
  const auto comma = members.empty() ? "" : ",";
  return message(R"("message_type":")" + type + "\"," + std::string(source) + "," + std::string(to) + comma + members);
}

void expect_refused(const Answer<OutgoingMessage>& answer, Code code, const std::string& text) {
  ASSERT_FALSE(answer) << text;
  EXPECT_EQ(answer.error().code, code) << text;
  EXPECT_EQ(answer.error().text, text);
  EXPECT_EQ(answer.error().status, 200);
}

struct Row {
  std::string input;
  Code code;
  std::string text;
};

TEST(PepipostWire, TheFrameHoldsOneMessage) {
  const std::vector<Row> rows{
      {"[]", Code::missing, "message is required."},
      {"{}", Code::missing, "message is required."},
      {R"({"message":null})", Code::missing, "message is required."},
      {R"({"message":[]})", Code::missing, "message is required."},
      {R"({"message":{}})", Code::missing, "message must be an array."},
      {R"({"message":["text"]})", Code::invalid, "message must hold an object."},
      {R"({"message":[{},{}]})", Code::invalid, "message can hold only one element."},
  };
  for (const auto& row : rows) expect_refused(parse_message(parsed(row.input)), row.code, row.text);
}

TEST(PepipostWire, TheCommonFieldsAreCheckedInTheirOrder) {
  const std::string type = R"("message_type":"location",)", good_source = std::string(source) + ",";
  const std::vector<Row> rows{
      {"", Code::invalid, " type is required."},
      {R"("message_type":null)", Code::invalid, "message_type cannot be null or blank."},
      {R"("message_type":" ")", Code::invalid, "message_type cannot be null or blank."},
      {R"("message_type":7)", Code::invalid, "message_type must be a string."},
      {R"("message_type":"contacts")", Code::invalid,
       "message_type must be text, media, location, template, media_template or interactive."},
      {R"("message_type":"location")", Code::invalid, "source is required."},
      {type + R"("source":null)", Code::invalid, "source cannot be null or blank."},
      {type + R"("source":"")", Code::invalid, "source cannot be null or blank."},
      {type + R"("source":5)", Code::invalid, "source must be a string."},
      {type + good_source + R"("recipient_type":null)", Code::invalid, "recipient_type cannot be null or blank."},
      {type + good_source + R"("recipient_type":"")", Code::invalid, "recipient_type cannot be null or blank."},
      {type + good_source + R"("recipient_type":"group")", Code::invalid, "recipient_type can only be individual"},
      {type + good_source + R"("recipient_type":"individual")", Code::invalid, "recipient_whatsapp is required."},
      {type + good_source + R"("recipient_whatsapp":null)", Code::invalid, "recipient_whatsapp cannot be null or blank."},
      {type + good_source + R"("recipient_whatsapp":" ")", Code::invalid, "recipient_whatsapp cannot be null or blank."},
      {type + good_source + R"("recipient_whatsapp":919812345670)", Code::invalid, "recipient_whatsapp must be a string."},
      {type + good_source + R"("recipient_whatsapp":"+919812345670")", Code::invalid, "recipient_whatsapp must be numeric."},
      {type + good_source + R"("recipient_whatsapp":"12ab")", Code::invalid, "recipient_whatsapp must be numeric."},
      {type + good_source + R"("recipient_whatsapp":"123456789")", Code::invalid, "recipient_whatsapp cannot be less than 10 digits."},
      {type + good_source + R"("recipient_whatsapp":"1234567890123456")", Code::invalid,
       "recipient_whatsapp cannot be more than 15 digits."},
      {type + good_source + R"("recipient_whatsapp":"1234567890")", Code::missing, "type_location is required."},
      {type + good_source + R"("recipient_whatsapp":"123456789012345")", Code::missing, "type_location is required."},
      {type + good_source + std::string(to) + R"(,"x-apiheader":7)", Code::invalid, "x-apiheader must be a string."},
      {type + good_source + std::string(to) + R"(,"x-apiheader":")" + std::string(1025, 'x') + '"', Code::invalid,
       "x-apiheader cannot be more than 1024 characters."},
  };
  for (const auto& row : rows) expect_refused(message(row.input), row.code, row.text);
}

TEST(PepipostWire, OnlyATextAndAFileBehindAUrlMayDoWithoutASource) {
  const std::string nobody = "," + std::string(to) + ",";
  EXPECT_TRUE(message(R"("message_type":"text")" + nobody + R"("type_text":[{"content":"hi"}])"));
  EXPECT_TRUE(message(R"("message_type":"media")" + nobody +
                      R"("type_media":[{"attachments":[{"attachment_url":"https://a.example/a.jpg","attachment_type":"image"}]}])"));
  expect_refused(message(R"("message_type":"text")" + nobody + R"("source":"","type_text":[{"content":"hi"}])"), Code::invalid,
                 "source cannot be null or blank.");
  expect_refused(message(R"("message_type":"media")" + nobody + R"("type_media":[{"attachments":[{"attachment_id":"x"}]}])"), Code::invalid,
                 "source is required.");
  for (const auto* type : {"location", "template", "media_template", "interactive"}) {
    expect_refused(message(R"("message_type":")" + std::string(type) + '"' + nobody + R"("x-apiheader":"a")"), Code::invalid,
                   "source is required.");
  }
}

TEST(PepipostWire, AMessageWithoutItsMemberLacksAContainer) {
  for (const auto* type : {"text", "media", "location", "template", "interactive"}) {
    const auto member = "type_" + std::string(type);
    expect_refused(of_type(type, ""), Code::missing, member + " is required.");
    expect_refused(of_type(type, '"' + member + R"(":[])"), Code::missing, member + " is required.");
    expect_refused(of_type(type, '"' + member + R"(":null)"), Code::missing, member + " is required.");
    expect_refused(of_type(type, '"' + member + R"(":"x")"), Code::missing, member + " must be an array.");
    expect_refused(of_type(type, '"' + member + R"(":[1])"), Code::invalid, member + " must hold an object.");
    expect_refused(of_type(type, '"' + member + R"(":[{},{}])"), Code::invalid, member + " can hold only one element.");
  }
  expect_refused(of_type("media_template", ""), Code::missing, "type_template is required.");
}

TextContent text_of(const Answer<OutgoingMessage>& answer) { return std::get<TextContent>(std::get<Content>(answer.value().what)); }

TEST(PepipostWire, ATextIsRead) {
  const auto answer = of_type("text", R"("x-apiheader":"order-991","type_text":[{"content":"Your parcel left.","preview_url":"TRUE"}])");
  ASSERT_TRUE(answer) << answer.error().text;
  EXPECT_EQ(answer->recipient.digits, "919812345670");
  EXPECT_EQ(answer->source, "7d0c1f4e-2b3a-4c5d-8e9f-0a1b2c3d4e5f");
  EXPECT_EQ(answer->api_header, "order-991");
  EXPECT_EQ(text_of(answer).body, "Your parcel left.");
  EXPECT_TRUE(text_of(answer).preview_url);
  EXPECT_FALSE(text_of(of_type("text", R"("type_text":[{"content":"x","preview_url":"false"}])")).preview_url);
  EXPECT_TRUE(text_of(of_type("text", R"("type_text":[{"content":"x","preview_url":true}])")).preview_url);
  EXPECT_FALSE(text_of(of_type("text", R"("type_text":[{"content":"x"}])")).preview_url);
  EXPECT_TRUE(of_type("text", R"("type_text":[{"content":")" + std::string(4096, 'x') + R"("}])"));
}

TEST(PepipostWire, ATextsFieldsAreChecked) {
  const std::vector<Row> rows{
      {"{}", Code::invalid, "content is required."},
      {R"({"content":null})", Code::invalid, "content cannot be null or blank."},
      {R"({"content":" \n"})", Code::invalid, "content cannot be null or blank."},
      {R"({"content":{}})", Code::invalid, "content must be a string."},
      {R"({"content":")" + std::string(4097, 'x') + "\"}", Code::invalid, "content cannot be more than 4096 characters."},
      {R"({"content":"a\u0000b"})", Code::invalid, "content must be text without null characters."},
      {R"({"content":"x","preview_url":"yes"})", Code::invalid, "preview_url must be true or false."},
      {R"({"content":"x","preview_url":1})", Code::invalid, "preview_url must be true or false."},
  };
  for (const auto& row : rows) expect_refused(of_type("text", R"("type_text":[)" + row.input + "]"), row.code, row.text);
}

Answer<OutgoingMessage> with_file(const std::string& members) {
  return of_type("media", R"("type_media":[{"attachments":[{)" + members + "}]}]");
}

TEST(PepipostWire, AnAttachmentIsAnIdOrAnAddress) {
  const auto by_id = with_file(R"("attachment_id":"e2b4c6d8-1357-4246-9abc-def012345678","caption":"Invoice 17")").value();
  EXPECT_EQ(std::get<StoredAttachment>(by_id.what).id, "e2b4c6d8-1357-4246-9abc-def012345678");
  EXPECT_EQ(std::get<StoredAttachment>(by_id.what).caption, "Invoice 17");
  const std::vector<std::pair<std::string, MediaKind>> kinds{{"image", MediaKind::image},
                                                             {"video", MediaKind::video},
                                                             {"audio", MediaKind::audio},
                                                             {"document", MediaKind::document},
                                                             {"sticker", MediaKind::sticker}};
  for (const auto& [name, kind] : kinds) {
    const auto by_url =
        with_file(R"("attachment_url":"https://files.example.org/a","caption":"Front","attachment_type":")" + name + '"').value();
    EXPECT_EQ(std::get<LinkedAttachment>(by_url.what).kind, kind);
    EXPECT_EQ(std::get<LinkedAttachment>(by_url.what).url, "https://files.example.org/a");
    EXPECT_EQ(std::get<LinkedAttachment>(by_url.what).caption, "Front");
  }
}

TEST(PepipostWire, AnAttachmentsFieldsAreChecked) {
  const std::string url = R"("attachment_url":"https://a.example/a")";
  const std::vector<Row> rows{
      {R"("caption":"x")", Code::invalid, "attachment_id is required."},
      {R"("attachment_id":null)", Code::invalid, "attachment_id cannot be null or blank."},
      {R"("attachment_id":"")", Code::invalid, "attachment_id cannot be null or blank."},
      {R"("attachment_id":17)", Code::invalid, "attachment_id must be a string."},
      {R"("attachment_id":"x",)" + url, Code::invalid, "attachment_id and attachment_url cannot be given together."},
      {url, Code::invalid, "attachment_type is required."},
      {url + R"(,"attachment_type":"")", Code::invalid, "attachment_type cannot be null or blank."},
      {url + R"(,"attachment_type":"gif")", Code::invalid, "attachment_type must be image, video, audio, document or sticker."},
      {R"("attachment_url":"")", Code::invalid, "attachment_url cannot be null or blank."},
      {R"("attachment_url":"ftp://a.example/a","attachment_type":"image")", Code::invalid,
       "attachment_url must be an http or https address."},
      {R"("attachment_id":"x","caption":")" + std::string(1025, 'x') + '"', Code::invalid, "caption cannot be more than 1024 characters."},
      {R"("attachment_id":"x","caption":{})", Code::invalid, "caption must be a string."},
  };
  for (const auto& row : rows) expect_refused(with_file(row.input), row.code, row.text);
  expect_refused(of_type("media", R"("type_media":[{}])"), Code::missing, "attachments is required.");
  expect_refused(of_type("media", R"("type_media":[{"attachments":[]}])"), Code::missing, "attachments is required.");
  expect_refused(of_type("media", R"("type_media":[{"attachments":{}}])"), Code::missing, "attachments must be an array.");
  expect_refused(of_type("media", R"("type_media":[{"attachments":[{"attachment_id":"a"},{"attachment_id":"b"}]}])"), Code::invalid,
                 "attachments can hold only one element.");
}

TEST(PepipostWire, APlaceIsRead) {
  const auto answer =
      of_type("location", R"("type_location":[{"longitude":72.877,"latitude":"19.076","name":"Depot","address":"Mumbai"}])");
  const auto& place = std::get<LocationContent>(std::get<Content>(answer.value().what));
  EXPECT_EQ(place, (LocationContent{19.076, 72.877, "Depot", "Mumbai"}));
  EXPECT_TRUE(of_type("location", R"("type_location":[{"longitude":-180,"latitude":90}])"));
}

TEST(PepipostWire, APlacesFieldsAreChecked) {
  const std::vector<Row> rows{
      {R"("latitude":1)", Code::invalid, "longitude is required."},
      {R"("longitude":1)", Code::invalid, "latitude is required."},
      {R"("longitude":null,"latitude":1)", Code::invalid, "longitude cannot be null or blank."},
      {R"("longitude":"","latitude":1)", Code::invalid, "longitude cannot be null or blank."},
      {R"("longitude":"east","latitude":1)", Code::invalid, "longitude must be a number from -180 to 180."},
      {R"("longitude":180.1,"latitude":1)", Code::invalid, "longitude must be a number from -180 to 180."},
      {R"("longitude":1,"latitude":-91)", Code::invalid, "latitude must be a number from -90 to 90."},
      {R"("longitude":1,"latitude":true)", Code::invalid, "latitude must be a number from -90 to 90."},
      {R"("longitude":1,"latitude":1,"name":{})", Code::invalid, "name must be a string."},
  };
  for (const auto& row : rows) expect_refused(of_type("location", R"("type_location":[{)" + row.input + "}]"), row.code, row.text);
}

json::value template_of(const Answer<OutgoingMessage>& answer) {
  if (!answer) throw std::logic_error(answer.error().text);
  return meta_object(std::get<TemplateContent>(std::get<Content>(answer->what)), {});
}

TEST(PepipostWire, ATemplateIsRead) {
  const auto answer = of_type(
      "template",
      R"("ttl":1,"type_template":[{"name":"parcel_out","attributes":["Asha","991"],"language":{"locale":"en","policy":"deterministic"}}])");
  EXPECT_EQ(template_of(answer), parsed(R"({"name":"parcel_out","language":{"code":"en"},"components":[{"type":"body","parameters":[
      {"type":"text","text":"Asha"},{"type":"text","text":"991"}]}]})"));
  EXPECT_EQ(answer->time_to_live, std::chrono::days(1));
  const auto plain = of_type("template", R"("type_template":[{"name":"hello","language":{"locale":"en"}}])");
  EXPECT_EQ(template_of(plain), parsed(R"({"name":"hello","language":{"code":"en"}})"));
  EXPECT_FALSE(plain->time_to_live);
}

TEST(PepipostWire, ATemplatesFieldsAreChecked) {
  const std::string named = R"("name":"a",)", language = R"("language":{"locale":"en"})";
  const std::vector<Row> rows{
      {language, Code::invalid, "name is required."},
      {R"("name":"",)" + language, Code::invalid, "name cannot be null or blank."},
      {R"("name":"Not A Name",)" + language, Code::invalid, "template.name must be 1 to 512 lower-case letters, digits and underscores."},
      {R"("name":"a")", Code::invalid, "language is required."},
      {named + R"("language":"en")", Code::invalid, "language must be an object."},
      {named + R"("language":{})", Code::invalid, "locale is required."},
      {named + R"("language":{"locale":null})", Code::invalid, "locale cannot be null or blank."},
      {named + R"("language":{"locale":"en","policy":"strict"})", Code::invalid, "policy must be deterministic or fallback."},
      {named + R"("attributes":"x",)" + language, Code::invalid, "attributes must be an array of strings."},
      {named + R"("attributes":[1],)" + language, Code::invalid, "attributes must be an array of strings."},
      {named + R"("attributes":["a"," "],)" + language, Code::invalid, "attributes cannot hold blank values."},
  };
  for (const auto& row : rows) expect_refused(of_type("template", R"("type_template":[{)" + row.input + "}]"), row.code, row.text);
  const std::string whole = R"("type_template":[{"name":"a","language":{"locale":"en"}}],"ttl":)";
  expect_refused(of_type("template", whole + "0"), Code::invalid, "ttl must be a number from 1 to 30.");
  expect_refused(of_type("template", whole + "31"), Code::invalid, "ttl must be a number from 1 to 30.");
  expect_refused(of_type("template", whole + "1.5"), Code::invalid, "ttl must be a whole number of days.");
  EXPECT_TRUE(of_type("template", whole + "30"));
}

constexpr std::string_view catalogue = R"("type_template":[{"name":"catalogue","attributes":["Asha"],"language":{"locale":"en"}}])";

Answer<OutgoingMessage> media_template(const std::string& members) {
  return of_type("media_template", std::string(catalogue) + R"(,"cta_link_track":"1","type_media_template":{)" + members + "}");
}

TEST(PepipostWire, AMediaTemplateHasAHeaderAndButtons) {
  const auto answer = media_template(R"("type":"document","url":"https://files.example.org/cat.pdf","filename":"cat.pdf",
      "button":[{"index":"1","payload":"https://shop.example.org"},{"index":"0","payload":"STOP"}])");
  EXPECT_EQ(template_of(answer), parsed(R"({"name":"catalogue","language":{"code":"en"},"components":[
      {"type":"header","parameters":[{"type":"document","document":{"link":"https://files.example.org/cat.pdf","filename":"cat.pdf"}}]},
      {"type":"body","parameters":[{"type":"text","text":"Asha"}]},
      {"type":"button","sub_type":"url","index":"1","parameters":[{"type":"text","text":"https://shop.example.org"}]},
      {"type":"button","sub_type":"quick_reply","index":"0","parameters":[{"type":"payload","payload":"STOP"}]}]})"));
  EXPECT_EQ(
      template_of(media_template(R"("type":"text")")),
      parsed(
          R"({"name":"catalogue","language":{"code":"en"},"components":[{"type":"body","parameters":[{"type":"text","text":"Asha"}]}]})"));
  EXPECT_TRUE(of_type("media_template", std::string(catalogue))) << "nothing is dynamic";
  const auto by_id = media_template(R"("type":"image","media_id":"e2b4c6d8-1357-7246-9abc-def012345678")").value();
  EXPECT_EQ(file_of(std::get<Content>(by_id.what)), MediaId{*from_uuid("e2b4c6d8-1357-7246-9abc-def012345678")});
}

TEST(PepipostWire, AMediaTemplatesFieldsAreChecked) {
  const std::string image = R"("type":"image","url":"https://a.example/a")";
  const std::vector<Row> rows{
      {R"("url":"https://a.example/a")", Code::invalid, "type is required."},
      {R"("type":"sticker","url":"https://a.example/a")", Code::invalid, "type must be document, image, video or text."},
      {R"("type":"image")", Code::invalid, "url is required."},
      {R"("type":"image","url":"")", Code::invalid, "url cannot be null or blank."},
      {R"("type":"image","url":"file:///etc/passwd")", Code::invalid, "url must be an http or https address."},
      {R"("type":"image","media_id":"17")", Code::bad_media, "media id is not valid"},
      {image + R"(,"button":{})", Code::invalid, "button must be an array."},
      {image + R"(,"button":["x"])", Code::invalid, "button must hold objects."},
      {image + R"(,"button":[{"payload":"x"}])", Code::invalid, "index is required."},
      {image + R"(,"button":[{"index":"x","payload":"x"}])", Code::invalid, "index must be a number from 0 to 9."},
      {image + R"(,"button":[{"index":"10","payload":"x"}])", Code::invalid, "index must be a number from 0 to 9."},
      {image + R"(,"button":[{"index":"1"}])", Code::invalid, "payload is required."},
  };
  for (const auto& row : rows) expect_refused(media_template(row.input), row.code, row.text);
  expect_refused(of_type("media_template", std::string(catalogue) + R"(,"type_media_template":[])"), Code::invalid,
                 "type_media_template must be an object.");
}

json::value interactive_of(const Answer<OutgoingMessage>& answer) {
  if (!answer) throw std::logic_error(answer.error().text);
  return meta_object(std::get<InteractiveContent>(std::get<Content>(answer->what)), {});
}
Answer<OutgoingMessage> interactive(const std::string& value) { return of_type("interactive", R"("type_interactive":)" + value); }

TEST(PepipostWire, BothShapesOfAnInteractiveMessageAreTheSame) {
  const auto buttons = parsed(R"({"type":"button","header":{"type":"image","image":{"link":"https://a.example/a.jpg"}},
      "body":{"text":"Keep it?"},"footer":{"text":"Bye"},"action":{"buttons":[{"type":"reply","reply":{"id":"y","title":"Yes"}}]}})");
  EXPECT_EQ(interactive_of(interactive(R"([{"type":"button","header":{"type":"image","url":"https://a.example/a.jpg"},"body":"Keep it?",
      "footer":"Bye","action":[{"buttons":[{"type":"reply","reply":{"id":"y","title":"Yes"}}]}]}])")),
            buttons);
  EXPECT_EQ(interactive_of(interactive(json::serialize(buttons))), buttons);
  EXPECT_EQ(interactive_of(interactive("[" + json::serialize(buttons) + "]")), buttons);

  const auto list = parsed(R"({"type":"list","header":{"type":"text","text":"Menu"},"body":{"text":"Choose"},"action":{"button":"Open",
      "sections":[{"title":"Soups","rows":[{"id":"1","title":"Dal","description":"hot"}]}]}})");
  EXPECT_EQ(interactive_of(interactive(R"([{"type":"list","header":{"type":"text","text":"Menu"},"body":"Choose","footer":"","action":[
      {"button":"Open","sections":[{"title":"Soups","rows":[{"id":"1","title":"Dal","description":"hot"}]}]}]}])")),
            list);
  EXPECT_EQ(interactive_of(interactive("[" + json::serialize(list) + "]")), list);

  const auto link = parsed(R"({"type":"cta_url","body":{"text":"Pay"},
      "action":{"name":"cta_url","parameters":{"display_text":"Pay now","url":"https://pay.example"}}})");
  EXPECT_EQ(interactive_of(interactive(R"([{"type":"cta_url","body":"Pay","action":[{"buttons":[
      {"name":"cta_url","parameters":{"display_text":"Pay now","url":"https://pay.example"}}]}]}])")),
            link);
  EXPECT_EQ(interactive_of(interactive(json::serialize(link))), link);
}

TEST(PepipostWire, AnInteractiveMessagesFieldsAreChecked) {
  const auto button = [](const std::string& title) { return R"({"type":"reply","reply":{"id":"a","title":")" + title + R"("}})"; };
  const auto with_buttons = [](const std::string& buttons) {
    return R"([{"type":"button","body":"b","action":[{"buttons":[)" + buttons + "]}]}]";
  };
  const std::vector<Row> rows{
      {R"([{"body":"b"}])", Code::invalid, "type is required."},
      {R"([{"type":"product","body":"b"}])", Code::invalid, "type must be list, button or cta_url."},
      {R"([{"type":"button","body":"b"}])", Code::invalid, "action is required."},
      {R"([{"type":"button","body":"b","action":[]}])", Code::invalid, "action is required."},
      {R"([{"type":"button","body":"b","action":[{},{}]}])", Code::invalid, "action can hold only one element."},
      {R"([{"type":"button","body":"b","action":"x"}])", Code::invalid, "action must be an object."},
      {R"([{"type":"button","action":[{"buttons":[)" + button("Yes") + R"(]}]}])", Code::invalid, "body must not be empty."},
      {with_buttons(""), Code::invalid, "action.buttons is required."},
      {with_buttons(R"({"type":"reply"})"), Code::invalid, "action.buttons[0].reply is required."},
      {with_buttons(button("")), Code::invalid, "action.buttons[0].reply.title is required."},
      {R"([{"type":"list","body":"b","action":[{"button":"Open"}]}])", Code::invalid, "action.sections is required."},
      {R"([{"type":"cta_url","body":"b","action":[{"buttons":[{"name":"cta_url"}]}]}])", Code::invalid, "action.parameters is required."},
  };
  for (const auto& row : rows) expect_refused(interactive(row.input), row.code, row.text);
  for (const auto& refused : {with_buttons(button(std::string(21, 'x'))),
                              with_buttons(button("a") + "," + button("b") + "," + button("c") + "," + button("d"))}) {
    const auto answer = interactive(refused);
    ASSERT_FALSE(answer);
    EXPECT_EQ(answer.error().code, Code::invalid);
    EXPECT_TRUE(answer.error().text.starts_with("action.buttons")) << answer.error().text;
  }
}

}  // namespace
}  // namespace wherry::api::pepipost
