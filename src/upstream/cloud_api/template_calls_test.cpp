#include "upstream/cloud_api/template_calls.h"

#include <gtest/gtest.h>

#include "tests/support/fake_http_client.h"
#include "tests/support/run.h"
#include "tests/support/test_channel.h"

namespace wherry::cloud_api {
namespace {

class TemplateCallsTest : public testing::Test {
 protected:
  Result<TemplatePage> list(std::string name = "", std::string after = "") {
    return test::run(io_, api_.list_templates(channel_, std::move(name), std::move(after)));
  }
  boost::asio::io_context io_{1};
  test::FakeHttpClient http_;
  TemplateCalls api_{http_};
  std::shared_ptr<const Channel> channel_ = std::make_shared<const Channel>(test::test_channel());
};

constexpr auto page_body =
    R"({"data":[{"id":"594425479261596","name":"order_ready","language":"en_US","status":"APPROVED","category":"UTILITY",)"
    R"("quality_score":{"score":"GREEN","date":1795000000},"rejected_reason":"NONE","parameter_format":"NAMED",)"
    R"("components":[{"type":"BODY","text":"Hi {{name}}"}]},{"name":"without an id"},7],)"
    R"("paging":{"cursors":{"before":"MAZDZD","after":"MjQZD"},"next":"https:\/\/graph.facebook.com\/v23.0\/1\/message_templates?after=MjQZD"}})";

TEST_F(TemplateCallsTest, ReadsAPage) {
  http_.answer(200, page_body);

  const auto page = list();

  ASSERT_TRUE(page) << page.error().message;
  ASSERT_EQ(page->templates.size(), 1u);
  const auto& known = page->templates.front();
  EXPECT_EQ(known.id, "594425479261596");
  EXPECT_EQ(known.name, "order_ready");
  EXPECT_EQ(known.language, "en_US");
  EXPECT_EQ(known.status, "APPROVED");
  EXPECT_EQ(known.category, "UTILITY");
  EXPECT_EQ(known.quality, "GREEN");
  EXPECT_EQ(known.parameter_format, "NAMED");
  EXPECT_EQ(template_body(known), "Hi {{name}}");
  EXPECT_EQ(page->next, "MjQZD");
  EXPECT_EQ(http_.seen.front().url,
            "https://graph.facebook.com/v23.0/102290129340398/message_templates?fields=id,name,language,status,category,quality_score,"
            "rejected_reason,parameter_format,components&limit=100");
  EXPECT_EQ(http_.seen.front().header("Authorization"), "Bearer EAAtoken");
}

TEST_F(TemplateCallsTest, GoesOnFromACursorAndNarrowsToAName) {
  http_.answer(200, R"({"data":[],"paging":{"cursors":{"before":"a","after":"b"}}})");

  const auto page = list("order&x", "Mj Q");

  EXPECT_EQ(page.value().next, "") << "a cursor without a link is the end";
  EXPECT_TRUE(http_.seen.front().url.ends_with("&limit=100&name=order%26x&after=Mj%20Q")) << http_.seen.front().url;
}

TEST_F(TemplateCallsTest, CreatesEditsAndRemoves) {
  http_.answer(200, R"({"id":"900","status":"PENDING","category":"MARKETING"})");
  http_.answer(200, R"({"success":true})");
  http_.answer(200, R"({"success":true})");

  const auto created = test::run(io_, api_.create_template(channel_, json::object{{"name", "offer"}}));
  EXPECT_TRUE(test::run(io_, api_.edit_template(channel_, "900", json::object{{"category", "UTILITY"}})));
  EXPECT_TRUE(test::run(io_, api_.remove_template(channel_, "offer", "900")));

  EXPECT_EQ(created.value().id, "900");
  EXPECT_EQ(created.value().category, "MARKETING");
  EXPECT_EQ(http_.seen[0].body, R"({"name":"offer"})");
  EXPECT_EQ(http_.seen[0].method, http::Method::post);
  EXPECT_EQ(http_.seen[1].url, "https://graph.facebook.com/v23.0/900");
  EXPECT_EQ(http_.seen[2].method, http::Method::delete_);
  EXPECT_EQ(http_.seen[2].url, "https://graph.facebook.com/v23.0/102290129340398/message_templates?name=offer&hsm_id=900");
}

TEST_F(TemplateCallsTest, ARefusalCarriesWhatWhatsAppTellsPeople) {
  const std::string body =
      R"({"error":{"message":"Invalid parameter","type":"OAuthException","code":100,"error_subcode":2388024,)"
      R"("error_user_title":"Content in this language already exists","error_user_msg":"There is already English content.","fbtrace_id":"T"}})";
  http_.answer(400, body);

  const auto refused = test::run(io_, api_.create_template(channel_, json::object{{"name", "offer"}}));

  EXPECT_EQ(refused.error().code, ErrorCode::rejected);
  EXPECT_EQ(refused.error().message, "Invalid parameter: There is already English content.");
  EXPECT_EQ(refused.error().peer_answer->body, body);
  EXPECT_EQ(refused.error().peer_answer->status, 400);
}

TEST_F(TemplateCallsTest, TellsWhatMayPassFromWhatIsUnknown) {
  http_.answer(400, R"({"error":{"message":"(#80007) Rate limit issues","type":"OAuthException","code":80007,"fbtrace_id":"T"}})");
  EXPECT_EQ(list().error().code, ErrorCode::upstream_unavailable);
  http_.fail(ErrorCode::outcome_unknown);
  EXPECT_EQ(list().error().code, ErrorCode::upstream_unavailable) << "reading changes nothing";
  http_.fail(ErrorCode::outcome_unknown);
  EXPECT_EQ(test::run(io_, api_.create_template(channel_, json::object())).error().code, ErrorCode::outcome_unknown);
  http_.fail(ErrorCode::upstream_unavailable);
  EXPECT_EQ(test::run(io_, api_.create_template(channel_, json::object())).error().code, ErrorCode::upstream_unavailable);
  http_.answer(200, "<html>");
  EXPECT_EQ(list().error().code, ErrorCode::outcome_unknown);
  http_.answer(200, "{}");
  EXPECT_EQ(list().error().code, ErrorCode::outcome_unknown);
}

}  // namespace
}  // namespace wherry::cloud_api
