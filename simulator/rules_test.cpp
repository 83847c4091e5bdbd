#include "simulator/rules.h"

#include <gtest/gtest.h>

#include <boost/json.hpp>

namespace wherry::sim {
namespace {

RuleInput send_to(std::string_view to, std::string_view type = "text") {
  RuleInput input;
  input.method = "POST";
  input.path = "/106540352242922/messages";
  input.number_id = "106540352242922";
  input.to = to;
  input.type = type;
  return input;
}

std::size_t put(Rules& rules, std::string_view text) {
  auto result = rules.replace(boost::json::parse(text));
  return result ? *result : 999;
}

TEST(Rules, TheFirstMatchingRuleGivesItsAction) {
  Rules rules(1);
  ASSERT_EQ(put(rules, R"({"rules":[{"match":{"to":"1555.*","type":"image"},"action":{"error":131053}},
                                    {"match":{"to":"1555.*"},"action":{"error":{"code":131026,"details":"d"},"delay_ms":5}}]})"),
            2u);
  EXPECT_EQ(rules.match(send_to("15550100042", "image"))->error, 131053);
  const auto text = rules.match(send_to("15550100042"));
  EXPECT_EQ(text->error, 131026);
  EXPECT_EQ(text->error_details, "d");
  EXPECT_EQ(text->delay, milliseconds(5));
  EXPECT_EQ(rules.match(send_to("4915550100042")), nullptr);
  EXPECT_EQ(rules.applied(), (std::vector<std::uint64_t>{1, 1}));
}

TEST(Rules, NthAndFirstCountMatchingRequestsOnly) {
  Rules rules(1);
  put(rules, R"([{"match":{"to":"1","nth":2},"action":{"http":503}},{"match":{"to":"2","first":2},"action":{"fault":"reset"}}])");
  EXPECT_EQ(rules.match(send_to("1")), nullptr);
  EXPECT_EQ(rules.match(send_to("2"))->fault, MagicFault::reset);
  EXPECT_EQ(rules.match(send_to("1"))->http, 503);
  EXPECT_EQ(rules.match(send_to("1")), nullptr);
  EXPECT_NE(rules.match(send_to("2")), nullptr);
  EXPECT_EQ(rules.match(send_to("2")), nullptr);
}

TEST(Rules, AProbabilityIsMetOverManyRequestsAndRepeatsWithTheSeed) {
  const auto hits = [](std::uint64_t seed) {
    Rules rules(seed);
    put(rules, R"([{"match":{"type":"text","probability":0.25},"action":{"silent":true}}])");
    std::string out;
    for (int i = 0; i < 2000; ++i) out += rules.match(send_to("1")) ? '1' : '0';
    return out;
  };
  const auto once = hits(5);
  EXPECT_NEAR(static_cast<double>(std::count(once.begin(), once.end(), '1')), 500, 60);
  EXPECT_EQ(once, hits(5));
  EXPECT_NE(once, hits(6));
}

TEST(Rules, AScriptAndAPatchAreRead) {
  Rules rules(1);
  put(rules, R"([{"action":{"script":[{"status":"sent","after_ms":10},{"status":"failed","error":131026}],"response_patch":{"x":1}}}])");
  const auto action = rules.match(send_to("1"));
  ASSERT_EQ(action->script.size(), 2u);
  EXPECT_EQ(action->script[0].after, milliseconds(10));
  EXPECT_EQ(action->script[1].error, 131026);
  EXPECT_TRUE(action->response_patch.contains("x"));
}

TEST(Rules, ARuleAboutPathsAppliesToRequestsAndOneAboutRecipientsToSends) {
  Rules rules(1);
  put(rules, R"([{"match":{"method":"GET","path":"/1065.*"},"action":{"http":500}},{"match":{"to":".*"},"action":{"http":501}}])");
  RuleInput request;
  request.stage = RuleInput::Stage::request;
  request.method = "GET";
  request.path = "/106540352242922";
  EXPECT_EQ(rules.match(request)->http, 500);
  EXPECT_EQ(rules.match(send_to("1"))->http, 501);
  request.method = "POST";
  EXPECT_EQ(rules.match(request), nullptr);
}

TEST(Rules, BadInputIsRefusedAndChangesNothing) {
  Rules rules(1);
  put(rules, R"([{"action":{"http":500}}])");
  for (const auto* text : {"{}", "3", R"([1])", R"([{}])", R"([{"match":{"to":"("},"action":{}}])", R"([{"match":{"to":3},"action":{}}])",
                           R"([{"action":{"http":42}}])", R"([{"action":{"fault":"meteor"}}])", R"([{"action":{"error":"x"}}])",
                           R"([{"action":{"script":[{"status":"eaten"}]}}])", R"([{"match":{"probability":"x"},"action":{}}])"}) {
    EXPECT_EQ(put(rules, text), 999u) << text;
  }
  EXPECT_EQ(rules.size(), 1u);
}

}  // namespace
}  // namespace wherry::sim
