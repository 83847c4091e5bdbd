#include "simulator/control/control.h"

#include <gtest/gtest.h>

#include "base/json.h"
#include "net/body.h"
#include "tests/support/sim_rig.h"

namespace wherry::sim {
namespace {

struct TextBody final : http::BodyReader {
  explicit TextBody(std::string t) : text(std::move(t)) {}
  Task<Result<std::string_view>> read() override {
    if (done) co_return std::string_view();
    done = true;
    co_return std::string_view(text);
  }
  std::optional<std::uint64_t> content_length() const override { return text.size(); }
  std::string text;
  bool done = false;
};

struct ControlCalls : testing::Test {
  test::SimRig rig;
  Control control{rig.engine, nullptr};
  http::Router router;
  int status = 0;

  void SetUp() override { control.add_to(router); }

  boost::json::value call(http::Method method, std::string target, std::string body = {}) {
    TextBody reader(std::move(body));
    http::Request request;
    request.method = method;
    const auto question = target.find('?');
    request.path = target.substr(0, question);
    request.query = question == std::string::npos ? "" : target.substr(question + 1);
    request.target = target;
    request.body = &reader;
    auto response = test::run(rig.io, router.handle(request));
    rig.settle();
    status = response.status;
    auto parsed = json::parse(std::get<std::string>(response.body));
    return parsed ? *parsed : boost::json::value(nullptr);
  }
  boost::json::value post(std::string target, std::string body = {}) {
    return call(http::Method::post, std::move(target), std::move(body));
  }
  boost::json::value get(std::string target) { return call(http::Method::get, std::move(target)); }
};

TEST_F(ControlCalls, AnInboundMessageIsAnsweredWithItsIdAndSentSigned) {
  const auto answer = post("/sim/inbound", R"({"phone_number_id":"106540352242922","from":"+1 555 010 0042","name":"Ada L.","type":"text",
    "text":{"body":"Grüße 👍"},"context":{"message_id":"wamid.x"},"timestamp":"1794999999"})");
  EXPECT_EQ(status, 200);
  const auto inbound = rig.inbound();
  ASSERT_EQ(inbound.size(), 1u);
  EXPECT_EQ(inbound[0].at("id"), answer.at("id"));
  EXPECT_EQ(inbound[0].at("timestamp").as_string(), "1794999999");
  EXPECT_EQ(inbound[0].at("context"), boost::json::parse(R"({"from":"15550107788","id":"wamid.x"})"));
  EXPECT_NE(rig.receiver.seen[0].body.find("Gr\\u00fc\\u00dfe \\ud83d\\udc4d"), std::string::npos);
  EXPECT_EQ(rig.receiver.values()[0].at("contacts").at(0).at("profile").at("name").as_string(), "Ada L.");
}

TEST_F(ControlCalls, InboundMediaIsKeptAndNamedByItsHash) {
  post("/sim/inbound", R"({"from":"15550100042","type":"image","image":{"data_base64":"aGVsbG8=","mime_type":"image/png","caption":"c"}})");
  ASSERT_EQ(status, 200);
  const auto image = rig.inbound().at(0).at("image");
  EXPECT_EQ(image.at("sha256").as_string(), "LPJNul+wow4m6DsqxbninhsWHlwfp0JecwQzYpOLmCQ=");
  EXPECT_EQ(image.at("mime_type").as_string(), "image/png");
  EXPECT_EQ(image.at("caption").as_string(), "c");
  const auto item = rig.world.media.find(image.at("id").as_string().c_str(), rig.clock.now());
  ASSERT_TRUE(item);
  EXPECT_EQ(item->size, 5u);
  EXPECT_FALSE(rig.world.media.find(item->id, rig.clock.now() + std::chrono::hours(24 * 8)));
}

TEST_F(ControlCalls, EveryInboundTypeOfTheTableIsTaken) {
  for (const auto* body :
       {R"("type":"location","location":{"latitude":48.1,"longitude":11.5})", R"("type":"contacts","contacts":[{"name":{}}])",
        R"("type":"button","button":{"payload":"p","text":"t"})", R"("type":"interactive","interactive":{"type":"button_reply"})",
        R"("type":"reaction","reaction":{"message_id":"w","emoji":"x"})", R"("type":"order","order":{"catalog_id":"1"})",
        R"("type":"system","system":{"body":"b","type":"user_changed_number"})", R"("type":"unsupported")",
        R"("type":"unsupported","unsupported":{"type":"poll"})", R"("type":"audio","audio":{"data_base64":"aGVsbG8="})",
        R"("type":"sticker","sticker":{"data_base64":"aGVsbG8=","animated":true})",
        R"("type":"text","text":{"body":"b"},"referral":{"source_type":"ad","source_id":"1"})"}) {
    post("/sim/inbound", std::string(R"({"from":"15550100042",)") + body + "}");
    EXPECT_EQ(status, 200) << body;
  }
  const auto inbound = rig.inbound();
  ASSERT_EQ(inbound.size(), 12u);
  EXPECT_EQ(inbound[7].at("errors").at(0).at("code").as_int64(), 131051);
  EXPECT_TRUE(inbound[9].at("audio").at("voice").as_bool());
  EXPECT_TRUE(inbound[10].at("sticker").at("animated").as_bool());
  EXPECT_TRUE(inbound[11].as_object().contains("referral"));
}

TEST_F(ControlCalls, BadInputIsRefusedWithAReason) {
  const std::pair<const char*, const char*> cases[] = {
      {"/sim/inbound", "{"},
      {"/sim/inbound", R"({"type":"text","text":{"body":"x"}})"},
      {"/sim/inbound", R"({"from":"12","type":"text","text":{"body":"x"}})"},
      {"/sim/inbound", R"({"from":"15550107788","type":"text","text":{"body":"x"}})"},
      {"/sim/inbound", R"({"from":"15550100042","type":"text"})"},
      {"/sim/inbound", R"({"from":"15550100042","type":"text","text":{}})"},
      {"/sim/inbound", R"({"from":"15550100042","type":"image","image":{}})"},
      {"/sim/inbound", R"({"from":"15550100042","type":"image","image":{"data_base64":"*"}})"},
      {"/sim/inbound", R"({"from":"15550100042","type":"image","image":{"id":"404"}})"},
      {"/sim/inbound", R"({"from":"15550100042","phone_number_id":"9","type":"text","text":{"body":"x"}})"},
      {"/sim/inbound", R"({"from":"15550100042","type":"text","text":{"body":"x"},"timestamp":"soon"})"},
      {"/sim/inbound/bulk", R"({})"},
      {"/sim/inbound/bulk", R"({"count":5,"mix":{"opera":1}})"},
      {"/sim/user/xyz", R"({})"},
      {"/sim/user/15550100042", R"({"onlin":true})"},
      {"/sim/user/15550100042", R"({"online":1})"},
      {"/sim/chaos", R"({"duplicate":2})"},
      {"/sim/webhooks", R"({"mode":"pigeon"})"},
      {"/sim/clock", R"({"advance_ms":-1})"},
      {"/sim/event", R"({"field":"account_update"})"},
      {"/sim/tap", R"({})"},
      {"/sim/token/x", R"({"state":"lost"})"},
      {"/sim/switches", R"({"window":"no"})"}};
  for (const auto& [path, body] : cases) {
    const auto answer = post(path, body);
    EXPECT_EQ(status, 400) << path << ' ' << body;
    EXPECT_TRUE(answer.is_object() && answer.as_object().contains("error")) << path;
  }
  call(http::Method::put, "/sim/rules", R"({"rules":3})");
  EXPECT_EQ(status, 400);
  post("/sim/read", R"({"message_id":"wamid.unknown"})");
  EXPECT_EQ(status, 404);
}

TEST_F(ControlCalls, MessagesAreListedNewestFirstWithTheirStatuses) {
  rig.send("15550100042", "text", [](SentMessage& one) { one.opaque = "gw:1"; });
  rig.pass(seconds(10));
  rig.send("15550100043");
  auto data = get("/sim/messages?limit=10").at("data");
  ASSERT_EQ(data.as_array().size(), 2u);
  EXPECT_EQ(data.at(0).at("to").as_string(), "15550100043");
  data = get("/sim/messages?to=%2B15550100042").at("data");
  ASSERT_EQ(data.as_array().size(), 1u);
  EXPECT_EQ(data.at(0).at("biz_opaque_callback_data").as_string(), "gw:1");
  EXPECT_EQ(data.at(0).at("body").at("text").at("body").as_string(), "Hello");
  EXPECT_EQ(data.at(0).at("statuses").at(2), boost::json::parse(R"({"status":"read","timestamp":"1795000002"})"));
  get("/sim/messages?limit=x");
  EXPECT_EQ(status, 400);
}

TEST_F(ControlCalls, UsersActOnEarlierMessages) {
  const auto sent = rig.send("99900000011");
  rig.pass(seconds(5));
  const std::string id = "{\"message_id\":\"" + sent->id + "\"";
  post("/sim/read", id + "}");
  EXPECT_EQ(rig.statuses(sent->id).back(), "read");
  EXPECT_FALSE(rig.receiver.items().back().as_object().contains("pricing"));
  post("/sim/play", id + "}");
  EXPECT_EQ(rig.statuses(sent->id).back(), "played");
  post("/sim/react", id + R"(,"emoji":"👍"})");
  EXPECT_EQ(rig.inbound().back().at("reaction").at("message_id").as_string(), sent->id);
  post("/sim/tap", id + "}");
  EXPECT_EQ(status, 400);

  const std::string own(post("/sim/inbound", R"({"from":"15550100042","type":"text","text":{"body":"x"}})").at("id").as_string());
  post("/sim/edit", "{\"message_id\":\"" + own + R"(","text":"y"})");
  EXPECT_EQ(rig.inbound().back().at("edit").at("message").at("text").at("body").as_string(), "y");
  post("/sim/revoke", "{\"message_id\":\"" + own + "\"}");
  EXPECT_EQ(rig.inbound().back().at("revoke").at("original_message_id").as_string(), own);
}

