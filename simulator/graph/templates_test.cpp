#include "simulator/graph/graph_fixture.h"
#include "simulator/graph/template_text.h"

namespace wherry::sim {
namespace {

using test::Answer;

class GraphTemplates : public test::GraphTest {
 protected:
  static std::string creation(const std::string& name, const std::string& components, const std::string& more = {}) {
    return R"({"name":")" + name + R"(","language":"en_US","category":"UTILITY",)" + more + R"("components":)" + components + "}";
  }
  /// Creates and approves; gives the id.
  std::string approved(const std::string& name, const std::string& components, const std::string& more = {}) {
    const Answer answer = post(templates, creation(name, components, more));
    EXPECT_EQ(answer.status, 200) << answer.body;
    const std::string id(answer.json().at("id").as_string());
    EXPECT_EQ(world.finish_review(id)->status, "APPROVED");
    return id;
  }
  Answer send_template(const std::string& name, const std::string& components, const std::string& language = "en_US") {
    return send(R"("type":"template","template":{"name":")" + name + R"(","language":{"code":")" + language + R"("},"components":)" +
                components + "}");
  }
  static constexpr const char* plain = R"([{"type":"BODY","text":"Your order is ready."}])";
  static constexpr const char* two =
      R"([{"type":"BODY","text":"Hi {{1}}, order {{2}} is ready.","example":{"body_text":[["Ada","4711"]]}}])";
};

TEST_F(GraphTemplates, ATemplateIsPendingThenReviewed) {
  const Answer answer = post(templates, creation("order_ready", plain));
  EXPECT_EQ(answer.body, R"({"id":")" + events.submitted.at(0).id + R"(","status":"PENDING","category":"UTILITY"})");
  EXPECT_EQ(send_template("order_ready", "[]").code(), 132001);
  EXPECT_EQ(world.finish_review(events.submitted[0].id)->status, "APPROVED");
  EXPECT_EQ(world.finish_review(events.submitted[0].id), nullptr);
  EXPECT_EQ(send_template("order_ready", "[]").status, 200);
  EXPECT_EQ(events.accepted[0]->category, "utility");
  EXPECT_EQ(events.accepted[0]->message_status, "accepted");
  EXPECT_FALSE(events.accepted[0]->failure);

  post(templates, creation("x_reject_scam", plain));
  EXPECT_EQ(world.finish_review(events.submitted[1].id)->rejected_reason, "SCAM");
}

TEST_F(GraphTemplates, NameAndLanguageAreUnique) {
  approved("order_ready", plain);
  const Answer answer = post(templates, creation("order_ready", plain));
  EXPECT_EQ(answer.status, 400);
  EXPECT_EQ(answer.json().at("error").at("error_subcode"), 2388024);
  EXPECT_EQ(answer.message(), "Invalid parameter");
  std::string spanish = creation("order_ready", plain);
  spanish.replace(spanish.find("en_US"), 5, "es");
  EXPECT_EQ(post(templates, spanish).status, 200);
}

TEST_F(GraphTemplates, DeletingAnApprovedOneBlocksItsNameForThirtyDays) {
  approved("order_ready", plain);
  EXPECT_EQ(remove(templates + "?name=order_ready").body, R"({"success":true})");
  EXPECT_EQ(events.changed, std::vector<std::string>{"order_ready PENDING_DELETION"});
  EXPECT_EQ(remove(templates + "?name=order_ready").code(), 100);
  EXPECT_EQ(post(templates, creation("order_ready", plain)).json().at("error").at("error_subcode"), 2388023);
  clock.advance(std::chrono::hours(24 * 30));
  EXPECT_EQ(post(templates, creation("order_ready", plain)).status, 200);
}

TEST_F(GraphTemplates, OneOfManyIsDeletedByItsId) {
  const std::string a = approved("a", plain), b = approved("b", plain);
  EXPECT_EQ(remove(templates + "?name=a&hsm_id=" + b).code(), 100);
  EXPECT_EQ(remove(templates + "?name=a&hsm_id=" + a).status, 200);
  EXPECT_EQ(remove(templates + "?hsm_ids=%5B%22" + b + "%22%5D").status, 200);
  EXPECT_TRUE(world.templates_of(world.first().waba_id).empty());
}

TEST_F(GraphTemplates, ListsAreCutIntoPages) {
  for (const char* name : {"a", "b", "c", "d", "e"}) {
    approved(name, plain);
    clock.advance(seconds(1));
  }
  const auto names = [](const boost::json::value& page) {
    std::string all;
    for (const auto& entry : page.at("data").as_array()) all += entry.at("name").as_string();
    return all;
  };
  const auto first = get(templates + "?limit=2&fields=name").json();
  EXPECT_EQ(names(first), "ed");
  EXPECT_EQ(first.at("data").at(0).as_object().size(), 2u);
  EXPECT_TRUE(first.at("paging").as_object().contains("next"));
  const auto after = [](const boost::json::value& page, const char* which) {
    return http::percent_encode(page.at("paging").at("cursors").at(which).as_string());
  };
  const auto second = get(templates + "?limit=2&after=" + after(first, "after")).json();
  EXPECT_EQ(names(second), "cb");
  const auto third = get(templates + "?limit=2&after=" + after(second, "after")).json();
  EXPECT_EQ(names(third), "a");
  EXPECT_FALSE(third.at("paging").as_object().contains("next"));
  EXPECT_EQ(names(get(templates + "?limit=2&before=" + after(second, "before")).json()), "ed");
  EXPECT_EQ(get(templates + "?after=nonsense").code(), 131059);
  EXPECT_EQ(names(get(templates + "?name=c&status=approved").json()), "c");
  EXPECT_EQ(get(templates + "?status=REJECTED").body, R"({"data":[]})");
}

TEST_F(GraphTemplates, EditingGoesBackToReviewOnceADay) {
  const std::string id = approved("order_ready", plain);
  const std::string edit = R"({"components":[{"type":"BODY","text":"New text."}]})";
  EXPECT_EQ(post("/v26.0/" + id, R"({"category":"MARKETING"})").code(), 100);
  EXPECT_EQ(post("/v26.0/" + id, edit).body, R"({"success":true})");
  EXPECT_EQ(get("/v26.0/" + id + "?fields=status").body, R"({"status":"PENDING","id":")" + id + "\"}");
  EXPECT_EQ(post("/v26.0/" + id, edit).json().at("error").at("error_subcode"), 2388039);
  world.finish_review(id);
  EXPECT_EQ(post("/v26.0/" + id, edit).json().at("error").at("error_subcode"), 2388039);
  clock.advance(std::chrono::hours(24));
  EXPECT_EQ(post("/v26.0/" + id, edit).status, 200);
}

struct Creation {
  const char* name;
  const char* body;
  const char* text;  // of error_user_title, or of message
};
class TemplateCreation : public test::GraphTest, public ::testing::WithParamInterface<Creation> {};

TEST_P(TemplateCreation, IsRefused) {
  const Answer answer = post(templates, GetParam().body);
  EXPECT_EQ(answer.code(), 100) << answer.body;
  const auto error = answer.json().at("error").as_object();
  const auto* title = error.if_contains("error_user_msg");
  EXPECT_EQ(title ? std::string(title->as_string()) : answer.message(), GetParam().text);
}

#define HEAD R"({"name":"n","language":"en","category":"UTILITY","components":)"
INSTANTIATE_TEST_SUITE_P(
    Rows, TemplateCreation,
    ::testing::Values(
        Creation{"name", R"({"language":"en"})", "(#100) The parameter name is required."},
        Creation{"name_form", R"({"name":"Bad Name","language":"en"})",
                 "Names are at most 512 lower-case letters, digits and underscores."},
        Creation{"language", R"({"name":"n"})", "(#100) The parameter language is required."},
        Creation{"category", R"({"name":"n","language":"en","category":"SPAM"})",
                 "(#100) Param category must be one of {UTILITY, MARKETING, AUTHENTICATION} - got \"SPAM\"."},
        Creation{"components", R"({"name":"n","language":"en","category":"UTILITY"})", "(#100) The parameter components is required."},
        Creation{"no_body", HEAD R"([{"type":"FOOTER","text":"f"}]})", "The template needs a BODY component."},
        Creation{"two_bodies", HEAD R"([{"type":"BODY","text":"a"},{"type":"body","text":"b"}]})",
                 "A template can have only one BODY component."},
        Creation{"trailing", HEAD R"([{"type":"BODY","text":"Hi {{1}}","example":{"body_text":[["x"]]}}]})",
                 "Variables can't be at the start or end of the template."},
        Creation{"adjacent", HEAD R"([{"type":"BODY","text":"Hi {{1}} {{2}}!","example":{"body_text":[["x","y"]]}}]})",
                 "Variables need text between them."},
        Creation{"gap", HEAD R"([{"type":"BODY","text":"Hi {{1}} and {{3}}!","example":{"body_text":[["x","y"]]}}]})",
                 "Variables must be numbered {{1}}, {{2}} and so on, without gaps."},
        Creation{"example", HEAD R"([{"type":"BODY","text":"Hi {{1}}!"}]})", "Every variable needs an example."},
        Creation{"media_example", HEAD R"([{"type":"HEADER","format":"IMAGE"},{"type":"BODY","text":"a"}]})",
                 "A media header needs example.header_handle."},
        Creation{"footer_variable", HEAD R"([{"type":"BODY","text":"a"},{"type":"FOOTER","text":"f {{1}} g"}]})",
                 "The footer can't have variables."},
        Creation{"three_urls",
                 HEAD R"([{"type":"BODY","text":"a"},{"type":"BUTTONS","buttons":[{"type":"URL","text":"a","url":"https://a.b"},
                 {"type":"URL","text":"b","url":"https://a.b"},{"type":"URL","text":"c","url":"https://a.b"}]}]})",
                 "A template can have at most 2 URL buttons."},
        Creation{"scattered_replies", HEAD R"([{"type":"BODY","text":"a"},{"type":"BUTTONS","buttons":[{"type":"QUICK_REPLY","text":"a"},
                 {"type":"URL","text":"b","url":"https://a.b"},{"type":"QUICK_REPLY","text":"c"}]}]})",
                 "Quick reply buttons must stand together."},
        Creation{"url_variable",
                 HEAD
                 R"([{"type":"BODY","text":"a"},{"type":"BUTTONS","buttons":[{"type":"URL","text":"b","url":"https://a.b/{{1}}/c"}]}]})",
                 "A URL can have one variable, at its end."},
        Creation{"otp", HEAD R"([{"type":"BODY","text":"a"},{"type":"BUTTONS","buttons":[{"type":"OTP","otp_type":"COPY_CODE"}]}]})",
                 "OTP buttons are for authentication templates only."},
        Creation{
            "ttl",
            R"({"name":"n","language":"en","category":"UTILITY","message_send_ttl_seconds":5,"components":[{"type":"BODY","text":"a"}]})",
            "message_send_ttl_seconds must be between 30 and 43200."}),
    [](const auto& row) { return std::string(row.param.name); });

