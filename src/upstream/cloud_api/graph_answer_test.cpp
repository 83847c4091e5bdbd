#include "upstream/cloud_api/graph_answer.h"

#include <gtest/gtest.h>

namespace wherry::cloud_api {
namespace {

http::ClientResponse answer(int status, std::string body) {
  http::ClientResponse made;
  made.status = status;
  made.body = std::move(body);
  return made;
}

std::string envelope(int code, std::string more = "") {
  return R"({"error":{"message":"(#)" + std::to_string(code) + R"() Something","type":"OAuthException","code":)" + std::to_string(code) +
         more + R"(,"fbtrace_id":"Abc"}})";
}

SendRefused refused(int status, std::string body) {
  auto outcome = decode_send(answer(status, std::move(body)));
  EXPECT_TRUE(std::holds_alternative<SendRefused>(outcome)) << status << ' ' << body;
  return std::holds_alternative<SendRefused>(outcome) ? std::get<SendRefused>(outcome) : SendRefused();
}

bool unknown(int status, std::string body) { return std::holds_alternative<SendUnknown>(decode_send(answer(status, std::move(body)))); }

TEST(DecodeSend, AMessageIdMeansAccepted) {
  const auto outcome =
      decode_send(answer(200, R"({"messaging_product":"whatsapp","contacts":[{"input":"+1 (555) 010-0042","wa_id":"15550100042"}],)"
                              R"("messages":[{"id":"wamid.HBgL","message_status":"accepted"}]})"));
  const auto* accepted = std::get_if<SendAccepted>(&outcome);
  ASSERT_NE(accepted, nullptr);
  EXPECT_EQ(accepted->wamid, "wamid.HBgL");
  EXPECT_EQ(accepted->wa_id, "15550100042");
}

TEST(DecodeSend, AnAnswerToAUserIdHasNoNumber) {
  const auto outcome = decode_send(answer(200, R"({"contacts":[{"input":"US.1","user_id":"US.1"}],"messages":[{"id":"wamid.X"}]})"));
  ASSERT_TRUE(std::holds_alternative<SendAccepted>(outcome));
  EXPECT_FALSE(std::get<SendAccepted>(outcome).wa_id);
}

TEST(DecodeSend, WhatLeavesTheOutcomeUnknownIsKeptWordForWord) {
  const auto outcome = decode_send(answer(200, R"({"messages":[]})"));
  const auto* unknown = std::get_if<SendUnknown>(&outcome);
  ASSERT_NE(unknown, nullptr);
  ASSERT_TRUE(unknown->peer_answer);
  EXPECT_EQ(unknown->peer_answer->status, 200);
  EXPECT_EQ(unknown->peer_answer->body, R"({"messages":[]})");
}

TEST(DecodeSend, SuccessWithoutAMessageIdLeavesTheOutcomeUnknown) {
  for (const char* body : {"", "garbage", "<html>ok</html>", "{}", "[]", "null", R"({"messages":[]})", R"({"messages":[{}]})",
                           R"({"messages":[{"id":""}]})", R"({"messages":[{"id":7}]})", R"({"messages":["wamid.X"]})",
                           R"({"messages":{"id":"wamid.X"}})", R"({"messages":[{"id":"wamid.X"})"}) {
    EXPECT_TRUE(unknown(200, body)) << body;
  }
  EXPECT_TRUE(unknown(204, ""));
  EXPECT_TRUE(unknown(200, R"({"messages":[{"id":")" + std::string(5000, 'w') + "\"}]}"));
}

TEST(DecodeSend, ARefusalCarriesWhatsAppsOwnWordsUpToFourKibibytes) {
  const auto short_one = refused(400, envelope(131047));
  ASSERT_TRUE(short_one.reason.peer_answer);
  EXPECT_EQ(short_one.reason.peer_answer->status, 400);
  EXPECT_EQ(short_one.reason.peer_answer->body, envelope(131047));

  std::string umlauts = "x";
  for (int i = 0; i < 3000; ++i) umlauts += "\xc3\xa4";
  EXPECT_EQ(refused(400, umlauts).reason.peer_answer->body.size(), 4095U) << "no character is cut in two";
}

TEST(DecodeSend, AServerErrorThatIsNotGraphsLeavesTheOutcomeUnknown) {
  for (const int status : {500, 502, 503, 504, 520}) {
    EXPECT_TRUE(unknown(status, "<html>Bad Gateway</html>")) << status;
    EXPECT_TRUE(unknown(status, "")) << status;
    EXPECT_TRUE(unknown(status, R"({"error":"upstream timed out"})")) << status;
  }
}

TEST(DecodeSend, AGraphErrorIsARefusalWhateverTheStatus) {
  const auto throttled = refused(429, envelope(130429));
  EXPECT_EQ(throttled.retry_class, RetryClass::throttled);
  EXPECT_EQ(throttled.reason.code, ErrorCode::upstream_unavailable);
  EXPECT_EQ(throttled.error.code, 130429);
  EXPECT_EQ(throttled.error.http_status, 429);

  EXPECT_EQ(refused(500, envelope(131000)).retry_class, RetryClass::transient);
  EXPECT_EQ(refused(503, envelope(2)).reason.code, ErrorCode::upstream_unavailable);
  EXPECT_EQ(refused(400, envelope(131026)).retry_class, RetryClass::recipient);
  EXPECT_EQ(refused(400, envelope(131026)).reason.code, ErrorCode::rejected);
  EXPECT_EQ(refused(401, envelope(190, R"(,"error_subcode":463)")).retry_class, RetryClass::account);
  EXPECT_EQ(refused(200, envelope(131201)).retry_class, RetryClass::bad_request);
}

TEST(DecodeSend, KeepsWhatGraphSays) {
  const auto outcome = refused(
      400,
      R"({"error":{"message":"(#131030) Recipient phone number not in allowed list","type":"OAuthException","code":131030,)"
      R"("error_subcode":2494055,"is_transient":false,"error_data":{"messaging_product":"whatsapp","details":"Add it."},"fbtrace_id":"Trace"}})");
  EXPECT_EQ(outcome.error.title, "Recipient phone number not in allowed list");
  EXPECT_EQ(outcome.error.details, "Add it.");
  EXPECT_EQ(outcome.error.fbtrace_id, "Trace");
  EXPECT_EQ(outcome.error.subcode, 2494055);
  EXPECT_EQ(outcome.reason.message, "WhatsApp refused the message: Recipient phone number not in allowed list (Add it.)");
}

TEST(DecodeSend, IsTransientIsHonoured) {
  EXPECT_EQ(refused(400, envelope(100, R"(,"is_transient":true)")).retry_class, RetryClass::transient);
}

TEST(DecodeSend, ACallerErrorWithoutAGraphBodyIsARefusal) {
  EXPECT_EQ(refused(404, "<html>").retry_class, RetryClass::bad_request);
  EXPECT_EQ(refused(404, "<html>").error.code, 0);
  EXPECT_EQ(refused(404, "<html>").error.http_status, 404);
  EXPECT_EQ(refused(429, "").retry_class, RetryClass::throttled);
  EXPECT_EQ(refused(302, "").retry_class, RetryClass::bad_request);
}

TEST(DecodeSend, AMalformedEnvelopeIsNoGraphError) {
  for (const char* body :
       {R"({"error":{}})", R"({"error":{"code":"131026"}})", R"({"error":[]})", R"({"error":{"code":1.5}})", R"({"error":null})"}) {
    EXPECT_TRUE(unknown(500, body)) << body;
    EXPECT_EQ(refused(400, body).error.code, 0) << body;
  }
}

TEST(DecodeSend, ADeepOrHugeAnswerDoesNoHarm) {
  EXPECT_TRUE(unknown(200, std::string(100'000, '[')));
  EXPECT_TRUE(unknown(200, R"({"messages":)" + std::string(1'000'000, ' ') + "}"));
  const auto outcome = refused(400, R"({"error":{"code":131026,"message":")" + std::string(100'000, 'x') + "\"}}");
  EXPECT_LE(outcome.error.title.size(), 1024u);
}

TEST(OutcomeOf, OnlyACertainNoIsARefusal) {
  for (const auto code : all_error_codes) {
    const auto outcome = outcome_of(Error{code, "x"});
    const bool certain = code == ErrorCode::upstream_unavailable || code == ErrorCode::cancelled || code == ErrorCode::invalid_argument ||
                         code == ErrorCode::url_blocked;
    EXPECT_EQ(std::holds_alternative<SendRefused>(outcome), certain) << to_string(code);
    if (!certain) continue;
    const auto& refusal = std::get<SendRefused>(outcome);
    EXPECT_EQ(refusal.error.code, 0);
    EXPECT_EQ(refusal.error.http_status, 0);
    EXPECT_EQ(refusal.reason.code, ErrorCode::upstream_unavailable);
  }
  EXPECT_EQ(std::get<SendRefused>(outcome_of(Error{ErrorCode::upstream_unavailable, ""})).retry_class, RetryClass::transient);
  EXPECT_EQ(std::get<SendRefused>(outcome_of(Error{ErrorCode::url_blocked, ""})).retry_class, RetryClass::account);
}

TEST(MediaIsGone, TellsTheFileFromTheNumber) {
  const auto gone = [](int code, int subcode, std::string title, std::string details = "") {
    UpstreamError error;
    error.code = code;
    error.subcode = subcode;
    error.title = std::move(title);
    error.details = std::move(details);
    return media_is_gone(error, "1037543291543636");
  };
  EXPECT_TRUE(gone(100, 33, "Unsupported post request. Object with ID '1037543291543636' does not exist"));
  EXPECT_FALSE(gone(100, 33, "Unsupported post request. Object with ID '106540352242922' does not exist"));
  EXPECT_TRUE(gone(100, 0, "Param image['id'] is not a valid whatsapp business account media attachment ID"));
  EXPECT_TRUE(gone(131053, 0, "Media upload error"));
  EXPECT_TRUE(gone(131009, 0, "Parameter value is not valid", "Media not found"));
  EXPECT_FALSE(gone(100, 0, "The parameter text['body'] is required."));
  EXPECT_FALSE(gone(131009, 0, "Parameter value is not valid"));
  EXPECT_FALSE(gone(131026, 0, "Message undeliverable"));
  EXPECT_FALSE(gone(190, 0, "token for media"));
}

}  // namespace
}  // namespace wherry::cloud_api