TEST_F(ControlCalls, TheClockFreezesAdvancesAndScales) {
  const auto sent = rig.send("15550100042");
  auto answer = post("/sim/clock", R"({"advance_ms":600})");
  EXPECT_EQ(answer.at("now_ms").as_int64(), 1'795'000'000'600);
  EXPECT_EQ(rig.statuses(sent->id).size(), 2u);
  answer = post("/sim/clock", R"({"freeze":false,"scale":1000})");
  EXPECT_FALSE(answer.at("frozen").as_bool());
  EXPECT_EQ(answer.at("scale").to_number<double>(), 1000);
  answer = post("/sim/clock", R"({"freeze":true})");
  EXPECT_TRUE(answer.at("frozen").as_bool());
  const auto before = answer.at("now_ms").as_int64();
  EXPECT_EQ(get("/sim/clock").at("now_ms").as_int64(), before);
}

TEST_F(ControlCalls, UserStateChangesWhatHappensNext) {
  post("/sim/user/15550100042", R"({"name":"Ada","online":false,"window_seconds":3600})");
  EXPECT_TRUE(rig.world.windows.open("106540352242922", "15550100042", rig.clock.now()));
  const auto sent = rig.send("15550100042");
  rig.pass(seconds(10));
  EXPECT_EQ(rig.statuses(sent->id).size(), 1u);
  post("/sim/user/15550100042", R"({"online":true})");
  rig.pass(seconds(10));
  EXPECT_EQ(rig.statuses(sent->id).size(), 3u);
  post("/sim/user/15550100042", R"({"blocked":true,"window_seconds":0})");
  EXPECT_TRUE(rig.number()->blocked.contains("15550100042"));
  post("/sim/user/15550100042", R"({"changed_to":"15550100099"})");
  EXPECT_EQ(rig.inbound().back().at("system").at("wa_id").as_string(), "15550100099");
}

