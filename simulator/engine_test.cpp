#include "simulator/engine.h"

#include <gtest/gtest.h>

#include "simulator/webhooks/signature.h"
#include "tests/support/sim_rig.h"

namespace wherry::sim {
namespace {

using Texts = std::vector<std::string>;

struct EngineLife : testing::Test {
  test::SimRig rig;
  Texts life(const std::string& to, const std::string& type = "text", bool voice = false) {
    const auto message = rig.send(to, type, [&](SentMessage& one) { one.voice = voice; });
    rig.pass(seconds(120));
    return message ? rig.statuses(message->id) : Texts{"refused"};
  }
};

TEST_F(EngineLife, EveryMagicUserShowsItsStatuses) {
  EXPECT_EQ(life("15550100042"), (Texts{"sent", "delivered", "read"}));
  EXPECT_EQ(life("99900000010"), (Texts{"sent", "delivered", "read"}));
  EXPECT_EQ(life("99900000011"), (Texts{"sent", "delivered"}));
  EXPECT_EQ(life("99900000012"), (Texts{"sent"}));
  EXPECT_EQ(life("99900000013"), (Texts{"sent", "read"}));
  EXPECT_EQ(life("99900000014"), (Texts{"sent", "read", "delivered"}));
  EXPECT_EQ(life("99900000015"), (Texts{"sent", "sent", "delivered", "delivered", "read", "read"}));
  EXPECT_EQ(life("99900000016"), (Texts{"sent", "delivered", "read"}));
  EXPECT_EQ(life("99900000017", "audio", true), (Texts{"sent", "delivered", "read", "played"}));
}

TEST_F(EngineLife, StatusesCarryTheTimeTheyHappenedNotTheTimeOfAJump) {
  const auto message = rig.send("15550100042");
  rig.pass(std::chrono::hours(5));
  Texts times;
  for (const auto& item : rig.receiver.items()) times.emplace_back(item.at("timestamp").as_string());
  EXPECT_EQ(times, (Texts{"1795000000", "1795000000", "1795000002"}));
  const auto log = rig.world.messages.statuses(message->id);
  ASSERT_EQ(log.size(), 3u);
  EXPECT_EQ(log[1].at, test::SimRig::start + milliseconds(550));
}

TEST_F(EngineLife, LateDeliveryTakesAMinute) {
  const auto message = rig.send("99900000016");
  rig.pass(seconds(60));
  EXPECT_EQ(rig.statuses(message->id), Texts{"sent"});
  rig.pass(seconds(3));
  EXPECT_EQ(rig.statuses(message->id), (Texts{"sent", "delivered", "read"}));
}

TEST_F(EngineLife, RefusalsHoldAlwaysOrForTheFirstAttempts) {
  EXPECT_EQ(life("99911310560"), Texts{"refused"});
  EXPECT_EQ(rig.verdict->error->code, 131056);
  EXPECT_EQ(life("99911310560"), Texts{"refused"});
  EXPECT_EQ(life("99911304292"), Texts{"refused"});
  EXPECT_EQ(life("99911304292"), Texts{"refused"});
  EXPECT_EQ(life("99911304292"), (Texts{"sent", "delivered", "read"}));
}

TEST_F(EngineLife, FailuresComeByWebhookWithTheirCode) {
  EXPECT_EQ(life("99921310470"), Texts{"failed"});
  const auto failed = rig.receiver.items().back();
  EXPECT_EQ(failed.at("errors").at(0).at("code").as_int64(), 131047);
  EXPECT_EQ(failed.at("errors").at(0).at("title"), failed.at("errors").at(0).at("message"));
  EXPECT_FALSE(failed.as_object().contains("recipient_user_id"));
  EXPECT_FALSE(failed.as_object().contains("pricing"));
  EXPECT_FALSE(rig.receiver.values().back().as_object().contains("contacts"));
  EXPECT_EQ(life("99931310260"), (Texts{"sent", "failed"}));
  EXPECT_EQ(life("99921310261"), Texts{"failed"});
  EXPECT_EQ(life("99921310261"), (Texts{"sent", "delivered", "read"}));
}

TEST_F(EngineLife, BareStatusesAndTransportFaultsAreAskedFor) {
  EXPECT_EQ(life("99940005030"), Texts{"refused"});
  EXPECT_EQ(rig.verdict->bare_http, 503);
  const Verdict::Fault faults[] = {Verdict::Fault::close_unaccepted,
                                   Verdict::Fault::accept_then_close,
                                   Verdict::Fault::accept_then_slow,
                                   Verdict::Fault::truncated_json,
                                   Verdict::Fault::slow_drip,
                                   Verdict::Fault::html_502,
                                   Verdict::Fault::reset};
  for (int code = 1; code <= 7; ++code) {
    rig.send("999500000" + std::to_string(code) + "0");
    EXPECT_EQ(rig.verdict->fault, faults[code - 1]);
  }
}

TEST_F(EngineLife, IdentitiesShowNamesParentsAndHiddenPhones) {
  const auto write = [&](const std::string& from) {
    rig.engine.inbound.inject({{"from", from}, {"type", "text"}, {"text", {{"body", "hi"}}}});
    rig.settle();
    return rig.receiver.values().back();
  };
  auto value = write("99960000010");
  EXPECT_FALSE(value.at("messages").at(0).as_object().contains("from"));
  EXPECT_FALSE(value.at("contacts").at(0).as_object().contains("wa_id"));
  EXPECT_TRUE(value.at("contacts").at(0).at("profile").as_object().contains("username"));
  EXPECT_TRUE(value.at("messages").at(0).as_object().contains("from_user_id"));
  value = write("99960000011");
  EXPECT_EQ(value.at("messages").at(0).at("from").as_string(), "99960000011");
  EXPECT_TRUE(value.at("contacts").at(0).at("profile").as_object().contains("username"));
  value = write("99960000012");
  EXPECT_FALSE(value.at("contacts").at(0).at("profile").as_object().contains("username"));
  value = write("99960000013");
  EXPECT_NE(value.at("messages").at(0).at("from_parent_user_id").as_string().find(".ENT."), std::string::npos);
}

TEST_F(EngineLife, AHiddenPhoneIsShownAfterTheBusinessWroteToIt) {
  rig.send("99960000010");
  rig.engine.inbound.inject({{"from", "99960000010"}, {"type", "text"}, {"text", {{"body", "hi"}}}});
  rig.settle();
  EXPECT_EQ(rig.inbound().back().at("from").as_string(), "99960000010");
}

TEST_F(EngineLife, AUserChangesItsNumberAfterTheFirstMessageOnly) {
  life("99960000014");
  life("99960000014");
  const auto inbound = rig.inbound();
  ASSERT_EQ(inbound.size(), 1u);
  EXPECT_EQ(inbound[0].at("type").as_string(), "system");
  EXPECT_EQ(inbound[0].at("system").at("type").as_string(), "user_changed_number");
  EXPECT_EQ(inbound[0].at("system").at("wa_id").as_string(), "99900000010");
}

TEST_F(EngineLife, PacedTemplatesAreHeldThenReleasedOrFailed) {
  EXPECT_EQ(life("99970000010", "template"), (Texts{"sent", "delivered", "read"}));
  EXPECT_EQ(rig.verdict->message_status, "held_for_quality_assessment");
  EXPECT_EQ(life("99970000011", "template"), Texts{"failed"});
  EXPECT_EQ(rig.receiver.items().back().at("errors").at(0).at("code").as_int64(), 132015);
  EXPECT_EQ(life("99970000012", "template"), Texts{"failed"});
  EXPECT_EQ(rig.verdict->message_status, "paused");
  EXPECT_EQ(life("99970000011"), (Texts{"sent", "delivered", "read"}));
}

TEST_F(EngineLife, ANormalisedNumberIsTheOneInTheStatuses) {
  life("99980000010");
  EXPECT_EQ(rig.verdict->wa_id, "9998000010");
  EXPECT_EQ(rig.receiver.items().back().at("recipient_id").as_string(), "9998000010");
}

TEST_F(EngineLife, TheEchoUserAnswersWithTheTextItGot) {
  life("99900000018");
  const auto inbound = rig.inbound();
  ASSERT_EQ(inbound.size(), 1u);
  EXPECT_EQ(inbound[0].at("text").at("body").as_string(), "Hello");
  EXPECT_TRUE(rig.world.windows.open("106540352242922", "99900000018", rig.clock.now()));
}

TEST_F(EngineLife, TheTappingUserTakesTheFirstButtonOrRow) {
  rig.send("99900000019", "interactive", [](SentMessage& one) {
    one.body = R"({"type":"interactive","interactive":{"type":"button","action":{"buttons":[)"
               R"({"type":"reply","reply":{"id":"yes","title":"Yes"}},{"type":"reply","reply":{"id":"no","title":"No"}}]}}})";
  });
  rig.pass(seconds(10));
  rig.send("99900000019", "interactive", [](SentMessage& one) {
    one.body = R"({"type":"interactive","interactive":{"type":"list","action":{"button":"Show","sections":[{"rows":[)"
               R"({"id":"t-0900","title":"09:00","description":"30 min"}]}]}}})";
  });
  rig.pass(seconds(10));
  const auto inbound = rig.inbound();
  ASSERT_EQ(inbound.size(), 2u);
  EXPECT_EQ(inbound[0].at("interactive"), boost::json::parse(R"({"type":"button_reply","button_reply":{"id":"yes","title":"Yes"}})"));
  EXPECT_EQ(inbound[1].at("interactive"),
            boost::json::parse(R"({"type":"list_reply","list_reply":{"id":"t-0900","title":"09:00","description":"30 min"}})"));
  EXPECT_EQ(inbound[0].at("context").at("from").as_string(), "15550107788");
}

TEST_F(EngineLife, TheTappingUserUsesTheQuickReplyOfATemplate) {
  Template value;
  value.id = "1";
  value.components =
      boost::json::parse(R"([{"type":"BUTTONS","buttons":[{"type":"URL","text":"Go"},{"type":"QUICK_REPLY","text":"Stop"}]}])").as_array();
  rig.world.templates.put("1", value);
  rig.send("99900000019", "template", [](SentMessage& one) {
    one.template_id = "1";
    one.body = R"({"template":{"name":"x","components":[{"type":"button","sub_type":"quick_reply","index":"1",)"
               R"("parameters":[{"type":"payload","payload":"STOP-4711"}]}]}})";
  });
  rig.pass(seconds(10));
  ASSERT_EQ(rig.inbound().size(), 1u);
  EXPECT_EQ(rig.inbound()[0].at("button"), boost::json::parse(R"({"payload":"STOP-4711","text":"Stop"})"));
}

TEST_F(EngineLife, AnOfflineUserGetsItsMessagesWhenItComesBack) {
  rig.world.change_user("15550100042", [](User& user) { user.online = false; });
  const auto message = rig.send("15550100042");
  rig.pass(std::chrono::hours(2));
  EXPECT_EQ(rig.statuses(message->id), Texts{"sent"});
  EXPECT_EQ(rig.engine.timeline.parked(), 1u);
  rig.engine.timeline.user_online("15550100042");
  rig.pass(seconds(10));
  EXPECT_EQ(rig.statuses(message->id), (Texts{"sent", "delivered", "read"}));
  EXPECT_EQ(rig.engine.timeline.parked(), 0u);
}

TEST_F(EngineLife, AfterItsTimeToLiveAMessageIsGone) {
  rig.world.change_user("15550100042", [](User& user) { user.online = false; });
  const auto message = rig.send("15550100042");
  rig.pass(std::chrono::hours(24 * 31));
  rig.engine.timeline.user_online("15550100042");
  rig.pass(seconds(10));
  EXPECT_EQ(rig.statuses(message->id), Texts{"sent"});
}

TEST_F(EngineLife, OnRequestAnExpiredMessageFails) {
  auto settings = rig.engine.timeline.settings();
  settings.message_ttl = seconds(600);
  settings.expired_code = 131026;
  rig.engine.timeline.set_settings(settings);
  rig.world.change_user("15550100042", [](User& user) { user.online = false; });
  const auto message = rig.send("15550100042");
  rig.pass(seconds(599));
  EXPECT_EQ(rig.statuses(message->id), Texts{"sent"});
  rig.pass(seconds(1));
  EXPECT_EQ(rig.statuses(message->id), (Texts{"sent", "failed"}));
}

TEST_F(EngineLife, PricingIsOnSentAndOnTheFirstOfDeliveredAndRead) {
  const auto priced = [&](const std::string& to) {
    const auto message = rig.send(to);
    rig.pass(seconds(10));
    std::string out;
    for (const auto& item : rig.receiver.items()) {
      if (item.at("id").as_string() == message->id) out += item.as_object().contains("pricing") ? '1' : '0';
    }
    return out;
  };
  EXPECT_EQ(priced("15550100042"), "110");
  EXPECT_EQ(priced("99900000013"), "11");
  EXPECT_EQ(priced("99900000014"), "110");
}

TEST_F(EngineLife, ConversationsAreForOldWebhookVersionsOrFreeEntryPoints) {
  life("15550100042");
  EXPECT_FALSE(rig.receiver.items().back().as_object().contains("conversation"));
  rig.send("15550100042", "text", [](SentMessage& one) { one.free_entry = true; });
  rig.pass(seconds(10));
  EXPECT_TRUE(rig.receiver.items().back().as_object().contains("conversation"));
  rig.world.apps.update("670843887433847", [](App& app) { app.webhook_version = "v23.0"; });
  const auto old = rig.send("15550100043");
  rig.pass(seconds(10));
  const auto items = rig.receiver.items();
  EXPECT_EQ(items[items.size() - 3].at("conversation").at("id"), items[items.size() - 1].at("conversation").at("id"));
  EXPECT_TRUE(items[items.size() - 3].at("conversation").as_object().contains("expiration_timestamp"));
  EXPECT_FALSE(items[items.size() - 1].at("conversation").as_object().contains("expiration_timestamp"));
}

TEST_F(EngineLife, TheMostSpecificCallbackGetsMessagesAndEveryAppItsOwnCopy) {
  App second;
  second.id = "2";
  second.secret = "other";
  second.callback = "http://127.0.0.1/second";
  rig.world.apps.put("2", second);
  rig.world.wabas.update("102290129340398", [](Waba& waba) { waba.subscriptions.push_back({"2", "http://127.0.0.1/waba", ""}); });
  rig.send("99900000012");
  rig.pass(seconds(1));
  std::map<std::string, test::FakeReceiver::Seen> by_url;
  for (const auto& one : rig.receiver.seen) by_url[one.url] = one;
  ASSERT_EQ(by_url.size(), 2u);
  EXPECT_EQ(by_url["http://127.0.0.1/waba"].signature, sign_sha256("other", by_url["http://127.0.0.1/waba"].body));
  EXPECT_EQ(by_url["http://127.0.0.1/hook"].signature, sign_sha256("s3cret", by_url["http://127.0.0.1/hook"].body));
  rig.receiver.seen.clear();
  rig.world.numbers.update("106540352242922", [](Number& number) { number.override_callback = "http://127.0.0.1/number"; });
  rig.send("99900000012");
  rig.pass(seconds(1));
  ASSERT_EQ(rig.receiver.seen.size(), 2u);
  for (const auto& one : rig.receiver.seen) EXPECT_EQ(one.url, "http://127.0.0.1/number");
}

TEST_F(EngineLife, AFieldNobodySubscribedToIsNotSent) {
  rig.engine.announcer.account("102290129340398", "account_alerts", boost::json::object{}, rig.clock.now());
  rig.settle();
  EXPECT_TRUE(rig.receiver.seen.empty());
  EXPECT_EQ(rig.engine.dispatcher.counters().unrouted.load(), 1u);
}

TEST_F(EngineLife, ASubmittedTemplateIsReviewedAndAnnounced) {
  Template value;
  value.id = "594425479261596";
  value.waba_id = "102290129340398";
  value.name = "order_ready";
  value.language = "en_US";
  value.category = "UTILITY";
  rig.world.add_template(value);
  rig.engine.on_template_submitted(value);
  rig.pass(milliseconds(999));
  EXPECT_TRUE(rig.receiver.seen.empty());
  rig.pass(milliseconds(1));
  ASSERT_EQ(rig.receiver.seen.size(), 1u);
  EXPECT_EQ(rig.receiver.values()[0].at("event").as_string(), "APPROVED");
  EXPECT_EQ(rig.receiver.values()[0].at("message_template_id").as_int64(), 594425479261596);
  EXPECT_EQ(rig.world.templates.find("594425479261596")->status, "APPROVED");
}

TEST_F(EngineLife, AGroupMessageIsToldOncePerStatusWithEveryParticipant) {
  const auto message = rig.send("Y2FwaV9ncm91cDo", "text", [](SentMessage& one) { one.group_id = "Y2FwaV9ncm91cDo"; });
  rig.pass(seconds(10));
  ASSERT_EQ(rig.receiver.seen.size(), 3u);
  EXPECT_EQ(rig.receiver.values()[1].at("statuses").as_array().size(), 2u);
  EXPECT_EQ(rig.receiver.values()[1].at("contacts").as_array().size(), 2u);
}

TEST_F(EngineLife, ANoStorageNumberDropsEarlyAndSaysSo) {
  rig.world.numbers.update("106540352242922", [](Number& number) { number.no_storage = true; });
  rig.receiver.answer = [](const test::FakeReceiver::Seen&, std::size_t) { return 500; };
  rig.engine.inbound.inject({{"from", "15550100042"}, {"type", "text"}, {"text", {{"body", "hi"}}}});
  rig.settle();
  for (int i = 0; i < 100; ++i) rig.pass(seconds(60));
  bool said = false;
  for (const auto& value : rig.receiver.values()) {
    if (value.as_object().contains("errors")) said = value.at("errors").at(0).at("code").as_int64() == 131035;
  }
  EXPECT_TRUE(said);
  EXPECT_GE(rig.engine.dispatcher.counters().expired.load(), 1u);
}

TEST(EngineRuns, TwoRunsGiveTheSameBytes) {
  const auto run = [] {
    test::SimRig rig;
    TimelineSettings settings;
    rig.engine.timeline.set_settings(settings);
    for (int i = 0; i < 40; ++i) {
      rig.send("1555010" + std::to_string(1000 + i));
      rig.engine.inbound.inject({{"from", "15550100042"}, {"name", "Ada"}, {"type", "text"}, {"text", {{"body", "n"}}}});
      rig.pass(milliseconds(37));
    }
    rig.pass(seconds(30));
    std::string all;
    for (const auto& one : rig.receiver.seen) all += one.signature + one.body + '\n';
    return all;
  };
  const auto first = run();
  EXPECT_GT(first.size(), 50'000u);
  EXPECT_EQ(first, run());
}

TEST(EngineRuns, ResetGivesACleanStateWithTheSameIds) {
  test::SimRig rig;
  const auto before = rig.send("15550100042")->id;
  rig.engine.reset();
  rig.receiver.seen.clear();
  rig.pass(seconds(60));
  EXPECT_TRUE(rig.receiver.seen.empty());
  EXPECT_EQ(rig.send("15550100042")->id, before);
}

}  // namespace
}  // namespace wherry::sim
