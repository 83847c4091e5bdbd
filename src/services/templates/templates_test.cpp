#include "services/templates/templates.h"

#include <gtest/gtest.h>

#include "tests/support/fake_template_api.h"
#include "tests/support/memory_template_store.h"
#include "tests/support/run.h"
#include "tests/support/test_channel.h"

namespace wherry {
namespace {

using namespace std::chrono_literals;

class TemplatesTest : public testing::Test {
 protected:
  TemplatesTest() {
    access.channels.push_back(test::test_channel("111"));
    EXPECT_TRUE(run(channels.load()));
    channel = channels.find_by_phone_number_id("111");
  }
  ~TemplatesTest() override { run(templates.stop()); }
  template <class T>
  T run(Task<T> task) {
    return test::run(io, std::move(task));
  }
  void pass_time(milliseconds by) {
    clock.advance(by);
    io.restart();
    io.poll();
  }
  TemplateSyncReport synced() {
    const auto report = run(templates.sync(channel));
    EXPECT_TRUE(report) << report.error().message;
    return report.value();
  }
  static TemplateContent order(std::string name = "order_ready", std::size_t values = 1) {
    TemplateContent content{std::move(name), "en", {{"body", "", {}, {}, {}}}};
    content.components[0].parameters.assign(values, TextParameter{"Ada", ""});
    return content;
  }
  Result<void> check(TemplateContent message) { return run(templates.check(channel, std::move(message))); }
  Result<void> hear(std::string field, std::string value) {
    return run(templates.hear(OtherEvent{"", channel->waba_id, std::move(field), std::move(value)}));
  }
  std::vector<std::string> kinds() const {
    std::vector<std::string> out;
    for (const auto& event : store.events) out.push_back(event.kind);
    return out;
  }
  const MessageTemplate& stored(const std::string& id) { return store.templates.at({channel->waba_id, id}); }

