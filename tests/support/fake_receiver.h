#pragma once

#include <array>
#include <boost/json.hpp>
#include <functional>
#include <set>
#include <string>
#include <vector>

#include "net/client.h"

namespace wherry::test {

/// A receiver without a network: keeps what it was sent and answers as told.
struct FakeReceiver final : http::Client {
  struct Seen {
    std::string url, body, signature, legacy, agent;
    bool complete = true;
  };
  std::vector<Seen> seen;
  std::function<int(const Seen&, std::size_t)> answer = [](const Seen&, std::size_t) { return 200; };
  std::string body = "OK";

  /// The ids of every message and status received, in no order.
  std::multiset<std::string> ids() const {
    std::multiset<std::string> out;
    for (const auto& item : items()) out.insert(std::string(item.at("id").as_string()));
    return out;
  }
  /// Every message and status received, in order.
  std::vector<boost::json::value> items() const {
    std::vector<boost::json::value> out;
    for (const auto& value : values()) {
      for (const auto* name : {"messages", "statuses"}) {
        const auto* list = value.as_object().if_contains(name);
        if (list == nullptr) continue;
        for (const auto& item : list->as_array()) out.push_back(item);
      }
    }
    return out;
  }
  /// Every `value` received, in order.
  std::vector<boost::json::value> values() const {
    std::vector<boost::json::value> out;
    for (const auto& one : seen) {
      if (one.body.empty()) continue;
      const auto parsed = boost::json::parse(one.body);
      for (const auto& entry : parsed.at("entry").as_array()) {
        for (const auto& change : entry.at("changes").as_array()) out.push_back(change.at("value"));
      }
    }
    return out;
  }

  Task<Result<http::ClientResponse>> send(http::ClientRequest request) override {
    Seen one;
    one.url = request.url;
    one.body = request.body;
    one.signature = request.headers.find("X-Hub-Signature-256").value_or("");
    one.legacy = request.headers.find("X-Hub-Signature").value_or("");
    one.agent = request.headers.find("User-Agent").value_or("");
    if (request.body_source) {
      std::array<char, 64> piece;
      for (;;) {
        auto got = co_await request.body_source->read(piece);
        one.complete = got.has_value();
        if (!got || *got == 0) break;
        one.body.append(piece.data(), *got);
      }
    }
    seen.push_back(one);
    if (!one.complete) co_return Error{ErrorCode::outcome_unknown, "broken"};
    const int status = answer(seen.back(), seen.size());
    if (status == 0) co_return Error{ErrorCode::upstream_unavailable, "refused"};
    http::ClientResponse response;
    response.status = status;
    response.body = body;
    co_return response;
  }
};

}  // namespace wherry::test