TEST_F(GraphTemplates, ParametersAreCountedByComponent) {
  approved("two", two);
  const Answer one = send_template("two", R"([{"type":"body","parameters":[{"type":"text","text":"Ada"}]}])");
  EXPECT_EQ(one.status, 400);
  EXPECT_EQ(one.message(), "(#132000) Number of parameters does not match the expected number of params");
  EXPECT_EQ(one.details(), "body: number of localizable_params (1) does not match the expected number of params (2)");
  EXPECT_EQ(send_template("two", "[]").details(),
            "body: number of localizable_params (0) does not match the expected number of params (2)");
  EXPECT_EQ(send_template("two", R"([{"type":"BODY","parameters":[{"type":"text","text":"Ada"},{"type":"text","text":"4711"}]}])").status,
            200);
  EXPECT_EQ(events.accepted[0]->rendered, "Hi Ada, order 4711 is ready.");
  const Answer kind = send_template("two", R"([{"type":"body","parameters":[{"type":"image"},{"type":"text","text":"4711"}]}])");
  EXPECT_EQ(kind.code(), 132012);
  EXPECT_EQ(send_template("two", R"([{"type":"body","parameters":[{"type":"text","text":"a\nb"},{"type":"text","text":"4711"}]}])").code(),
            132018);
  EXPECT_EQ(send_template("two", R"([{"type":"body","parameters":[{"type":"text","text":")" + std::string(1020, 'x') +
                                     R"("},{"type":"text","text":"4711"}]}])")
                .code(),
            132005);
  EXPECT_EQ(send_template("two", "[]", "en").details(), "template name (two) does not exist in en");
  EXPECT_EQ(send_template("two", R"([{"type":"header","parameters":[{"type":"text","text":"x"}]}])").code(), 132000);
}