  boost::asio::io_context io{1};
  VirtualClock clock{test::test_now};
  test::MemoryAccessStore access;
  Channels channels{access, access, clock, "https://graph.facebook.com", "v23.0"};
  test::MemoryTemplateStore store;
  test::FakeTemplateApi whatsapp;
  Templates templates{{store, whatsapp, channels, clock, std::chrono::hours(6)}};
  ChannelPtr channel;
};

TEST_F(TemplatesTest, ASyncReadsEveryPageAndTheFirstOneIsNoNews) {
  for (const auto* id : {"1", "2", "3", "4", "5"}) whatsapp.put(id, std::string("name_") + id);

  const auto report = synced();

  EXPECT_EQ(report.templates, 5u);
  EXPECT_EQ(report.changed, 5u);
  EXPECT_EQ(whatsapp.calls, (std::vector<std::string>{"list  ", "list  2", "list  4"}));
  EXPECT_EQ(store.templates.size(), 5u);
  EXPECT_TRUE(store.events.empty());
}

TEST_F(TemplatesTest, ALaterSyncTellsWhatChanged) {
  whatsapp.put("1", "order_ready");
  whatsapp.put("2", "old_news");
  synced();
  whatsapp.templates["1"].status = "PAUSED";
  whatsapp.templates["1"].components = json::array{json::object{{"type", "BODY"}, {"text", "Other words"}}};
  whatsapp.templates.erase("2");
  whatsapp.put("3", "brand_new", "PENDING");

  const auto report = synced();

  EXPECT_EQ(report.changed, 2u);
  EXPECT_EQ(report.removed, 1u);
  EXPECT_EQ(kinds(), (std::vector<std::string>{"template.status", "template.changed", "template.added", "template.removed"}));
  EXPECT_EQ(store.events[0].tenant, channel->tenant);
  EXPECT_EQ(store.events[0].channel, channel->id);
  EXPECT_EQ(
      store.events[0].body,
      R"({"templateId":"1","name":"order_ready","language":"en","status":"PAUSED","category":"UTILITY","quality":"","previous":"APPROVED"})");
  EXPECT_EQ(synced().changed, 0u);
  EXPECT_EQ(store.events.size(), 4u);
}

TEST_F(TemplatesTest, AFailedSyncChangesNothing) {
  whatsapp.put("1", "order_ready");
  synced();
  whatsapp.templates.clear();
  whatsapp.failure = Error{ErrorCode::upstream_unavailable, "down"};

  EXPECT_EQ(run(templates.sync(channel)).error().code, ErrorCode::upstream_unavailable);
  EXPECT_EQ(store.templates.size(), 1u);
  EXPECT_EQ(templates.counters().failed_syncs, 1u);
}

TEST_F(TemplatesTest, TheListIsReadAtTheStartAndEveryFewHours) {
  whatsapp.put("1", "order_ready");
  templates.start(io.get_executor());
  pass_time(0ms);
  EXPECT_EQ(whatsapp.calls.size(), 1u);
  pass_time(std::chrono::hours(6) - 1s);
  EXPECT_EQ(whatsapp.calls.size(), 1u);
  pass_time(11s);
  EXPECT_EQ(whatsapp.calls.size(), 2u);
}

TEST_F(TemplatesTest, AfterAFailureTheNextReadingWaitsLongerAndLonger) {
  whatsapp.failure = Error{ErrorCode::rejected, "no permission"};
  templates.start(io.get_executor());
  pass_time(0ms);
  for (int i = 0; i < 60 * 6; ++i) pass_time(10s);

  EXPECT_EQ(whatsapp.calls.size(), 4u) << "at 0, 5, 15 and 35 minutes";
}

TEST_F(TemplatesTest, AMessageThatFitsPassesWithoutACall) {
  whatsapp.put("1", "order_ready");
  synced();

  EXPECT_TRUE(check(order()));
  EXPECT_EQ(whatsapp.calls.size(), 1u);
}

TEST_F(TemplatesTest, AWrongCountIsRefusedInWhatsAppsWordsAfterALookUp) {
  whatsapp.put("1", "order_ready");
  synced();

  const auto refused = check(order("order_ready", 3));

  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, ErrorCode::rejected);
  EXPECT_EQ(refused.error().message,
            "Number of parameters does not match the expected number of params (body: number of localizable_params (3) does not match the "
            "expected number of params (1))");
  EXPECT_EQ(
      refused.error().peer_answer->body,
      R"_({"error":{"message":"(#132000) Number of parameters does not match the expected number of params","type":"OAuthException",)_"
      R"_("code":132000,"error_data":{"messaging_product":"whatsapp","details":"body: number of localizable_params (3) does not )_"
      R"_(match the expected number of params (1)"}}})_");
  EXPECT_EQ(whatsapp.calls.back(), "list order_ready ");
}

TEST_F(TemplatesTest, AnUnknownNameIsLookedUpOnceAndThenRefused) {
  whatsapp.put("1", "order_ready_now");
  synced();

  EXPECT_EQ(check(order()).error().peer_answer->status, 404);
  EXPECT_FALSE(check(order()));
  EXPECT_EQ(whatsapp.calls.size(), 2u) << "the second refusal did not ask";
  pass_time(61s);
  EXPECT_FALSE(check(order()));
  EXPECT_EQ(whatsapp.calls.size(), 3u);
}

TEST_F(TemplatesTest, ATemplateMadeElsewhereIsFoundWhenItIsSent) {
  synced();
  whatsapp.put("7", "order_ready");

  EXPECT_TRUE(check(order()));
  EXPECT_EQ(stored("7").status, "APPROVED");
  EXPECT_EQ(kinds(), std::vector<std::string>{"template.added"});
}

TEST_F(TemplatesTest, WhatCannotBeAskedIsLetThrough) {
  synced();
  whatsapp.failure = Error{ErrorCode::upstream_unavailable, "down"};
  EXPECT_TRUE(check(order()));
  whatsapp.failure.reset();
  for (int i = 0; i < 9; ++i) EXPECT_FALSE(check(order("name_" + std::to_string(i))));
  EXPECT_TRUE(check(order("name_99"))) << "the look-ups are used up";
  pass_time(61s);
  EXPECT_FALSE(check(order("name_99")));
}

