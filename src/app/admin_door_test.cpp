// The admin door on a data directory of its own, without a server.
#include <gtest/gtest.h>

#include <boost/asio/io_context.hpp>

#include "api/admin/routes.h"
#include "app/core.h"
#include "base/json.h"
#include "services/journal/retention.h"
#include "store/values.h"
#include "tests/support/pieced_body.h"
#include "tests/support/run.h"
#include "tests/support/temp_dir.h"

namespace wherry::app {
namespace {

class AdminDoor : public ::testing::Test {
 protected:
  AdminDoor() {
    config.data_dir = dir.path();
    core = std::move(Core::open(config, clock, io.get_executor())).value();
    services.emplace(core->access, core->channels, core->message_store, core->upstream, core->outbox, core->idempotency, core->inbox,
                     core->webhooks, core->templates, core->clock, core->keys.admin_key, core->journal, core->reports, core->journal_feed,
                     core->consents, core->sources, &attempts);
    api::admin::add_admin_routes(router, *services);
    tenant = run(core->access.create_tenant("us")).value().id;
  }
  template <class T>
  T run(Task<T> task) {
    return test::run(io, std::move(task));
  }
  json::object get(const std::string& path, int status = 200, const std::string& query = "") {
    http::Request request;
    request.path = "/admin/v1" + path;
    request.query = query;
    request.headers.add("Authorization", "Bearer " + core->keys.admin_key.reveal());
    auto response = run(router.handle(request));
    EXPECT_EQ(response.status, status) << path;
    return json::parse(std::get<std::string>(response.body))->as_object();
  }
  json::object post(http::Method method, const std::string& path, const std::string& text, int status) {
    test::PiecedBody body(text, 4096);
    http::Request request;
    request.method = method;
    request.path = "/admin/v1" + path;
    request.headers.add("Authorization", "Bearer " + core->keys.admin_key.reveal());
    request.body = &body;
    auto response = run(router.handle(request));
    const auto& answer = std::get<std::string>(response.body);
    EXPECT_EQ(response.status, status) << answer;
    return answer.empty() ? json::object() : json::parse(answer)->as_object();
  }
  json::object change(http::Method method, const std::string& path, const std::string& query, json::object body, int status) {
    test::PiecedBody reader(body.empty() ? "" : json::serialize(body), 4096);
    http::Request request;
    request.method = method;
    request.path = "/admin/v1" + path;
    request.query = query;
    request.headers.add("Authorization", "Bearer " + core->keys.admin_key.reveal());
    request.body = &reader;
    auto response = run(router.handle(request));
    const auto& text = std::get<std::string>(response.body);
    EXPECT_EQ(response.status, status) << path << ' ' << text;
    return text.empty() ? json::object() : json::parse(text)->as_object();
  }
  json::object audit() { return get("/audit", 200, "tenant_id=" + tenant.text()); }
  Message accepted() {
    Message message;
    message.id = MessageId::make(clock.now());
    message.tenant = tenant;
    message.content = TextContent{"hello", false};
    message.created_at = message.updated_at = message.give_up_at = clock.now();
    EXPECT_TRUE(run(core->message_store.accept(message, std::nullopt)));
    return message;
  }
  void change(const char* sql) { ASSERT_TRUE(run(core->database->commit({{sql, {}, 1}}))); }

