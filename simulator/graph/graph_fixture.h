#pragma once

#include <gtest/gtest.h>

#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>

#include "simulator/graph/surface.h"
#include "tests/support/run.h"

namespace wherry::sim::test {

/// A body that is already there, in pieces of a chosen size.
class TextBody final : public http::BodyReader {
 public:
  explicit TextBody(std::string text, std::size_t piece = 7'000) : text_(std::move(text)), piece_(piece) {}
  Task<Result<std::string_view>> read() override {
    const std::string_view piece = std::string_view(text_).substr(at_, piece_);
    at_ += piece.size();
    co_return piece;
  }
  std::optional<std::uint64_t> content_length() const override { return text_.size(); }

 private:
  std::string text_;
  std::size_t piece_;
  std::size_t at_ = 0;
};

struct Answer {
  int status = 0;
  std::string body;
  http::Headers headers;
  http::Response::Fault fault = http::Response::Fault::none;

  boost::json::value json() const { return boost::json::parse(body); }
  int code() const {
    const auto value = json();
    const auto* error = value.as_object().if_contains("error");
    return error ? static_cast<int>(error->at("code").as_int64()) : 0;
  }
  std::string message() const { return std::string(json().at("error").at("message").as_string()); }
  std::string details() const {
    const auto value = json();
    const auto* data = value.at("error").as_object().if_contains("error_data");
    return data ? std::string(data->at("details").as_string()) : std::string();
  }
};

/// An interceptor whose next verdicts are given.
class GivenVerdicts final : public Interceptor {
 public:
  std::optional<Verdict> before_request(const RequestAsk&) override { return request; }
  std::optional<Verdict> before_send(const SendAsk& ask) override {
    asked_to = ask.to;
    asked_template = ask.template_name;
    return send;
  }
  std::optional<Verdict> request, send;
  std::string asked_to, asked_template;
};

/// A listener that keeps what it is told.
class NotedEvents final : public GraphEvents {
 public:
  void on_accepted(const SentMessagePtr& message, const Verdict*) override { accepted.push_back(message); }
  void on_template_submitted(const Template& value) override { submitted.push_back(value); }
  void on_template_changed(const Template& value, std::string_view event) override {
    changed.push_back(value.name + " " + std::string(event));
  }
  void on_marked_read(const ReceivedMessage& message) override { read.push_back(message); }
  void on_security(const Number&, std::string_view event) override { security.emplace_back(event); }
  Task<Result<void>> verify_callback(std::string url, std::string verify_token) override {
    verified.push_back(url + " " + verify_token);
    if (refuse_callback) co_return Error(ErrorCode::rejected, "the challenge was not echoed");
    co_return Result<void>();
  }
  std::vector<SentMessagePtr> accepted;
  std::vector<Template> submitted;
  std::vector<std::string> changed, security, verified;
  std::vector<ReceivedMessage> read;
  bool refuse_callback = false;
};

inline constexpr Timestamp start{milliseconds(1'795'000'000'000)};

/// A world with known ids on a virtual clock, and requests against it.
class GraphTest : public ::testing::Test {
 protected:
  static WorldOptions options() {
    WorldOptions options;
    options.first.portfolio_id = "900000000000001";
    options.first.waba_id = "102290129340398";
    options.first.number_id = "106540352242922";
    options.first.app_id = "670843887433847";
    options.first.token = "EAAtoken";
    return options;
  }

  Answer call(http::Method method, std::string target, std::string body = {}, std::string content_type = "application/json",
              std::optional<std::string> token = "EAAtoken", http::Headers more = {}) {
    http::Request request;
    request.method = method;
    request.target = target;
    const auto question = target.find('?');
    request.path = http::percent_decode(target.substr(0, question)).value_or("");
    if (question != std::string::npos) request.query = target.substr(question + 1);
    request.headers = std::move(more);
    request.headers.add("Host", "graph.test");
    if (!content_type.empty()) request.headers.add("Content-Type", content_type);
    if (token) request.headers.add("Authorization", "Bearer " + *token);
    TextBody reader(std::move(body));
    request.body = &reader;
    auto response = wherry::test::run(surface.handle(request));
    Answer answer;
    answer.status = response.status;
    answer.headers = response.headers;
    answer.fault = response.fault;
    if (auto* text = std::get_if<std::string>(&response.body)) {
      answer.body = std::move(*text);
    } else {
      answer.body = wherry::test::run(drain(*std::get<std::unique_ptr<http::BodySource>>(response.body)));
    }
    return answer;
  }
  Answer get(std::string target) { return call(http::Method::get, std::move(target)); }
  Answer post(std::string target, std::string body) { return call(http::Method::post, std::move(target), std::move(body)); }
  Answer remove(std::string target) { return call(http::Method::delete_, std::move(target)); }

  /// POST /{number}/messages with messaging_product and to in front of `members`.
  Answer send(const std::string& members, const std::string& to = "15550100042") {
    return post(messages, R"({"messaging_product":"whatsapp","to":")" + to + "\"," + members + "}");
  }
  Answer send_text(const std::string& to = "15550100042") { return send(R"("type":"text","text":{"body":"hi"})", to); }
  void open_window(const std::string& user = "15550100042") { world.windows.user_wrote(world.first().number_id, user, world.now()); }

  static Task<std::string> drain(http::BodySource& source) {
    std::string all;
    std::array<char, 4096> buffer;
    for (;;) {
      const std::span<char> space(buffer);
      auto count = co_await source.read(space);
      if (!count || *count == 0) break;
      all.append(buffer.data(), *count);
    }
    co_return all;
  }

  VirtualClock clock{start};
  World world{options(), clock};
  GivenVerdicts verdicts;
  NotedEvents events;
  GraphSurface surface{world, &verdicts, &events};
  const std::string messages = "/v26.0/106540352242922/messages";
  const std::string templates = "/v26.0/102290129340398/message_templates";
};

}  // namespace wherry::sim::test