TEST_F(TemplatesTest, AnAccountNobodyReadIsWhatsAppsToJudge) {
  EXPECT_TRUE(check(order()));
  EXPECT_TRUE(whatsapp.calls.empty());
  templates.start(io.get_executor());
  pass_time(0ms);
  EXPECT_FALSE(check(order()));
}

TEST_F(TemplatesTest, AWrongAnswerCutShortIsNoProof) {
  for (const auto* id : {"1", "2", "3"}) whatsapp.put(id, std::string("order_ready_") + id);
  synced();
  EXPECT_TRUE(check(order())) << "the third page might have held it";
}

TEST_F(TemplatesTest, ATemplateThatIsBeingDeletedIsGone) {
  whatsapp.put("1", "order_ready");
  synced();

  EXPECT_TRUE(hear(
      "message_template_status_update",
      R"({"event":"PENDING_DELETION","message_template_id":1,"message_template_name":"order_ready","message_template_language":"en"})"));

  EXPECT_FALSE(run(store.find_by_id(channel->waba_id, "1")).value());
}

TEST_F(TemplatesTest, WebhooksChangeStateQualityAndCategory) {
  whatsapp.put("1", "order_ready");
  synced();
  const std::string about = R"("message_template_id":1,"message_template_name":"order_ready","message_template_language":"en")";

  EXPECT_TRUE(hear("message_template_status_update", R"({"event":"PAUSED","reason":"NONE",)" + about + "}"));
  EXPECT_EQ(stored("1").status, "PAUSED");
  EXPECT_TRUE(hear("message_template_status_update", R"({"event":"REINSTATED",)" + about + "}"));
  EXPECT_EQ(stored("1").status, "APPROVED");
  EXPECT_TRUE(hear("message_template_status_update", R"({"event":"FLAGGED",)" + about + "}"));
  EXPECT_EQ(stored("1").status, "APPROVED");
  EXPECT_TRUE(hear("message_template_status_update", R"({"event":"REJECTED","reason":"SCAM",)" + about + "}"));
  EXPECT_EQ(stored("1").rejected_reason, "SCAM");
  EXPECT_TRUE(hear("message_template_quality_update", R"({"previous_quality_score":"GREEN","new_quality_score":"YELLOW",)" + about + "}"));
  EXPECT_EQ(stored("1").quality, "YELLOW");
  EXPECT_TRUE(hear("template_category_update", R"({"correct_category":"MARKETING","new_category":"UTILITY",)" + about + "}"));
  EXPECT_EQ(stored("1").category, "UTILITY");
  EXPECT_TRUE(hear("template_category_update", R"({"previous_category":"UTILITY","new_category":"MARKETING",)" + about + "}"));
  EXPECT_EQ(stored("1").category, "MARKETING");

  EXPECT_EQ(kinds(),
            (std::vector<std::string>{"template.status", "template.status", "template.status", "template.quality", "template.category"}));
  EXPECT_NE(store.events[2].body.find(R"("reason":"SCAM")"), std::string::npos);
}

TEST_F(TemplatesTest, AnApprovalEndsARefusalAtOnce) {
  whatsapp.put("1", "order_ready", "PENDING");
  synced();
  EXPECT_FALSE(check(order()));

  EXPECT_TRUE(hear("message_template_status_update", R"({"event":"APPROVED","message_template_id":1})"));

  EXPECT_TRUE(check(order()));
}

TEST_F(TemplatesTest, AWebhookAboutAStrangerHasTheListRead) {
  synced();
  whatsapp.put("5", "new_one");
  EXPECT_TRUE(hear("message_template_status_update", R"({"event":"APPROVED","message_template_id":5})"));
  EXPECT_TRUE(store.templates.empty());

  templates.start(io.get_executor());
  pass_time(0ms);
  EXPECT_EQ(stored("5").name, "new_one");
}

TEST_F(TemplatesTest, AWebhookThatCannotBeStoredFails) {
  whatsapp.put("1", "order_ready");
  synced();
  store.broken = true;
  EXPECT_EQ(hear("message_template_status_update", R"({"event":"PAUSED","message_template_id":1})").error().code, ErrorCode::unavailable);
  EXPECT_TRUE(hear("account_update", R"({"event":"X"})")) << "not about templates";
  EXPECT_TRUE(hear("message_template_status_update", "garbage"));
}

