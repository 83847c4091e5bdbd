#include "simulator/simulator.h"

#include <gtest/gtest.h>

#include <boost/asio/executor_work_guard.hpp>
#include <set>
#include <thread>

#include "base/json.h"
#include "net/client.h"
#include "net/server.h"
#include "simulator/engine.h"
#include "simulator/webhooks/signature.h"
#include "simulator/world.h"
#include "tests/support/run.h"

namespace wherry::sim {
namespace {

/// A gateway's webhook endpoint on a real socket.
struct Receiver {
  struct Post {
    std::string body, signature;
  };
  std::vector<Post> posts;
  bool echo = true;
  int answer = 200;
  std::unique_ptr<http::Server> server;

  Receiver() {
    http::ServerOptions options;
    server = http::Server::create(options, [this](http::Request& request) { return handle(request); }).value();
  }
  std::string url() const { return "http://127.0.0.1:" + std::to_string(server->port()) + "/hook"; }

  Task<http::Response> handle(http::Request& request) {
    if (request.method == http::Method::get) {
      const auto challenge = http::query_value(request.query, "hub.challenge");
      co_return http::text_response(200, echo ? challenge.value_or("") : "hello");
    }
    auto body = co_await http::read_all(*request.body, 8 << 20);
    if (body) posts.push_back({*body, std::string(request.headers.find("X-Hub-Signature-256").value_or(""))});
    co_return http::text_response(answer, "");
  }
};

struct Loopback : testing::Test {
  boost::asio::io_context io{1};
  SystemClock real;
  Receiver receiver;
  std::unique_ptr<http::Client> client = http::make_client({}, real);
  std::unique_ptr<Simulator> simulator;

  void begin(Options options = {}) {
    options.callback_url = receiver.url();
    auto created = Simulator::create(options);
    ASSERT_TRUE(created) << created.error().message;
    simulator = std::move(*created);
    simulator->start({io.get_executor()});
    receiver.server->listen_on(io.get_executor());
  }
  void TearDown() override {
    if (!simulator) return;
    test::run(io, simulator->stop(milliseconds(200)));
    test::run(io, receiver.server->stop(milliseconds(200)));
  }

