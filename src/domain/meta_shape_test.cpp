#include "domain/meta_shape.h"

#include <gtest/gtest.h>

namespace wherry {
namespace {

json::object object(std::string_view text) { return json::parse(text).value().get_object(); }

const MediaId file = MediaId::make(from_unix_millis(1'700'000'000'000));

/// Reads the shape, stores it, reads it back, and writes it once more: nothing may be lost on the way.
void expect_kept(const Content& content, std::string_view stored) {
  EXPECT_EQ(content_to_json(content), stored);
  const auto again = content_from_json(stored);
  ASSERT_TRUE(again) << stored;
  EXPECT_EQ(content_to_json(*again), stored);
  EXPECT_TRUE(check_content(*again)) << check_content(*again).error().message;
}

TEST(MetaShape, ALocationIsWrittenInPlainDecimalsAndReadFromNumbersToo) {
  const auto location =
      read_location(object(R"({"latitude":48.137154,"longitude":"-0.00001234","name":"Depot","address":"Marienplatz 1"})"));
  ASSERT_TRUE(location);
  expect_kept(
      *location,
      R"({"type":"location","location":{"latitude":"48.137154","longitude":"-0.00001234","name":"Depot","address":"Marienplatz 1"}})");
  EXPECT_EQ(degrees_text(5), "5");
}

TEST(MetaShape, EveryMemberOfAContactIsKept) {
  constexpr std::string_view card =
      R"([{"addresses":[{"street":"1 Hacker Way","city":"Menlo Park","state":"CA","zip":"94025","country":"United States","country_code":"us","type":"HOME"}],)"
      R"("birthday":"2012-08-18","emails":[{"email":"a@b.example","type":"WORK"}],)"
      R"("name":{"formatted_name":"Dr. Ada B. Lovelace Jr","first_name":"Ada","last_name":"Lovelace","middle_name":"B.","suffix":"Jr","prefix":"Dr."},)"
      R"("org":{"company":"Engines","department":"Design","title":"Manager"},)"
      R"("phones":[{"phone":"+1 650 555 1234","type":"WORK","wa_id":"16505551234"}],"urls":[{"url":"https://a.example","type":"WORK"}]}])";
  const auto contacts = read_contacts(json::parse(card).value().get_array());
  ASSERT_TRUE(contacts);
  expect_kept(*contacts, R"({"type":"contacts","contacts":)" + std::string(card) + "}");
}

TEST(MetaShape, ReplyButtonsWithAStoredPictureAreKept) {
  InteractiveContent content;
  content.header = MediaReference{MediaKind::image, file, ""};
  content.body = "Yes or no?";
  content.footer = "Tap one";
  content.action = ReplyButtons{{{"y", "Yes"}, {"n", "No"}}};
  expect_kept(content, R"({"type":"interactive","interactive":{"type":"button","header":{"type":"image","image":{"id":")" + file.text() +
                           R"("}},"body":{"text":"Yes or no?"},"footer":{"text":"Tap one"},"action":{"buttons":[)"
                           R"({"type":"reply","reply":{"id":"y","title":"Yes"}},{"type":"reply","reply":{"id":"n","title":"No"}}]}}})");
  EXPECT_EQ(file_of(content), file);
}

TEST(MetaShape, ListsUrlButtonsAndOtherActionsAreKept) {
  for (
      const std::string_view interactive :
      {R"({"type":"list","header":{"type":"text","text":"Slots"},"body":{"text":"Pick"},"footer":{"text":"Local"},"action":{"button":"Show",)"
       R"("sections":[{"title":"Tue","rows":[{"id":"a","title":"09:00","description":"30 min"},{"id":"b","title":"10:00"}]}]}})",
       R"({"type":"cta_url","header":{"type":"document","document":{"link":"https://f.example/a.pdf","filename":"a.pdf"}},)"
       R"("body":{"text":"See"},"action":{"name":"cta_url","parameters":{"display_text":"Open","url":"https://shop.example/"}}})",
       R"({"type":"flow","header":{"type":"video","video":{"id":"1037543291543636"}},"body":{"text":"Go"},"action":{"name":"flow",)"
       R"("parameters":{"flow_message_version":"3","flow_action_payload":{"screen":"A","data":[1,true,null]}}}})"}) {
    const auto content = read_interactive(object(interactive));
    ASSERT_TRUE(content) << content.error().message;
    expect_kept(*content, R"({"type":"interactive","interactive":)" + std::string(interactive) + "}");
    EXPECT_EQ(file_of(*content), std::nullopt);
  }
}

constexpr std::string_view every_parameter =
    R"({"name":"order_ready","language":{"code":"en_US"},"components":[)"
    R"({"type":"header","parameters":[{"type":"location","location":{"latitude":"1.5","longitude":"2","name":"Depot"}}]},)"
    R"({"type":"body","parameters":[{"type":"text","parameter_name":"first_name","text":"Ada"},)"
    R"({"type":"currency","parameter_name":"total","currency":{"fallback_value":"$100.99","code":"USD","amount_1000":100990}},)"
    R"({"type":"date_time","date_time":{"fallback_value":"February 25, 1977"}}]},)"
    R"({"type":"button","sub_type":"url","index":"0","parameters":[{"type":"text","text":"4711?k=9"}]},)"
    R"({"type":"button","sub_type":"quick_reply","index":"1","parameters":[{"type":"payload","payload":"STOP-4711"}]},)"
    R"({"type":"button","sub_type":"copy_code","index":"2","parameters":[{"type":"coupon_code","coupon_code":"25OFF"}]},)"
    R"({"type":"button","sub_type":"flow","index":"3","parameters":[{"type":"action","action":{"flow_token":"t","flow_action_data":{"a":1}}}]},)"
    R"({"type":"limited_time_offer","parameters":[{"type":"limited_time_offer","limited_time_offer":{"expiration_time_ms":1795000000000}}]}]})";