TEST_F(ControlCalls, WhatReviewsDoToATemplateIsTold) {
  sim::Template value;
  value.id = "594425479261596";
  value.waba_id = "102290129340398";
  value.name = "order_ready";
  value.language = "en";
  value.category = "UTILITY";
  value.status = "APPROVED";
  ASSERT_TRUE(rig.world.add_template(std::move(value)));
  post("/sim/template/594425479261596", R"({"category":"MARKETING"})");
  EXPECT_EQ(rig.receiver.values().back().at("previous_category").as_string(), "UTILITY");
  EXPECT_EQ(rig.receiver.values().back().at("new_category").as_string(), "MARKETING");
  EXPECT_EQ(rig.receiver.values().back().at("message_template_id").as_int64(), 594425479261596);
  post("/sim/template/594425479261596", R"({"quality":"YELLOW"})");
  EXPECT_EQ(rig.receiver.values().back().at("new_quality_score").as_string(), "YELLOW");
  post("/sim/template/594425479261596", R"({"status":"PAUSED"})");
  EXPECT_EQ(rig.receiver.values().back().at("event").as_string(), "PAUSED");
  EXPECT_EQ(rig.world.templates.find("594425479261596")->category, "MARKETING");
}

TEST_F(ControlCalls, AccountsCanBeChangedAndEventsChangeThem) {
  post("/sim/app/670843887433847", R"({"fields":["messages","account_update","phone_number_quality_update","user_preferences"]})");
  EXPECT_EQ(status, 200);
  post("/sim/event", R"({"field":"account_update","value":{"event":"DISABLED_UPDATE","ban_info":{"waba_ban_state":"DISABLE"}}})");
  EXPECT_TRUE(rig.world.wabas.find("102290129340398")->locked);
  EXPECT_EQ(rig.receiver.values().back().at("event").as_string(), "DISABLED_UPDATE");
  post("/sim/event", R"({"field":"account_update","value":{"event":"ACCOUNT_RESTRICTION",
    "restriction_info":[{"restriction_type":"RESTRICTED_BIZ_INITIATED_MESSAGING"}]}})");
  EXPECT_TRUE(rig.world.wabas.find("102290129340398")->restrictions.contains("RESTRICTED_BIZ_INITIATED_MESSAGING"));
  post("/sim/number/106540352242922", R"({"upgrade_throughput":true,"override_callback_url":"http://127.0.0.1/n"})");
  EXPECT_TRUE(rig.number()->maintenance);
  rig.pass(seconds(60));
  EXPECT_FALSE(rig.number()->maintenance);
  EXPECT_EQ(rig.number()->mps, 1000u);
  EXPECT_EQ(rig.receiver.values().back().at("event").as_string(), "THROUGHPUT_UPGRADE");
  post("/sim/user/15550100042", R"({"marketing":"stop"})");
  EXPECT_EQ(rig.receiver.values().back().at("user_preferences").at(0).at("value").as_string(), "stop");
  EXPECT_TRUE(rig.world.user("15550100042").opted_out);
  post("/sim/token/abc", R"({"state":"expired"})");
  EXPECT_EQ(rig.world.tokens.find("abc")->state, Token::State::expired);
  post("/sim/portfolio/506914307656634", R"({"limit_tier":"TIER_10K"})");
  EXPECT_EQ(rig.world.portfolios.find("506914307656634")->user_limit, 10'000u);
  post("/sim/number/777", R"({"waba_id":"102290129340398","display_number":"+49 151 0000001"})");
  EXPECT_EQ(rig.world.numbers.find("777")->digits, "491510000001");
  post("/sim/number/778", R"({})");
  EXPECT_EQ(status, 404);
}

TEST_F(ControlCalls, ACallbackSetWithVerificationMustEchoTheChallenge) {
  rig.receiver.body = "nonsense";
  post("/sim/app/670843887433847", R"({"callback_url":"http://127.0.0.1/new","verify":true})");
  EXPECT_EQ(status, 400);
  EXPECT_EQ(rig.world.apps.find("670843887433847")->callback, "http://127.0.0.1/hook");
  rig.receiver.body = "1158201445";
  post("/sim/app/670843887433847", R"({"callback_url":"http://127.0.0.1/new","verify":true})");
  EXPECT_EQ(status, 200);
  EXPECT_EQ(rig.world.apps.find("670843887433847")->callback, "http://127.0.0.1/new");
}

TEST_F(ControlCalls, RulesAreAppliedToSendsAndCounted) {
  call(http::Method::put, "/sim/rules", R"({"rules":[{"match":{"to":"15550100042"},"action":{"script":[{"status":"sent","after_ms":1},
    {"status":"failed","after_ms":5,"error":131026}]}}]})");
  ASSERT_EQ(status, 200);
  const auto sent = rig.send("15550100042");
  rig.pass(seconds(1));
  EXPECT_EQ(rig.statuses(sent->id), (std::vector<std::string>{"sent", "failed"}));
  EXPECT_EQ(get("/sim/rules").at("applied").at(0).as_int64(), 1);
}