  struct Attempts final : WebhookAttempts {
    Task<Result<std::vector<WebhookAttempt>>> attempts_of(TenantId, std::vector<std::uint64_t> sequences) override {
      std::vector<WebhookAttempt> found;
      for (const auto sequence : sequences) found.push_back({"sub_1", sequence, 1, Timestamp{}, milliseconds(12), 503, "busy"});
      co_return found;
    }
  };
  boost::asio::io_context io{1};  // outlives the core, whose threads post to it
  test::TempDir dir;
  VirtualClock clock{from_unix_millis(1'790'000'000'000)};
  Config config;
  std::unique_ptr<Core> core;
  Attempts attempts;
  std::optional<api::admin::AdminServices> services;
  http::Router router;
  TenantId tenant;
};

TEST_F(AdminDoor, BooksThatBalanceSaySo) {
  accepted();
  accepted();

  const auto books = audit();

  EXPECT_TRUE(books.at("balanced").as_bool());
  EXPECT_EQ(books.at("outbound").as_object().at("queued").as_int64(), 2);
  EXPECT_EQ(books.at("outbound").as_object().at("difference").as_int64(), 0);
}

TEST_F(AdminDoor, ALostMessageShowsInTheBooks) {
  accepted();
  change("DELETE FROM messages");

  const auto books = audit();

  EXPECT_FALSE(books.at("balanced").as_bool());
  EXPECT_EQ(books.at("outbound").as_object().at("difference").as_int64(), 1);
}

TEST_F(AdminDoor, AHoleInTheJournalShowsInTheBooks) {
  accepted();
  accepted();
  accepted();
  change("DELETE FROM journal WHERE sequence = 2");

  const auto books = audit();

  EXPECT_FALSE(books.at("balanced").as_bool());
  EXPECT_EQ(books.at("journal").as_object().at("missing").as_int64(), 1);
  EXPECT_EQ(books.at("outbound").as_object().at("difference").as_int64(), -1);
}

TEST_F(AdminDoor, WhatRetentionTookDoesNotUnbalanceTheBooks) {
  accepted();
  accepted();
  accepted();
  ASSERT_TRUE(run(core->journal.drop(tenant, 1, 2, clock.now())));

  const auto books = audit();

  EXPECT_TRUE(books.at("balanced").as_bool()) << json::serialize(books);
  EXPECT_EQ(books.at("journal").as_object().at("dropped").as_int64(), 2);
}

TEST_F(AdminDoor, AfterARetentionSweepTheBooksBalanceAndTheCursorGoesOn) {
  for (int i = 0; i < 40; ++i) accepted();
  RetentionOptions options;
  options.max_rows = 10;
  JournalRetention retention(core->journal, core->journal, clock, options);

  EXPECT_EQ(run(retention.sweep()).value(), 30U);

  EXPECT_TRUE(audit().at("balanced").as_bool());
  const auto events = get("/events", 200, "limit=500&tenant_id=" + tenant.text());
  EXPECT_EQ(events.at("first").as_int64(), 31);
  EXPECT_EQ(events.at("data").as_array().size(), 11U);
  EXPECT_EQ(events.at("data").as_array().back().at("event").as_string(), "journal.dropped");
}

TEST_F(AdminDoor, ASecondAuditIsToldToComeBack) {
  services->audit_running = true;

  const auto refused = get("/audit", 503, "tenant_id=" + tenant.text());

  EXPECT_TRUE(refused.at("retryable").as_bool());
  services->audit_running = false;
  audit();
  EXPECT_FALSE(services->audit_running);
}

TEST_F(AdminDoor, ATimelineShowsHowEachEventFaredAtTheWebhooks) {
  const auto message = accepted();

  const auto timeline = get("/messages/" + message.id.text() + "/timeline");

  const auto& step = timeline.at("data").as_array().at(0).as_object();
  const auto& hook = step.at("webhooks").as_array().at(0).as_object();
  EXPECT_EQ(hook.at("subscription_id").as_string(), "sub_1");
  EXPECT_EQ(hook.at("status").as_int64(), 503);
  EXPECT_EQ(hook.at("took_ms").as_int64(), 12);
}

TEST_F(AdminDoor, ATimelineWhoseBeginningIsGoneSaysSo) {
  const auto message = accepted();
  accepted();
  ASSERT_TRUE(run(core->journal.drop(tenant, 1, 1, clock.now())));

  const auto timeline = get("/messages/" + message.id.text() + "/timeline");

  EXPECT_FALSE(timeline.at("complete").as_bool());
  EXPECT_TRUE(timeline.at("data").as_array().empty());
}

TEST_F(AdminDoor, AKeyIsMadeChangedRotatedAndRevoked) {
  const auto made =
      post(http::Method::post, "/keys",
           R"({"tenant_id":")" + tenant.text() +
               R"(","style":"magpipe","label":"shop","scopes":["send"],)"
               R"("expires_at":"2027-01-01","rate_limits":[{"requests":9,"window_seconds":3600},{"requests":3,"window_seconds":60}]})",
           201);
  const std::string id(made.at("id").as_string());
  EXPECT_TRUE(made.at("key").as_string().starts_with("mgp_"));
  EXPECT_EQ(json::serialize(made.at("rate_limits")), R"([{"requests":3,"window_seconds":60},{"requests":9,"window_seconds":3600}])");
  EXPECT_EQ(made.at("expires_at").as_string(), "2027-01-01T00:00:00.000Z");

