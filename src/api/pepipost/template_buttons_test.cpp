#include <gtest/gtest.h>

#include "api/pepipost/wire.h"
#include "domain/meta_shape.h"

namespace wherry::api::pepipost {
namespace {

MessageTemplate known() {
  MessageTemplate made;
  made.components = json::parse(R"([{"type":"BODY","text":"x"},{"type":"BUTTONS","buttons":[
      {"type":"QUICK_REPLY","text":"Stop"},{"type":"URL","text":"See","url":"https://shop.example.org/{{1}}"},
      {"type":"COPY_CODE","text":"Copy"},{"type":"OTP","text":"Copy code"},{"type":"PHONE_NUMBER","text":"Call"}]}])")
                        ->as_array();
  return made;
}

json::value fitted(int index, TemplateComponent component) {
  component.index = index;
  TemplateContent message{"shop", "en", {std::move(component)}};
  fit_buttons(message, known());
  return meta_object(message, {}).at("components").at(0);
}
TemplateComponent tap(std::string value) { return {"button", "quick_reply", {}, {PayloadParameter{std::move(value)}}, {}}; }
TemplateComponent link(std::string value) { return {"button", "url", {}, {TextParameter{std::move(value), {}}}, {}}; }
json::value parsed(std::string_view text) { return json::parse(text).value(); }

TEST(PepipostTemplateButtons, TheTemplateSaysWhatAValueIs) {
  EXPECT_EQ(
      fitted(0, link("https://a.example")),
      parsed(R"({"type":"button","sub_type":"quick_reply","index":"0","parameters":[{"type":"payload","payload":"https://a.example"}]})"));
  EXPECT_EQ(fitted(1, tap("cat/7")),
            parsed(R"({"type":"button","sub_type":"url","index":"1","parameters":[{"type":"text","text":"cat/7"}]})"));
  EXPECT_EQ(fitted(2, tap("SAVE25")),
            parsed(R"({"type":"button","sub_type":"copy_code","index":"2","parameters":[{"type":"coupon_code","coupon_code":"SAVE25"}]})"));
  EXPECT_EQ(fitted(3, tap("123456")),
            parsed(R"({"type":"button","sub_type":"url","index":"3","parameters":[{"type":"text","text":"123456"}]})"));
}

TEST(PepipostTemplateButtons, OfAWholeAddressTheVariablePartIsSent) {
  EXPECT_EQ(fitted(1, link("https://shop.example.org/cat/7")).at("parameters").at(0).at("text"), "cat/7");
  EXPECT_EQ(fitted(1, link("https://shop.example.org/")).at("parameters").at(0).at("text"), "https://shop.example.org/")
      << "nothing would be left";
  EXPECT_EQ(fitted(1, link("https://other.example/7")).at("parameters").at(0).at("text"), "https://other.example/7");
}

TEST(PepipostTemplateButtons, WhatTheTemplateDoesNotHaveStaysAsItWas) {
  EXPECT_EQ(fitted(9, tap("x")),
            parsed(R"({"type":"button","sub_type":"quick_reply","index":"9","parameters":[{"type":"payload","payload":"x"}]})"));
  EXPECT_EQ(fitted(4, tap("x")),
            parsed(R"({"type":"button","sub_type":"quick_reply","index":"4","parameters":[{"type":"payload","payload":"x"}]})"));
  TemplateContent message{"shop", "en", {{"body", {}, std::nullopt, {TextParameter{"Asha", {}}}, {}}}};
  const auto before = message;
  fit_buttons(message, known());
  EXPECT_EQ(message, before);
}

}  // namespace
}  // namespace wherry::api::pepipost
