#include "domain/message_template.h"

#include <gtest/gtest.h>

#include "domain/meta_shape.h"
#include "domain/template_text.h"

namespace wherry {
namespace {

MessageTemplate order_ready() {
  MessageTemplate known;
  known.name = "order_ready";
  known.language = "en_US";
  known.status = "APPROVED";
  known.category = "UTILITY";
  known.parameter_format = "POSITIONAL";
  known.components = json::parse(R"([{"type":"HEADER","format":"TEXT","text":"Order {{1}}"},)"
                                 R"({"type":"BODY","text":"Hello {{1}}, {{2}} is ready, {{1}}."},{"type":"FOOTER","text":"Wherry"},)"
                                 R"({"type":"BUTTONS","buttons":[{"type":"URL","text":"Track","url":"https://a.example/{{1}}"},)"
                                 R"({"type":"QUICK_REPLY","text":"Stop"},{"type":"URL","text":"Home","url":"https://a.example/"}]}])")
                         .value()
                         .get_array();
  return known;
}

TemplateContent message(std::string_view components) {
  TemplateContent content{"order_ready", "en_US", {}};
  content.components = read_template_components(json::parse(components).value().get_array()).value();
  return content;
}

constexpr std::string_view header = R"({"type":"header","parameters":[{"type":"text","text":"4711"}]})";
constexpr std::string_view body = R"({"type":"body","parameters":[{"type":"text","text":"Ada"},{"type":"text","text":"it"}]})";
constexpr std::string_view link = R"({"type":"button","sub_type":"url","index":0,"parameters":[{"type":"text","text":"x"}]})";

TemplateContent with(std::initializer_list<std::string_view> components) {
  std::string list;
  for (const auto one : components) list += (list.empty() ? "" : ",") + std::string(one);
  return message("[" + list + "]");
}

std::string details(const MessageTemplate& known, const TemplateContent& content) {
  const auto found = template_fault(known, content);
  return found ? std::to_string(found->code) + " " + found->details : "fine";
}

TEST(MessageTemplate, ValuesThatFitAreFine) {
  EXPECT_EQ(details(order_ready(), with({header, body, link})), "fine");
  EXPECT_EQ(details(order_ready(),
                    with({header, body, link,
                          R"({"type":"button","sub_type":"quick_reply","index":1,"parameters":[{"type":"payload","payload":"p"}]})"})),
            "fine");
}

TEST(MessageTemplate, CountsAreToldWithWhatIsExpected) {
  EXPECT_EQ(details(order_ready(), with({header, R"({"type":"body","parameters":[{"type":"text","text":"Ada"}]})", link})),
            "132000 body: number of localizable_params (1) does not match the expected number of params (2)");
  EXPECT_EQ(details(order_ready(), with({body, link})),
            "132000 header: number of localizable_params (0) does not match the expected number of params (1)");
  EXPECT_EQ(details(order_ready(), with({header, body})), "131008 buttons: Button at index 0 of type URL requires a parameter");
  EXPECT_EQ(details(order_ready(), with({header, body, link,
                                         R"({"type":"button","sub_type":"url","index":2,"parameters":[{"type":"text","text":"x"}]})"})),
            "132000 button: number of localizable_params (1) does not match the expected number of params (0)");
  EXPECT_EQ(details(order_ready(), with({header, body, link,
                                         R"({"type":"button","sub_type":"url","index":7,"parameters":[{"type":"text","text":"x"}]})"})),
            "132018 buttons: the template has no button at index 7");
  auto bare = order_ready();
  bare.components = json::parse(R"([{"type":"BODY","text":"Hello"}])").value().get_array();
  EXPECT_EQ(details(bare, with({header})),
            "132000 header: number of localizable_params (1) does not match the expected number of params (0)");
}

TEST(MessageTemplate, KindsMustFit) {
  EXPECT_EQ(details(order_ready(),
                    with({R"({"type":"header","parameters":[{"type":"image","image":{"link":"https://a.example/a.png"}}]})", body, link})),
            "132012 header: Format mismatch, expected TEXT, received IMAGE");
  auto pictured = order_ready();
  pictured.components[0] = json::object{{"type", "HEADER"}, {"format", "IMAGE"}};
  EXPECT_EQ(details(pictured, with({header, body, link})), "132012 header: Format mismatch, expected IMAGE, received TEXT");
  EXPECT_EQ(details(pictured, with({body, link})), "132012 header: Format mismatch, expected IMAGE, received UNKNOWN");
  EXPECT_EQ(details(pictured,
                    with({R"({"type":"header","parameters":[{"type":"image","image":{"link":"https://a.example/a.png"}}]})", body, link})),
            "fine");
}

TEST(MessageTemplate, NamedValuesMustBeNamed) {
  auto known = order_ready();
  known.parameter_format = "NAMED";
  known.components = json::parse(R"([{"type":"BODY","text":"Hello {{name}}, {{order}} is ready"}])").value().get_array();
  const auto given = [&](std::string first, std::string second) {
    return TemplateContent{
        "order_ready", "en_US", {{"body", "", {}, {TextParameter{"Ada", std::move(first)}, TextParameter{"7", std::move(second)}}, {}}}};
  };
  EXPECT_EQ(details(known, given("order", "name")), "fine");
  EXPECT_EQ(details(known, given("name", "")), "132018 body: Parameter name is missing or empty");
  EXPECT_EQ(details(known, given("name", "id")), "132018 body: parameter name 'id' does not exist in the template");
  EXPECT_EQ(details(known, given("name", "name")), "132018 body: parameter names must be unique");
  EXPECT_EQ(template_preview(known, given("order", "name")), "Hello 7, Ada is ready");
}

TEST(MessageTemplate, OnlyApprovedOnesCanBeSent) {
  auto known = order_ready();
  for (const auto& [status, code] : {std::pair{"PAUSED", 132015}, {"DISABLED", 132016}, {"PENDING", 132001}, {"REJECTED", 132001}}) {
    known.status = status;
    EXPECT_EQ(template_fault(known, with({header, body, link}))->code, code) << status;
  }
  EXPECT_EQ(unknown_template(with({})).details, "template name (order_ready) does not exist in en_US");
}

TEST(MessageTemplate, ACodeNeedsItsCodeEvenWhenTheWordsAreWhatsApps) {
  auto known = order_ready();
  known.category = "AUTHENTICATION";
  known.components = json::parse(R"([{"type":"BODY","add_security_recommendation":true},{"type":"BUTTONS","buttons":[{"type":"OTP"}]}])")
                         .value()
                         .get_array();
  EXPECT_EQ(details(known, with({})), "132000 body: number of localizable_params (0) does not match the expected number of params (1)");
  EXPECT_EQ(details(known, with({R"({"type":"body","parameters":[{"type":"text","text":"123456"}]})"})),
            "131008 buttons: Button at index 0 of type OTP requires a parameter");
}

TEST(MessageTemplate, ThePreviewIsWhatIsRead) {
  EXPECT_EQ(template_preview(order_ready(), with({header, body, link})), "Order 4711\nHello Ada, it is ready, Ada.\nWherry");
  EXPECT_EQ(template_body(order_ready()), "Hello {{1}}, {{2}} is ready, {{1}}.");
}

TEST(TemplateText, OnlyWellFormedVariablesCount) {
  EXPECT_EQ(variables_of("{{1}} {{ name }} {{1}} {{}} {{a b}} {{2"), (std::vector<std::string>{"1", "name"}));
  EXPECT_EQ(fill_variables("a {{1}} b {{2}}", {{"1", "{{2}}"}}), "a {{2}} b {{2}}");
}

}  // namespace
}  // namespace wherry