  const auto changed = post(http::Method::patch, "/keys/" + id, R"({"scopes":[],"expires_at":null,"rate_limits":[]})", 200);
  EXPECT_TRUE(changed.at("scopes").as_array().empty());
  EXPECT_TRUE(changed.at("expires_at").is_null());
  EXPECT_TRUE(changed.at("rate_limits").as_array().empty());
  EXPECT_EQ(changed.at("label").as_string(), "shop");

  const auto fresh = post(http::Method::post, "/keys/" + id + "/rotate", R"({"overlap_seconds":3600})", 201);
  EXPECT_EQ(fresh.at("label").as_string(), "shop");
  const std::string key(fresh.at("key").as_string());
  EXPECT_TRUE(run(core->access.identify(key, "magpipe")));
  post(http::Method::post, "/keys/" + id + "/rotate", "{}", 409);
  post(http::Method::delete_, "/keys/" + std::string(fresh.at("id").as_string()), "", 204);
  EXPECT_FALSE(run(core->access.identify(key, "magpipe")));
  EXPECT_FALSE(get("/keys").at("data").as_array().at(1).as_object().contains("key"));
}

TEST_F(AdminDoor, WhatAKeyCannotBeIsRefused) {
  const auto with = [&](const std::string& fields) { return R"({"tenant_id":")" + tenant.text() + R"(",)" + fields + "}"; };
  for (const auto* fields : {R"("style":"fax")", R"("scopes":["fly"])", R"("scopes":"send")", R"("expires_at":"soon")",
                             R"("rate_limits":{})", R"("expires_at":"2001-01-01")", R"("rate_limits":[{"requests":0,"window_seconds":60}])",
                             R"("rate_limits":[{"requests":5}])", R"("rate_limits":[],"rate_limit":5)", R"("rate_limit":-1)"}) {
    post(http::Method::post, "/keys", with(fields), 400);
  }
  post(http::Method::patch, "/keys/key_0", "{}", 404);
}

TEST_F(AdminDoor, ATenantsLimitsAreTheStylesUntilTheyAreChanged) {
  const auto path = "/tenants/" + tenant.text();
  const auto limits = [&](const json::object& answer) { return json::serialize(answer.at("rate_limits")); };
  const std::string own = R"({"magpipe":[{"requests":100,"window_seconds":60},{"requests":1000,"window_seconds":3600}]})";
  EXPECT_EQ(limits(get(path)), own);

  const auto changed =
      post(http::Method::patch, path, R"({"rate_limits":{"magpipe":[{"requests":5,"window_seconds":1}],"pipes":[]}})", 200);
  EXPECT_EQ(limits(changed), R"({"magpipe":[{"requests":5,"window_seconds":1}],"pipes":[]})");
  EXPECT_EQ(limits(post(http::Method::patch, path, R"({"rate_limits":{"magpipe":null,"pipes":null}})", 200)), own);
  post(http::Method::patch, path, R"({"rate_limits":{"fax":[]}})", 400);
  post(http::Method::patch, "/tenants/" + TenantId::make(clock.now()).text(), R"({"rate_limits":{"pipes":[]}})", 404);
}

