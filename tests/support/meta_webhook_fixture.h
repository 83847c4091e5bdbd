#pragma once

#include <gtest/gtest.h>

#include "api/meta_webhook/routes.h"
#include "base/bytes.h"
#include "base/crypto.h"
#include "tests/support/memory_inbound_store.h"
#include "tests/support/memory_message_store.h"
#include "tests/support/run.h"
#include "tests/support/test_channel.h"

namespace wherry::api::meta_webhook {

/// A body in pieces of 1000 bytes that notes how much of it was taken.
class PiecewiseBody final : public http::BodyReader {
 public:
  PiecewiseBody(std::string text, bool chunked) : text_(std::move(text)), chunked_(chunked) {}
  std::optional<Error> failure;
  std::uint64_t taken = 0;

  Task<Result<std::string_view>> read() override {
    if (failure) co_return *failure;
    const auto piece = std::string_view(text_).substr(taken, 1000);
    taken += piece.size();
    co_return piece;
  }
  std::optional<std::uint64_t> content_length() const override {
    return chunked_ ? std::nullopt : std::optional<std::uint64_t>(text_.size());
  }

 private:
  std::string text_;
  bool chunked_;
};

inline std::string signed_with(std::string_view secret, std::string_view body) { return "sha256=" + to_hex(hmac_sha256(secret, body)); }

inline std::string body_for(std::string number, std::string wamid = "wamid.A", std::string waba = "102290129340398") {
  return R"({"object":"whatsapp_business_account","entry":[{"id":")" + waba +
         R"(","changes":[{"field":"messages","value":{"metadata":{"phone_number_id":")" + number +
         R"("},"messages":[{"from":"15550100042","id":")" + wamid +
         R"(","timestamp":"1795000000","type":"text","text":{"body":"\u00fc\/"}}]}}]}]})";
}

class MetaWebhookTest : public testing::Test {
 protected:
  MetaWebhookTest() {
    access_.channels.push_back(test::test_channel("111", "secret-one"));
    access_.channels.push_back(test::test_channel("222", "secret-two"));
    access_.channels[1].waba_id = "9000";
    access_.channels[1].verify_token = Secret("other-token");
    reload();
    counters_ = add_meta_webhook_routes(router_, MetaWebhookServices{inbox_, channels_, clock_, options_});
  }

  void reload() {
    const auto loaded = test::run(io_, channels_.load());
    ASSERT_TRUE(loaded);
  }
  http::Response get(std::string query) {
    PiecewiseBody none("", false);
    http::Request request;
    request.path = request.target = "/webhooks/meta";
    request.query = std::move(query);
    request.body = &none;
    return test::run(io_, router_.handle(request));
  }
  http::Response post(std::string body, std::vector<std::pair<std::string, std::string>> headers, bool chunked = false) {
    PiecewiseBody reader(std::move(body), chunked);
    reader.failure = body_failure_;
    http::Request request;
    request.method = http::Method::post;
    request.path = request.target = "/webhooks/meta";
    request.body = &reader;
    for (const auto& [name, value] : headers) request.headers.add(name, value);
    auto response = test::run(io_, router_.handle(request));
    taken_ = reader.taken;
    return response;
  }
  http::Response post_signed(std::string body, std::string_view secret = "secret-one") {
    auto signature = signed_with(secret, body);
    return post(std::move(body), {{"X-Hub-Signature-256", std::move(signature)}});
  }
  static std::string text(const http::Response& response) { return std::get<std::string>(response.body); }

  boost::asio::io_context io_{1};
  VirtualClock clock_{test::test_now};
  test::MemoryAccessStore access_;
  test::MemoryMessageStore messages_;
  test::MemoryInboundStore store_;
  Channels channels_{access_, access_, clock_, "https://graph.facebook.com", "v23.0"};
  Conversations conversations_{messages_};
  Inbox inbox_{store_, channels_, conversations_, clock_};
  http::Router router_;
  MetaWebhookOptions options_{.max_bodies_at_once = 4 << 20};
  std::shared_ptr<const MetaWebhookCounters> counters_;
  std::optional<Error> body_failure_;
  std::uint64_t taken_ = 0;
};

}  // namespace wherry::api::meta_webhook