  Result<http::ClientResponse> call(http::Method method, std::string url, std::string body = {}) {
    http::ClientRequest request;
    request.method = method;
    request.url = std::move(url);
    request.body = std::move(body);
    request.timeout = milliseconds(10'000);
    request.headers.add("Authorization", "Bearer " + Options{}.access_token);
    if (!request.body.empty()) request.headers.add("Content-Type", "application/json");
    return test::run(io, client->send(std::move(request)));
  }
  std::string graph(std::string path) { return "http://127.0.0.1:" + std::to_string(simulator->graph_port()) + path; }
  std::string control(std::string path) { return "http://127.0.0.1:" + std::to_string(simulator->control_port()) + path; }
  boost::json::value send(std::string to) {
    auto answer = call(http::Method::post, graph("/v25.0/106540352242922/messages"),
                       R"({"messaging_product":"whatsapp","to":")" + to + R"(","type":"text","text":{"body":"Hi"},)" +
                           R"("biz_opaque_callback_data":"t-1"})");
    if (!answer) return boost::json::value(answer.error().message);
    auto parsed = json::parse(answer->body);
    return parsed ? *parsed : boost::json::value(answer->body);
  }
  bool wait_for(const std::function<bool()>& probe) {
    for (int tries = 0; tries < 2'000; ++tries) {
      if (probe()) return true;
      test::run(io, real.sleep_for(milliseconds(2)));
    }
    return probe();
  }
  std::vector<std::string> statuses() const {
    std::vector<std::string> out;
    for (const auto& post : receiver.posts) {
      const auto value = boost::json::parse(post.body).at("entry").at(0).at("changes").at(0).at("value");
      if (const auto* list = value.as_object().if_contains("statuses")) out.emplace_back(list->at(0).at("status").as_string());
    }
    return out;
  }
};

TEST_F(Loopback, ASendBecomesSignedSentDeliveredAndReadWebhooks) {
  Options options;
  options.time_scale = 200;
  begin(options);
  const auto inbound = call(http::Method::post, control("/sim/inbound"), R"({"from":"15550100042","type":"text","text":{"body":"Hello"}})");
  ASSERT_TRUE(inbound);
  ASSERT_EQ(inbound->status, 200) << inbound->body;
  const auto answer = send("+1 555 010 0042");
  ASSERT_TRUE(answer.is_object() && answer.as_object().contains("messages")) << json::serialize(answer);
  ASSERT_TRUE(wait_for([&] { return receiver.posts.size() >= 4; }));
  auto got = statuses();
  std::sort(got.begin(), got.end());
  EXPECT_EQ(got, (std::vector<std::string>{"delivered", "read", "sent"}));
  for (const auto& post : receiver.posts) EXPECT_EQ(post.signature, sign_sha256("test_app_secret", post.body));
  EXPECT_NE(receiver.posts.back().body.find("\"biz_opaque_callback_data\":\"t-1\""), std::string::npos);
  const auto messages = call(http::Method::get, control("/sim/messages?to=15550100042"));
  EXPECT_EQ(json::parse(messages->body)->at("data").at(0).at("statuses").as_array().size(), 3u);
}

TEST_F(Loopback, WithoutAWindowAFreeTextFailsByWebhook) {
  Options options;
  options.time_scale = 200;
  begin(options);
  send("15550100042");
  ASSERT_TRUE(wait_for([&] { return !receiver.posts.empty(); }));
  EXPECT_EQ(statuses(), std::vector<std::string>{"failed"});
  EXPECT_NE(receiver.posts[0].body.find("131047"), std::string::npos);
}

TEST_F(Loopback, AnUnreliableReceiverGetsTheSameBytesAgain) {
  Options options;
  options.frozen = true;
  begin(options);
  receiver.answer = 500;
  call(http::Method::post, control("/sim/inbound"), R"({"from":"15550100042","type":"text","text":{"body":"Hello"}})");
  ASSERT_TRUE(wait_for([&] { return receiver.posts.size() == 2; }));
  receiver.answer = 200;
  const auto clock = call(http::Method::post, control("/sim/clock"), R"({"advance_ms":5000,"settle_ms":5000})");
  ASSERT_EQ(clock->status, 200);
  ASSERT_TRUE(wait_for([&] { return receiver.posts.size() == 3; }));
  EXPECT_EQ(receiver.posts[0].body, receiver.posts[2].body);
  EXPECT_EQ(receiver.posts[0].signature, receiver.posts[2].signature);
  const auto stats = *json::parse(call(http::Method::get, control("/sim/stats"))->body);
  EXPECT_EQ(stats.at("webhooks_delivered").as_int64(), 1);
  EXPECT_EQ(stats.at("webhooks_failed").as_int64(), 2);
}

TEST_F(Loopback, AnOverrideIsRefusedUnlessTheChallengeIsEchoed) {
  begin();
  const auto path = graph("/v25.0/106540352242922");
  const std::string body = R"({"webhook_configuration":{"override_callback_uri":")" + receiver.url() + R"(?n=1","verify_token":"v"}})";
  receiver.echo = false;
  auto answer = call(http::Method::post, path, body);
  ASSERT_TRUE(answer);
  EXPECT_EQ(answer->status, 400) << answer->body;
  EXPECT_EQ(simulator->world().numbers.find("106540352242922")->override_callback, "");
  receiver.echo = true;
  answer = call(http::Method::post, path, body);
  ASSERT_TRUE(answer);
  EXPECT_EQ(answer->status, 200) << answer->body;
  EXPECT_EQ(simulator->world().numbers.find("106540352242922")->override_callback, receiver.url() + "?n=1");
}

TEST_F(Loopback, AnAmbiguousSendIsAcceptedAlthoughNoAnswerComes) {
  Options options;
  options.time_scale = 200;
  begin(options);
  const auto answer = send("99950000020");
  EXPECT_TRUE(answer.is_string()) << json::serialize(answer);
  ASSERT_TRUE(wait_for([&] { return receiver.posts.size() >= 3; }));
  EXPECT_EQ(simulator->world().messages.recent(10).size(), 1u);
}

TEST_F(Loopback, ASinkAnswersAndKeepsNothing) {
  Options options;
  options.sink = true;
  begin(options);
  const auto answer = send("15550100042");
  EXPECT_EQ(answer.at("contacts").at(0).at("wa_id").as_string(), "15550100042");
  const auto stats = *json::parse(call(http::Method::get, control("/sim/stats"))->body);
  EXPECT_EQ(stats.at("accepted").as_int64(), 1);
  EXPECT_TRUE(simulator->world().messages.recent(10).empty());
}

TEST_F(Loopback, InboundMediaCanBeDownloadedFromTheAddressInTheWebhook) {
  begin();
  call(http::Method::post, control("/sim/inbound"),
       R"({"from":"15550100042","type":"image","image":{"data_base64":"aGVsbG8=","mime_type":"image/png"}})");
  ASSERT_TRUE(wait_for([&] { return !receiver.posts.empty(); }));
  const auto image =
      boost::json::parse(receiver.posts[0].body).at("entry").at(0).at("changes").at(0).at("value").at("messages").at(0).at("image");
  const auto file = call(http::Method::get, std::string(image.at("url").as_string()));
  ASSERT_TRUE(file);
  EXPECT_EQ(file->status, 200);
  EXPECT_EQ(file->body, "hello");
}

/// A second I/O thread.
struct Thread {
  boost::asio::io_context io{1};
  boost::asio::executor_work_guard<Executor> busy{io.get_executor()};
  std::thread thread{[this] { io.run(); }};
  ~Thread() {
    busy.reset();
    io.stop();
    thread.join();
  }
};

TEST_F(Loopback, UnderChaosOnTwoThreadsEveryStatusArrivesInTheEnd) {
  Thread second;
  Options options;
  options.time_scale = 500;
  options.throttles = false;
  options.callback_url = receiver.url();
  simulator = Simulator::create(options).value();
  simulator->start({io.get_executor(), second.io.get_executor()});
  receiver.server->listen_on(io.get_executor());
  simulator->world().switches.window.store(false);
  Chaos chaos;
  chaos.duplicate = 0.1;
  chaos.reorder = 0.2;
  chaos.wrong_signature = 0.05;
  chaos.empty_body = 0.05;
  chaos.reset = 0.02;
  chaos.retry_although_200 = 0.05;
  simulator->engine().dispatcher.set_chaos(chaos);
  int refused = 0;
  for (int i = 0; i < 200; ++i) {
    const auto answer = send("1555010" + std::to_string(1'000 + i));
    if (!answer.as_object().contains("messages")) ++refused;
    receiver.answer = i % 50 == 7 ? 500 : 200;
  }
  receiver.answer = 200;
  EXPECT_EQ(refused, 0);
  std::set<std::string> seen;
  const auto all_seen = [&] {
    seen.clear();
    for (const auto& post : receiver.posts) {
      if (post.body.empty() || post.signature != sign_sha256("test_app_secret", post.body)) continue;
      const auto value = boost::json::parse(post.body).at("entry").at(0).at("changes").at(0).at("value");
      const auto& status = value.at("statuses").at(0);
      seen.insert(std::string(status.at("id").as_string()) + ' ' + std::string(status.at("status").as_string()));
    }
    return seen.size() == 600;
  };
  for (int tries = 0; tries < 100 && !all_seen(); ++tries) test::run(io, real.sleep_for(milliseconds(100)));
  EXPECT_EQ(seen.size(), 600u);
  EXPECT_GT(receiver.posts.size(), 620u);
  EXPECT_GT(simulator->engine().dispatcher.faults().of(Fault::duplicate), 20u);
  test::run(io, simulator->stop(milliseconds(200)));
  test::run(io, receiver.server->stop(milliseconds(200)));
  simulator.reset();
}

TEST(SimulatorOptions, OnlyLoopbackUnlessPublicIsAllowed) {
  Options options;
  options.address = "0.0.0.0";
  const auto refused = Simulator::create(options);
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, ErrorCode::invalid_argument);
  options.allow_public = true;
  EXPECT_TRUE(Simulator::create(options));
  options.address = "somewhere";
  EXPECT_FALSE(Simulator::create(options));
  options.address = "127.0.0.1";
  options.time_scale = 0;
  EXPECT_FALSE(Simulator::create(options));
}

TEST(SimulatorOptions, ATakenPortIsReported) {
  auto first = Simulator::create({});
  ASSERT_TRUE(first);
  Options options;
  options.port = (*first)->graph_port();
  options.control_port = (*first)->control_port();
  const auto second = Simulator::create(options);
  ASSERT_FALSE(second);
  EXPECT_EQ(second.error().code, ErrorCode::unavailable);
}

}  // namespace
}  // namespace wherry::sim