TEST_F(AdminDoor, ConsentsAreKeptTogetherListedByPageAndForgotten) {
  using http::Method;
  const auto of_us = "tenant_id=" + tenant.text();
  const json::object said{
      {"tenant_id", tenant.text()}, {"opted_in", true}, {"source", "IMPORT"}, {"recipients", {"+49 150 00000002", "4915000000001"}}};

  EXPECT_EQ(change(Method::put, "/consents", "", said, 200).at("changed").as_int64(), 2);

  const auto first = get("/consents", 200, of_us + "&limit=1");
  EXPECT_EQ(first.at("data").as_array().at(0).at("recipient").as_string(), "4915000000001");
  const auto cursor = std::string(first.at("next_cursor").as_string());
  const auto second = get("/consents", 200, of_us + "&limit=1&opted_in=true&cursor=" + cursor);
  EXPECT_EQ(second.at("data").as_array().at(0).at("recipient").as_string(), "4915000000002");
  EXPECT_TRUE(get("/consents", 200, of_us + "&recipient=4915000000001&opted_in=false").at("data").as_array().empty());
  change(Method::delete_, "/consents", of_us + "&recipient=4915000000001", {}, 204);
  change(Method::delete_, "/consents", of_us + "&recipient=4915000000001", {}, 404);
  change(Method::delete_, "/consents", of_us, {}, 400);
  EXPECT_TRUE(get("/consents", 200, of_us + "&recipient=4915000000001").at("data").as_array().empty());
  get("/consents", 400, of_us + "&opted_in=perhaps");
  get("/consents", 400);
}

TEST_F(AdminDoor, AConsentThatIsNotWholeIsRefused) {
  using http::Method;
  const json::object good{{"tenant_id", tenant.text()}, {"opted_in", false}, {"source", "STOP"}, {"recipients", {"4915000000001"}}};
  change(Method::put, "/consents", "", good, 200);
  for (const auto* missing : {"tenant_id", "opted_in", "source", "recipients"}) {
    auto broken = good;
    broken.erase(missing);
    change(Method::put, "/consents", "", broken, 400);
  }
  auto broken = good;
  broken["recipients"] = {"4915000000001", "nobody"};
  change(Method::put, "/consents", "", broken, 400);
  broken = good;
  broken["tenant_id"] = TenantId::make(clock.now()).text();
  change(Method::put, "/consents", "", broken, 404);
}

TEST_F(AdminDoor, SourcesAreMadeListedAndRemoved) {
  using http::Method;
  change(Method::post, "/sources", "", {{"tenant_id", tenant.text()}, {"name", "shop"}}, 400);
  NewChannel number;
  number.tenant = tenant;
  number.phone_number_id = "1001";
  number.waba_id = "2001";
  number.display_number = "15550107788";
  number.access_token = number.app_secret = number.verify_token = Secret("secret");
  const auto channel = run(core->channels.add(number)).value();
  const json::object wanted{{"tenant_id", tenant.text()}, {"name", "shop"}, {"id", "7D0C1F4E-2b3a-4c5d-8e9f-0a1b2c3d4e5f"}};

  const auto made = change(Method::post, "/sources", "", wanted, 201);

  EXPECT_EQ(made.at("id").as_string(), "7d0c1f4e-2b3a-4c5d-8e9f-0a1b2c3d4e5f");
  EXPECT_EQ(made.at("channel_id").as_string(), channel->id.text());
  EXPECT_EQ(change(Method::post, "/sources", "", wanted, 409).at("retryable").as_bool(), false);
  EXPECT_EQ(get("/sources", 200, "tenant_id=" + tenant.text()).at("data").as_array().size(), 1u);
  change(Method::delete_, "/sources/7d0c1f4e-2b3a-4c5d-8e9f-0a1b2c3d4e5f", "", {}, 204);
  change(Method::delete_, "/sources/7d0c1f4e-2b3a-4c5d-8e9f-0a1b2c3d4e5f", "", {}, 404);
  change(Method::delete_, "/sources/shop", "", {}, 404);
}

}  // namespace
}  // namespace wherry::app