TEST(MetaShape, EveryParameterOfATemplateIsKept) {
  const auto content = read_template(object(every_parameter));
  ASSERT_TRUE(content) << content.error().message;
  ASSERT_EQ(content->components.size(), 7u);
  EXPECT_EQ(std::get<TextParameter>(content->components[1].parameters[0]).name, "first_name");
  EXPECT_EQ(std::get<CurrencyParameter>(content->components[1].parameters[1]).amount_1000, 100990);
  EXPECT_EQ(content->components[3].index, 1);
  expect_kept(*content, R"({"type":"template","template":)" + std::string(every_parameter) + "}");
}

TEST(MetaShape, CardsOfACarouselAreKeptAndTheirFilesAreFound) {
  const auto second = MediaId::make(from_unix_millis(1'795'000'000'001));
  const auto shape = R"({"name":"cards","language":{"code":"en"},"components":[{"type":"carousel","cards":[{"card_index":0,"components":[)"
                     R"({"type":"header","parameters":[{"type":"image","image":{"id":")" +
                     file.text() +
                     R"("}}]}]},{"card_index":1,"components":[)"
                     R"({"type":"header","parameters":[{"type":"image","image":{"link":"https://f.example/b.png"}}]}]},)"
                     R"({"card_index":2,"components":[{"type":"header","parameters":[{"type":"video","video":{"id":")" +
                     second.text() + R"("}},{"type":"image","image":{"id":")" + file.text() + R"("}}]}]}]}]})";
  const auto content = read_template(object(shape));
  ASSERT_TRUE(content) << content.error().message;
  expect_kept(*content, R"({"type":"template","template":)" + shape + "}");
  EXPECT_EQ(files_of(*content), (std::vector{file, second})) << "each once";
}

TEST(MetaShape, IndexesComeAsTextOrNumberAndTypesInAnyCase) {
  const auto components = read_template_components(
      json::parse(R"([{"type":"BUTTON","sub_type":"URL","index":4,"parameters":[{"type":"TEXT","text":"x"}]}])").value().get_array());
  ASSERT_TRUE(components);
  EXPECT_EQ(components->front().type, "button");
  EXPECT_EQ(components->front().sub_type, "url");
  EXPECT_EQ(components->front().index, 4);
}

TEST(MetaShape, AFileAtWhatsAppTakesThePlaceOfOursAndBringsItsName) {
  InteractiveContent content;
  content.header = MediaReference{MediaKind::document, file, ""};
  content.body = "b";
  content.action = UrlButton{"Open", "https://a.example"};
  const UploadedFile uploaded{file, "1234567890", "stored.pdf"};
  const auto written = json::serialize(meta_object(content, {&uploaded, 1}));
  EXPECT_NE(written.find(R"("document":{"id":"1234567890","filename":"stored.pdf"})"), std::string::npos) << written;
}

TEST(MetaShape, SaysWhichMemberIsWrong) {
  const auto interactive = [](std::string_view text) { return read_interactive(object(text)).error().message; };
  EXPECT_EQ(interactive(R"({"body":{"text":"x"}})"), "interactive.type is required");
  EXPECT_EQ(interactive(R"({"type":"button","action":{"buttons":[{"reply":{"id":"a","title":"A"}},{"reply":{"title":"B"}}]}})"),
            "interactive.action.buttons[1].reply.id is required");
  EXPECT_EQ(interactive(R"({"type":"button","body":{"text":7},"action":{"buttons":[{"reply":{"id":"a","title":"A"}}]}})"),
            "interactive.body.text must be a string");
  EXPECT_EQ(interactive(R"({"type":"cta_url","header":{"type":"sticker"},"action":{"parameters":{"display_text":"a","url":"b"}}})"),
            "interactive.header.type must be text, image, video or document");
  EXPECT_EQ(interactive(R"({"type":"button","header":{"type":"image","image":{"id":"1","link":"https://a"}},"action":{"buttons":[]}})"),
            "interactive.header.image needs exactly one of id and link");
  const auto message = [](std::string_view components) {
    return read_template(object(R"({"name":"a","language":{"code":"en"},"components":)" + std::string(components) + "}")).error().message;
  };
  EXPECT_EQ(message("{}"), "template.components must be an array");
  EXPECT_EQ(message("[1]"), "template.components[0] must be an object");
  EXPECT_EQ(
      message(R"([{"type":"body","parameters":[{"type":"currency","currency":{"fallback_value":"x","code":"USD","amount_1000":1.5}}]}])"),
      "template.components[0].parameters[0].currency.amount_1000 must be an integer");
  EXPECT_EQ(message(R"([{"type":"carousel","cards":[{"card_index":0,"components":[{"type":"body"},{"type":"x","cards":[1]}]}]}])"),
            "template.components[0].cards[0].components[1].cards cannot be inside a card");
  EXPECT_EQ(read_location(object(R"({"latitude":"north","longitude":1})")).error().message, "location.latitude must be a number");
  EXPECT_EQ(read_location(object(R"({"latitude":"inf","longitude":1})")).error().message, "location.latitude must be a number");
  EXPECT_EQ(read_contacts(json::array{}).error().message, "contacts is required");
}

}  // namespace
}  // namespace wherry
