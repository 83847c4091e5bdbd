#include "base/crypto.h"
#include "simulator/graph/fields.h"
#include "simulator/graph/graph_fixture.h"

namespace wherry::sim {
namespace {

using http::Method;
using test::Answer;

class GraphNodes : public test::GraphTest {
 protected:
  const std::string number = "/v26.0/106540352242922";
  const std::string waba = "/v26.0/102290129340398";
};

TEST_F(GraphNodes, ANumberShowsItsDefaultsOrWhatIsAskedFor) {
  EXPECT_EQ(get(number).body,
            R"({"verified_name":"Test Number","display_phone_number":"+1 555-010-7788","quality_rating":"GREEN","id":"106540352242922"})");
  EXPECT_EQ(get(number + "?fields=throughput,status").body,
            R"({"throughput":{"level":"STANDARD"},"status":"CONNECTED","id":"106540352242922"})");
  EXPECT_EQ(get(number + "?fields=whatsapp_business_manager_messaging_limit").body,
            R"({"whatsapp_business_manager_messaging_limit":"TIER_250","id":"106540352242922"})");
  EXPECT_EQ(get(number + "?fields=health_status%7Bcan_send_message%7D").body,
            R"({"health_status":{"can_send_message":"AVAILABLE"},"id":"106540352242922"})");
  const Answer wrong = get(number + "?fields=colour");
  EXPECT_EQ(wrong.message(), "(#100) Tried accessing nonexisting field (colour) on node type (WhatsAppBusinessPhoneNumber)");
  EXPECT_EQ(wrong.status, 400);
  EXPECT_EQ(get(number + "?fields=a%7Bb").code(), 2500);
}

TEST_F(GraphNodes, AWabaShowsItselfAndItsNumbers) {
  EXPECT_EQ(get(waba + "?fields=name,currency").body, R"({"name":"Test WABA","currency":"USD","id":"102290129340398"})");
  const auto numbers = get(waba + "/phone_numbers?fields=display_phone_number").json();
  EXPECT_EQ(boost::json::serialize(numbers.at("data")), R"([{"display_phone_number":"+1 555-010-7788","id":"106540352242922"}])");
  EXPECT_EQ(get(waba + "?fields=phone_numbers%7Bid%7D").json().at("phone_numbers").at("data").at(0).as_object().size(), 1u);
  EXPECT_TRUE(get(waba).headers.find("X-Business-Use-Case-Usage"));
  const Answer added = post(waba + "/phone_numbers", R"({"cc":"49","phone_number":"15112345678","verified_name":"Zweite"})");
  ASSERT_EQ(added.status, 200) << added.body;
  EXPECT_EQ(get("/" + std::string(added.json().at("id").as_string()) + "?fields=status").json().at("status"), "PENDING");
}

TEST_F(GraphNodes, TheVersionIsOptionalBoundedAndTold) {
  EXPECT_EQ(get("/106540352242922").headers.find("facebook-api-version"), "v26.0");
  EXPECT_EQ(get("/v23.0/106540352242922").headers.find("facebook-api-version"), "v23.0");
  EXPECT_EQ(get("/v3.2/106540352242922").headers.find("facebook-api-version"), "v20.0");
  const Answer newer = get("/v27.0/106540352242922");
  EXPECT_EQ(newer.status, 400);
  EXPECT_EQ(newer.code(), 2500);
  EXPECT_EQ(newer.message(), "Unknown path components: /v27.0/106540352242922");
}

TEST_F(GraphNodes, UnknownNodesAndEdgesHaveOneShape) {
  for (const Answer& answer :
       {post("/v26.0/106540352242922/flows", "{}"), post("/v26.0/123/messages", "{}"), post("/v26.0/106540352242922/a/b", "{}")}) {
    EXPECT_EQ(answer.status, 400);
    EXPECT_EQ(answer.code(), 100);
    EXPECT_EQ(answer.json().at("error").at("type"), "GraphMethodException");
    EXPECT_EQ(answer.json().at("error").at("error_subcode"), 33);
    EXPECT_TRUE(answer.message().starts_with("Unsupported post request. Object with ID '"));
  }
}

TEST_F(GraphNodes, TheProfileIsReadAndWritten) {
  const std::string profile = number + "/whatsapp_business_profile";
  EXPECT_EQ(post(profile, R"({"about":"x"})").message(), "(#100) The parameter messaging_product is required.");
  EXPECT_EQ(post(profile, R"({"messaging_product":"whatsapp","about":"Hi","vertical":"RETAIL","websites":["https://a.b"]})").body,
            R"({"success":true})");
  EXPECT_EQ(get(profile + "?fields=about,websites").body,
            R"({"data":[{"about":"Hi","websites":["https:\/\/a.b"],"messaging_product":"whatsapp"}]})");
  EXPECT_EQ(post(profile, R"({"messaging_product":"whatsapp","about":")" + std::string(140, 'x') + "\"}").message(),
            "(#100) Param about must be at most 139 characters long.");
  EXPECT_EQ(post(profile, R"({"messaging_product":"whatsapp","vertical":"SPACE"})").code(), 100);
  EXPECT_EQ(post(profile, R"({"messaging_product":"whatsapp","websites":["https://a","https://b","https://c"]})").code(), 100);
}

TEST_F(GraphNodes, TokensAreJudgedWithGraphsWords) {
  const auto with = [&](std::optional<std::string> token) { return call(Method::get, number, {}, {}, std::move(token)); };
  const Answer none = with(std::nullopt);
  EXPECT_EQ(none.status, 401);
  EXPECT_EQ(none.message(), "An access token is required to request this resource.");
  EXPECT_EQ(none.headers.find("WWW-Authenticate"),
            R"(OAuth "Facebook Platform" "invalid_request" "An access token is required to request this resource.")");
  const Answer me = call(Method::get, "/me", {}, {}, std::nullopt);
  EXPECT_EQ(me.code(), 2500);
  EXPECT_EQ(me.message(), "An active access token must be used to query information about the current user.");
  const Answer garbage = with("garbage");
  EXPECT_EQ(garbage.status, 401);
  EXPECT_EQ(garbage.message(), "Invalid OAuth access token - Cannot parse access token");
  EXPECT_EQ(garbage.json().at("error").at("type"), "OAuthException");
  const Answer malformed = with("a b");
  EXPECT_EQ(malformed.status, 400);
  EXPECT_EQ(malformed.message(), "Malformed access token a b");
  EXPECT_EQ(with("EAAunknown").message(), "The access token could not be decrypted");

  world.tokens.update("EAAtoken", [&](Token& token) { token.expires_at = world.now(); });
  clock.advance(seconds(60));
  const Answer expired = with("EAAtoken");
  EXPECT_EQ(expired.status, 401);
  EXPECT_EQ(expired.code(), 190);
  EXPECT_EQ(expired.json().at("error").at("error_subcode"), 463);
  EXPECT_EQ(
      expired.message(),
      "Error validating access token: Session has expired on Wednesday, 18-Nov-26 03:06:40 PST. The current time is Wednesday, 18-Nov-26 "
      "03:07:40 PST.");
  world.tokens.update("EAAtoken", [&](Token& token) { token.state = Token::State::revoked; });
  EXPECT_EQ(with("EAAtoken").json().at("error").at("error_subcode"), 460);
}

TEST_F(GraphNodes, ATokenMayComeInTheQueryOrTheBody) {
  EXPECT_EQ(call(Method::get, number + "?access_token=EAAtoken", {}, {}, std::nullopt).status, 200);
  EXPECT_EQ(
      call(Method::post, messages, R"({"access_token":"EAAtoken","messaging_product":"whatsapp","to":"15550100042","text":{"body":"x"}})",
           "application/json", std::nullopt)
          .status,
      200);
  EXPECT_EQ(call(Method::post, messages, "access_token=EAAtoken&messaging_product=whatsapp&to=15550100042&text=%7B%22body%22:%22x%22%7D",
                 "application/x-www-form-urlencoded", std::nullopt)
                .status,
            200);
}

TEST_F(GraphNodes, ACodeOfTheSignUpIsGoodForItsTokenOnce) {
  world.tokens.update("EAAtoken", [](Token& token) { token.code = "AQB"; });
  const auto exchange = [&](const std::string& id, const std::string& secret, const std::string& code) {
    const auto body =
        R"({"client_id":")" + id + R"(","client_secret":")" + secret + R"(","grant_type":"authorization_code","code":")" + code + "\"}";
    return call(Method::post, "/v23.0/oauth/access_token", body, "application/json", std::nullopt);
  };
  const auto id = world.first().app_id;

  EXPECT_EQ(exchange("1", "test_app_secret", "AQB").code(), 101);
  EXPECT_EQ(exchange(id, "wrong", "AQB").message(), "Error validating client secret.");
  EXPECT_EQ(exchange(id, "test_app_secret", "other").code(), 100);
  EXPECT_EQ(exchange(id, "test_app_secret", "").code(), 100);
  const auto given = exchange(id, "test_app_secret", "AQB");
  EXPECT_EQ(given.status, 200);
  EXPECT_EQ(given.json().at("access_token").as_string(), "EAAtoken");
  EXPECT_EQ(exchange(id, "test_app_secret", "AQB").code(), 100) << "it was used";
}

TEST_F(GraphNodes, AppSecretProofIsChecked) {
  world.apps.update(world.first().app_id, [](App& app) { app.proof_required = true; });
  EXPECT_EQ(get(number).message(), "(#100) API calls from the server require an appsecret_proof argument");
  EXPECT_EQ(get(number + "?appsecret_proof=" + to_hex(hmac_sha256("test_app_secret", "EAAtoken"))).status, 200);
  EXPECT_EQ(get(number + "?appsecret_proof=00").message(), "Invalid appsecret_proof provided in the API argument");
}

TEST_F(GraphNodes, ATokenSeesOnlyItsAssetsAndDoesOnlyWhatItMay) {
  world.tokens.update("EAAtoken", [](Token& token) { token.assets = {"1"}; });
  EXPECT_EQ(get(number).code(), 100);
  EXPECT_EQ(send_text().json().at("error").at("error_subcode"), 33);
  world.tokens.update("EAAtoken", [](Token& token) {
    token.assets.clear();
    token.scopes = {"whatsapp_business_management"};
  });
  EXPECT_EQ(send_text().code(), 10);
  EXPECT_EQ(send_text().status, 403);
  EXPECT_EQ(get(waba).status, 200);
}

TEST_F(GraphNodes, TokensDescribeThemselves) {
  EXPECT_EQ(get("/me").json().at("name"), "System User");
  const auto data = get("/debug_token?input_token=EAAtoken").json().at("data");
  EXPECT_EQ(data.at("is_valid"), true);
  EXPECT_EQ(data.at("app_id"), "670843887433847");
  EXPECT_EQ(data.at("scopes").as_array().size(), 3u);
  EXPECT_EQ(get("/debug_token?input_token=other").json().at("data").at("is_valid"), false);
  EXPECT_EQ(get("/debug_token").message(), "(#100) You must provide an input token");
}

TEST_F(GraphNodes, AppsSubscribeAndOverrideTheirCallback) {
  const std::string apps = waba + "/subscribed_apps";
  EXPECT_EQ(get(apps).json().at("data").at(0).at("whatsapp_business_api_data").at("id"), "670843887433847");
  EXPECT_EQ(remove(apps).body, R"({"success":true})");
  EXPECT_EQ(get(apps).body, R"({"data":[]})");
  EXPECT_EQ(post(apps, R"({"override_callback_uri":"https://c.d/hook","verify_token":"v"})").body, R"({"success":true})");
  EXPECT_EQ(events.verified, std::vector<std::string>{"https://c.d/hook v"});
  EXPECT_EQ(get(apps).json().at("data").at(0).at("override_callback_uri"), "https://c.d/hook");
  events.refuse_callback = true;
  EXPECT_EQ(post(number, R"({"webhook_configuration":{"override_callback_uri":"https://e.f","verify_token":"v"}})").status, 400);
  EXPECT_EQ(world.numbers.find("106540352242922")->override_callback, "");
  events.refuse_callback = false;
  EXPECT_EQ(post(number, R"({"webhook_configuration":{"override_callback_uri":"https://e.f","verify_token":"v"}})").status, 200);
  EXPECT_EQ(get(number + "?fields=webhook_configuration").json().at("webhook_configuration").at("phone_number"), "https://e.f");
  EXPECT_EQ(
      post("/670843887433847/subscriptions",
           R"({"object":"whatsapp_business_account","callback_url":"https://g.h","verify_token":"w","fields":"messages,account_update"})")
          .status,
      200);
  EXPECT_EQ(world.apps.find("670843887433847")->fields, (std::set<std::string>{"account_update", "messages"}));
}

TEST_F(GraphNodes, APinIsSetWithItsEvent) {
  EXPECT_EQ(post(number, R"({"pin":"12"})").message(), "(#100) Param pin must be 6 characters long.");
  EXPECT_EQ(post(number, R"({"pin":"123456"})").body, R"({"success":true})");
  EXPECT_EQ(events.security, std::vector<std::string>{"PIN_CHANGED"});
  EXPECT_EQ(post(number, "{}").code(), 100);
}

TEST_F(GraphNodes, OnlyUsersWhoWroteCanBeBlocked) {
  const std::string target = number + "/block_users";
  open_window("15550100042");
  EXPECT_EQ(post(target, R"({"messaging_product":"whatsapp","block_users":[{"user":"+1 555 010 0042"}]})").body,
            R"({"messaging_product":"whatsapp","block_users":{"added_users":[{"input":"+1 555 010 0042","wa_id":"15550100042"}]}})");
  const Answer failed = post(target, R"({"messaging_product":"whatsapp","block_users":[{"user":"15550100043"}]})");
  EXPECT_EQ(failed.status, 400);
  EXPECT_EQ(failed.code(), 139100);
  EXPECT_EQ(failed.json().at("block_users").at("failed_users").as_array().size(), 1u);
  EXPECT_EQ(get(target).json().at("data").at(0).at("wa_id"), "15550100042");
}

TEST_F(GraphNodes, RequestsAreLoggedWithTheirOutcome) {
  get(number);
  get(number + "?fields=colour");
  const auto log = world.requests.recent(10);
  ASSERT_EQ(log.size(), 2u);
  EXPECT_EQ(log[0].code, 100);
  EXPECT_EQ(log[0].status, 400);
  EXPECT_EQ(log[1].code, 0);
  EXPECT_EQ(log[1].path, number);
}

TEST_F(GraphNodes, ARuleMayAnswerAnyRequest) {
  verdicts.request.emplace();
  verdicts.request->error = graph_error(4);
  EXPECT_EQ(get(number).code(), 4);
  verdicts.request.emplace();
  verdicts.request->bare_http = 503;
  EXPECT_EQ(get(number).status, 503);
}

TEST(FieldSelection, IsParsedWithNestingAndModifiers) {
  const auto fields = parse_fields("a, b{c,d{e}}, f.limit(5){g}");
  ASSERT_TRUE(fields);
  ASSERT_EQ(fields->size(), 3u);
  EXPECT_EQ((*fields)[1].inner[1].inner[0].name, "e");
  EXPECT_EQ((*fields)[2].name, "f");
  for (const char* broken : {"", "a,", "a{", "a}b", "a{}", "a.b", "a{b{c{d{e{f{g{h{i{j}}}}}}}}}"})
    EXPECT_FALSE(parse_fields(broken)) << broken;
}

TEST(GraphErrors, TheEnvelopeKeepsGraphsOrderAndEscapes) {
  EXPECT_EQ(
      error_body(graph_error(131030), "AbC"),
      R"({"error":{"message":"(#131030) Recipient phone number not in allowed list","type":"OAuthException","code":131030,"error_data":{)"
      R"("messaging_product":"whatsapp","details":"Recipient phone number not in allowed list: Add recipient phone number to recipient list )"
      R"(and try again."},"fbtrace_id":"AbC"}})");
  EXPECT_EQ(
      webhook_error(graph_error(131047)),
      R"({"code":131047,"title":"Re-engagement message","message":"Re-engagement message","error_data":{"details":"Message failed to send )"
      R"(because more than 24 hours have passed since the customer last replied to this number."},"href":"https:\/\/developers.facebook.com)"
      R"(\/docs\/whatsapp\/cloud-api\/support\/error-codes\/"})");
}

TEST(GraphErrors, TheTableIsSortedAndItsStatusesAreThePublishedOnes) {
  for (const int code : {0, 1, 100, 190, 2500, 80007, 130429, 131000, 131056, 132001, 137000, 2388039})
    EXPECT_TRUE(is_known_code(code)) << code;
  EXPECT_EQ(graph_error(132001).http, 404);
  EXPECT_EQ(graph_error(131016).http, 500);
  EXPECT_EQ(graph_error(131031).http, 403);
  EXPECT_EQ(graph_error(999999).http, 400);
}

}  // namespace
}  // namespace wherry::sim