TEST_F(ControlCalls, ChaosAndBatchingAreSetAndSeenInTheLogs) {
  post("/sim/chaos", R"({"duplicate":1})");
  post("/sim/inbound", R"({"from":"15550100042","type":"text","text":{"body":"x"}})");
  auto data = get("/sim/deliveries?limit=5").at("data");
  ASSERT_EQ(data.as_array().size(), 2u);
  EXPECT_EQ(data.at(0).at("body"), data.at(1).at("body"));
  EXPECT_EQ(data.at(0).at("body").as_string(), rig.receiver.seen[0].body);
  EXPECT_EQ(get("/sim/stats").at("chaos").at("duplicate").as_int64(), 1);
  post("/sim/chaos", R"({})");
  post("/sim/webhooks", R"({"mode":"window","window_ms":100})");
  for (int i = 0; i < 5; ++i) post("/sim/inbound", R"({"from":"15550100042","type":"text","text":{"body":"x"}})");
  EXPECT_EQ(rig.receiver.seen.size(), 2u);
  rig.pass(milliseconds(100));
  EXPECT_EQ(rig.receiver.seen.size(), 3u);
  EXPECT_EQ(rig.inbound().size(), 7u);
}

TEST_F(ControlCalls, BulkWritesAtTheRateAskedFor) {
  post("/sim/inbound/bulk", R"({"count":100,"rate":50,"users":7,"mix":{"text":3,"location":1}})");
  ASSERT_EQ(status, 200);
  rig.pass(seconds(1));
  const auto after_a_second = rig.inbound().size();
  EXPECT_NEAR(static_cast<double>(after_a_second), 50, 2);
  rig.pass(seconds(5));
  std::set<std::string> users, types;
  for (const auto& item : rig.inbound()) {
    users.emplace(item.at("from").as_string());
    types.emplace(item.at("type").as_string());
  }
  EXPECT_EQ(rig.inbound().size(), 100u);
  EXPECT_EQ(users.size(), 7u);
  EXPECT_EQ(types, (std::set<std::string>{"location", "text"}));
  EXPECT_EQ(get("/sim/stats").at("bulk_running").as_int64(), 0);
}

