#include "upstream/cloud_api/graph_calls.h"

#include <gtest/gtest.h>

#include "tests/support/cloud_api_fixture.h"

namespace wherry::cloud_api {
namespace {

std::string hidden(std::string text, std::string_view token) {
  hide_token(text, token);
  return text;
}

TEST(HideToken, EveryRepetitionIsTakenOutAlsoACutOne) {
  const std::string token = "EAA!planted-token-5d1b-and-more";
  EXPECT_EQ(hidden("Malformed access token " + token + ".", token), "Malformed access token (token).");
  EXPECT_EQ(hidden(token + token, token), "(token)(token)");
  EXPECT_EQ(hidden("token " + token.substr(0, 20) + "\"", token), "token (token)\"");
  EXPECT_EQ(hidden("token " + token.substr(0, 20), token), "token (token)") << "at the end of the text";
  EXPECT_EQ(hidden("EAA!planted-tok", token), "EAA!planted-tok") << "too little to tell";
  EXPECT_EQ(hidden("short", "short"), "short");
  EXPECT_EQ(hidden("", token), "");
}

class GraphCallsTest : public CloudApiTest {};

TEST_F(GraphCallsTest, ATokenThatGraphRepeatsDoesNotReachTheSender) {
  const std::string token = "EAA!planted-token-5d1b";
  auto channel = test::test_channel();
  channel.access_token = Secret(token);
  channel_ = std::make_shared<const Channel>(std::move(channel));
  http_.answer(401, R"({"error":{"message":"Malformed access token )" + token + R"(","type":"OAuthException","code":190}})");

  const auto outcome = send(text_);

  EXPECT_EQ(refused(outcome).error.title, "Malformed access token (token)");
  EXPECT_EQ(refused(outcome).reason.peer_answer->body.find(token), std::string::npos);
}

}  // namespace
}  // namespace wherry::cloud_api
