#pragma once

#include <gtest/gtest.h>

#include "api/meta_webhook/parse.h"
#include "base/json.h"

/// Builds webhook bodies from the inside out, and takes the one event out of them.
namespace wherry::api::meta_webhook {

inline constexpr auto pnid = "106540352242922";
inline constexpr auto waba = "102290129340398";

inline std::string value_of(std::string rest, std::string number = pnid) {
  return R"({"messaging_product":"whatsapp","metadata":{"display_phone_number":"15550107788","phone_number_id":")" + number + "\"}" +
         (rest.empty() ? "" : ",") + rest + "}";
}
inline std::string change_of(std::string value, std::string field = "messages") {
  return R"({"field":")" + field + R"(","value":)" + value + "}";
}
inline std::string entry_of(std::string changes) { return std::string(R"({"id":")") + waba + R"(","changes":[)" + changes + "]}"; }
inline std::string body_of(std::string entries) { return R"({"object":"whatsapp_business_account","entry":[)" + entries + "]}"; }
inline std::string one(std::string rest) { return body_of(entry_of(change_of(value_of(std::move(rest))))); }
inline std::string text_message(std::string id, std::string from = "15550100042") {
  return R"({"from":")" + from + R"(","id":")" + id + R"(","timestamp":"1795000000","type":"text","text":{"body":"Hello"}})";
}
inline std::string status_of(std::string id, std::string state) {
  return R"({"id":")" + id + R"(","status":")" + state + R"(","timestamp":"1795000003","recipient_id":"15550100042"})";
}

template <class T>
std::vector<T> only(const std::vector<InboundEvent>& events) {
  std::vector<T> list;
  for (const auto& event : events) {
    if (const auto* one_of = std::get_if<T>(&event)) list.push_back(*one_of);
  }
  return list;
}

inline InboundMessage message_in(std::string message, std::string contacts = "[]") {
  const auto events = parse_webhook(one(R"("contacts":)" + contacts + R"(,"messages":[)" + message + "]"));
  EXPECT_EQ(events.size(), 1u);
  const auto messages = only<InboundMessage>(events);
  EXPECT_EQ(messages.size(), 1u) << message;
  return messages.empty() ? InboundMessage() : messages[0];
}

inline StatusUpdate status_in(std::string status) {
  const auto statuses = only<StatusUpdate>(parse_webhook(one(R"("statuses":[)" + status + "]")));
  EXPECT_EQ(statuses.size(), 1u) << status;
  return statuses.empty() ? StatusUpdate() : statuses[0];
}

inline OtherEvent other_in(std::string body) {
  const auto events = parse_webhook(body);
  EXPECT_EQ(events.size(), 1u);
  const auto others = only<OtherEvent>(events);
  EXPECT_EQ(others.size(), 1u) << body;
  EXPECT_TRUE(!others.empty() && json::parse(others[0].raw)) << (others.empty() ? "" : others[0].raw);
  return others.empty() ? OtherEvent() : others[0];
}

}  // namespace wherry::api::meta_webhook