TEST_F(ControlCalls, StatsCountAndResetCleans) {
  rig.send("15550100042");
  rig.pass(seconds(10));
  auto stats = get("/sim/stats");
  EXPECT_EQ(stats.at("webhooks_delivered").as_int64(), 3);
  EXPECT_EQ(stats.at("webhooks_failed").as_int64(), 0);
  EXPECT_EQ(stats.at("statuses").at("read").as_int64(), 1);
  EXPECT_TRUE(stats.at("refused_by_code").is_object());
  EXPECT_EQ(stats.at("queue_depth").as_int64(), 0);
  post("/sim/reset");
  stats = get("/sim/stats");
  EXPECT_EQ(stats.at("webhooks_delivered").as_int64(), 0);
  EXPECT_TRUE(get("/sim/messages").at("data").as_array().empty());
  EXPECT_TRUE(get("/sim/ready").at("ready").as_bool());
}

TEST_F(ControlCalls, SwitchesTurnLimitsOff) {
  const auto answer = post("/sim/switches", R"({"pair":false,"strict_sync":[131047]})");
  EXPECT_FALSE(answer.at("pair").as_bool());
  EXPECT_FALSE(rig.world.switches.pair.load());
  EXPECT_TRUE(rig.world.strict_sync.has(131047));
}

}  // namespace
}  // namespace wherry::sim