TEST_F(TemplatesTest, AReadingThatWasOvertakenIsFollowedByAnother) {
  whatsapp.put("1", "order_ready");
  synced();
  whatsapp.on_list = [&] {
    whatsapp.on_list = nullptr;
    auto paused = stored("1");
    paused.status = "PAUSED";  // as the webhook's handler stores it while the list, read before, is on its way
    store.templates[{channel->waba_id, "1"}] = paused;
    boost::asio::co_spawn(io,
                          templates.hear(OtherEvent{"", channel->waba_id, "message_template_quality_update",
                                                    R"({"new_quality_score":"RED","message_template_id":1})"}),
                          [](std::exception_ptr, Result<void>) {});
    whatsapp.templates["1"].status = "PAUSED";
  };
  synced();
  templates.start(io.get_executor());
  pass_time(10s);

  EXPECT_EQ(stored("1").status, "PAUSED");
}

TEST_F(TemplatesTest, AMadeTemplateIsKeptAsWhatsAppNamedIt) {
  const auto made = run(templates.create(
      channel, json::parse(R"({"name":"offer","language":"en","category":"UTILITY","components":[{"type":"BODY","text":"Hi"}]})")
                   .value()
                   .get_object()));

  ASSERT_TRUE(made) << made.error().message;
  EXPECT_EQ(made->id, "900");
  EXPECT_EQ(made->status, "PENDING");
  EXPECT_EQ(made->category, "MARKETING") << "WhatsApp's choice";
  EXPECT_EQ(stored("900").components.size(), 1u);
  EXPECT_EQ(kinds(), std::vector<std::string>{"template.added"});
}

TEST_F(TemplatesTest, ADefinitionMustBeWhole) {
  const auto fault = [&](std::string_view text) {
    return run(templates.create(channel, json::parse(text).value().get_object())).error().message;
  };
  EXPECT_EQ(fault(R"({"language":"en","category":"UTILITY","components":[{}]})"), "name is required");
  EXPECT_EQ(fault(R"({"name":"a","language":"en","category":"UTILITY"})"), "components is required");
  EXPECT_EQ(fault(R"({"name":"a","language":"en","category":"UTILITY","components":[1]})"), "components[0] must be an object");
  EXPECT_TRUE(whatsapp.calls.empty());
}

TEST_F(TemplatesTest, WhatsAppsRefusalIsPassedOn) {
  whatsapp.failure = Error{ErrorCode::rejected, "Content in this language already exists"};
  const auto refused = run(templates.create(
      channel, json::parse(R"({"name":"a","language":"en","category":"UTILITY","components":[{}]})").value().get_object()));
  EXPECT_EQ(refused.error(), *whatsapp.failure);
  EXPECT_TRUE(store.templates.empty());
}

TEST_F(TemplatesTest, AnEditIsReadBackAndARemovalGoes) {
  whatsapp.put("1", "order_ready");
  whatsapp.put("2", "order_ready", "APPROVED", "de");
  synced();

  const auto edited =
      run(templates.edit(channel, "1", json::parse(R"({"components":[{"type":"BODY","text":"New"}]})").value().get_object()));
  ASSERT_TRUE(edited) << edited.error().message;
  EXPECT_EQ(template_body(*edited), "New");
  EXPECT_EQ(edited->status, "PENDING");
  EXPECT_EQ(run(templates.edit(channel, "1?x=", json::object{{"category", "UTILITY"}})).error().code, ErrorCode::not_found);
  EXPECT_EQ(run(templates.edit(channel, "1", json::object())).error().code, ErrorCode::invalid_argument);

  ASSERT_TRUE(run(templates.remove(channel, "order_ready", "2")));
  EXPECT_EQ(store.templates.size(), 1u);
  ASSERT_TRUE(run(templates.remove(channel, "order_ready", "")));
  EXPECT_TRUE(store.templates.empty());
  EXPECT_EQ(kinds().back(), "template.removed");
}

}  // namespace
}  // namespace wherry