TEST_F(GraphTemplates, NamedParametersComeInAnyOrder) {
  approved("named", R"([{"type":"BODY","text":"Hi {{first}}, {{order}} is ready.","example":{"body_text_named_params":[
    {"param_name":"first","example":"a"},{"param_name":"order","example":"b"}]}}])",
           R"("parameter_format":"NAMED",)");
  const auto with = [&](const char* first, const char* second) {
    return send_template("named", std::string(R"([{"type":"body","parameters":[{"type":"text","parameter_name":")") + first +
                                      R"(","text":"1"},{"type":"text","parameter_name":")" + second + R"(","text":"2"}]}])");
  };
  EXPECT_EQ(with("order", "first").status, 200);
  EXPECT_EQ(events.accepted[0]->rendered, "Hi 2, 1 is ready.");
  EXPECT_EQ(with("order", "other").code(), 132018);
  EXPECT_EQ(with("order", "").details(), "Parameter name is missing or empty");
}

TEST_F(GraphTemplates, HeadersAndButtonsNeedTheirParameters) {
  approved("rich", R"([{"type":"HEADER","format":"IMAGE","example":{"header_handle":["4::x"]}},{"type":"BODY","text":"a"},
    {"type":"BUTTONS","buttons":[{"type":"URL","text":"Track","url":"https://a.b/{{1}}","example":["https://a.b/1"]},{"type":"QUICK_REPLY","text":"Stop"}]}])");
  const std::string header = R"({"type":"header","parameters":[{"type":"image","image":{"link":"https://a.b/c"}}]})";
  const std::string url = R"({"type":"button","sub_type":"url","index":"0","parameters":[{"type":"text","text":"9"}]})";
  EXPECT_EQ(send_template("rich", "[" + url + "]").details(), "header: Format mismatch, expected IMAGE, received UNKNOWN");
  const Answer button = send_template("rich", "[" + header + "]");
  EXPECT_EQ(button.code(), 131008);
  EXPECT_EQ(button.details(), "buttons: Button at index 0 of type Url requires a parameter");
  EXPECT_EQ(
      send_template("rich", "[" + header + "," + url +
                                R"(,{"type":"button","sub_type":"quick_reply","index":1,"parameters":[{"type":"payload","payload":"p"}]}])")
          .status,
      200);
  EXPECT_EQ(send_template("rich", "[" + header + "," + url + R"(,{"type":"button","sub_type":"quick_reply","index":"7","parameters":[]}])")
                .code(),
            132018);
}

TEST_F(GraphTemplates, AuthenticationTemplatesTakeTheirCodeTwiceAndNoBsuid) {
  const Answer created =
      post(templates, R"({"name":"otp","language":"en_US","category":"AUTHENTICATION","message_send_ttl_seconds":600,"components":[
    {"type":"BODY","add_security_recommendation":true},{"type":"BUTTONS","buttons":[{"type":"OTP","otp_type":"COPY_CODE"}]}]})");
  ASSERT_EQ(created.status, 200) << created.body;
  world.finish_review(std::string(created.json().at("id").as_string()));
  const std::string body = R"({"type":"body","parameters":[{"type":"text","text":"123456"}]})";
  const std::string both = "[" + body + R"(,{"type":"button","sub_type":"url","index":0,"parameters":[{"type":"text","text":"123456"}]}])";
  EXPECT_EQ(send_template("otp", "[" + body + "]").code(), 131008);
  EXPECT_EQ(send_template("otp", both).status, 200);
  const std::string bsuid = world.bsuid(*world.numbers.find(world.first().number_id), "15550100042");
  const Answer refused =
      post(messages, R"({"messaging_product":"whatsapp","recipient":")" + bsuid +
                         R"(","type":"template","template":{"name":"otp","language":{"code":"en_US"},"components":)" + both + "}}");
  EXPECT_EQ(refused.code(), 131062);
}

TEST_F(GraphTemplates, PausedAndDisabledOnesSaySo) {
  const std::string id = approved("order_ready", plain);
  world.templates.update(id, [](Template& value) { value.status = "PAUSED"; });
  EXPECT_EQ(send_template("order_ready", "[]").code(), 132015);
  world.templates.update(id, [](Template& value) { value.status = "DISABLED"; });
  EXPECT_EQ(send_template("order_ready", "[]").code(), 132016);
  EXPECT_EQ(remove(templates + "?name=order_ready").json().at("error").at("error_subcode"), 2388039);
}

TEST_F(GraphTemplates, OutsideTheWindowThePortfolioLimitCounts) {
  approved("order_ready", plain);
  world.switches.throughput = false;
  world.portfolios.update(world.first().portfolio_id, [](Portfolio& value) { value.user_limit = 2; });
  const std::string content = R"("type":"template","template":{"name":"order_ready","language":{"code":"en_US"}})";
  EXPECT_EQ(send(content, "15550100001").status, 200);
  EXPECT_EQ(send(content, "15550100002").status, 200);
  send(content, "15550100003");
  EXPECT_EQ(events.accepted.back()->failure->code, 131048);
  send(content, "15550100001");
  EXPECT_FALSE(events.accepted.back()->failure);
  open_window("15550100003");
  send(content, "15550100003");
  EXPECT_FALSE(events.accepted.back()->failure);
}

TEST(TemplateText, VariablesAreFoundAndFilled) {
  EXPECT_EQ(variables_of("{{1}} and {{ two }} and {{1}} and {{bad name}} {{"), (std::vector<std::string>{"1", "two"}));
  EXPECT_EQ(fill_variables("{{1}} and {{2}}", {{"1", "a"}}), "a and {{2}}");
}

}  // namespace
}  // namespace wherry::sim
