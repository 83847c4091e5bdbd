#include "upstream/linked_device/decode_answers.h"

#include <gtest/gtest.h>

#include "upstream/linked_device/faults.h"
#include "upstream/linked_device/hello.h"

namespace wherry::linked {
namespace {

json::object ok(std::string_view text) {
  const auto value = json::parse(text);
  EXPECT_TRUE(value) << text;
  return value->get_object();
}

TEST(DecodeAnswers, ASendIsAcceptedOrUnknown) {
  const auto accepted = decode_outcome(ok(R"({"outcome":"accepted","message_id":"3EB0","at":5})"));
  EXPECT_EQ(std::get<SendAccepted>(accepted).message_id, "3EB0");
  EXPECT_EQ(to_unix_millis(std::get<SendAccepted>(accepted).at), 5);
  for (const char* text :
       {R"({"outcome":"uncertain","message_id":"3EB0"})", R"({"outcome":"accepted"})", R"({"outcome":"odd","message_id":"3EB0"})", "{}"})
    EXPECT_TRUE(std::holds_alternative<SendUnknown>(decode_outcome(ok(text)))) << text;
}

TEST(DecodeAnswers, EachIsRead) {
  EXPECT_TRUE(*decode_told(ok(R"({"told":true})")));
  const auto numbers = decode_numbers(ok(
      R"({"results":[{"number":"49151","exists":true,"jid":"49151@s.whatsapp.net","lid":"1@lid"},{"number":"2","exists":false,"jid":null}]})"));
  ASSERT_EQ(numbers->size(), 2u);
  EXPECT_EQ(numbers->at(0), (NumberCheck{"49151", true, Jid::parse("49151@s.whatsapp.net"), Jid::parse("1@lid")}));
  EXPECT_EQ(numbers->at(1), (NumberCheck{"2", false, {}, {}}));
  EXPECT_EQ(*decode_picture(ok(R"({"url":"https://x"})")), "https://x");
  EXPECT_EQ(*decode_about(ok(R"({"about":"hi","set_at":5})")), (About{"hi", from_unix_millis(5)}));
  EXPECT_EQ(*decode_about(ok(R"({"about":null})")), (About{"", {}}));
  EXPECT_EQ(decode_group(ok(R"({"group":{"jid":"1-2@g.us","subject":"s","members":[{"jid":"1@lid","role":"admin"}]}})"))->size, 1u);
  EXPECT_EQ(decode_group_list(ok(R"({"groups":[{"jid":"1-2@g.us"},{"jid":"3-4@g.us","announce":true,"size":9}]})"))->at(1).size, 9u);
  EXPECT_EQ(decode_members(ok(R"({"results":[{"jid":"1@lid","code":403}]})"))->at(0), (MemberResult{*Jid::parse("1@lid"), 403}));
  EXPECT_EQ(*decode_invite(ok(R"({"code":"c","url":"u"})")), (GroupInvite{"c", "u"}));
  EXPECT_EQ(decode_joined(ok(R"({"group":"1-2@g.us"})"))->text(), "1-2@g.us");
  const auto file = decode_download(ok(R"({"size":7,"sha256":"ab"})"));
  EXPECT_EQ(file->size, 7u);
  EXPECT_EQ(file->sha256, "ab");
}

TEST(DecodeAnswers, AnOddAnswerIsAFailure) {
  const auto empty = ok("{}");
  EXPECT_EQ(decode_numbers(empty).error().code, ErrorCode::internal);
  EXPECT_FALSE(decode_numbers(ok(R"({"results":[{"exists":true}]})")));
  EXPECT_FALSE(decode_picture(empty));
  EXPECT_FALSE(decode_group(empty));
  EXPECT_FALSE(decode_group(ok(R"({"group":{"jid":"nobody"}})")));
  EXPECT_FALSE(decode_group_list(ok(R"({"groups":[{}]})")));
  EXPECT_FALSE(decode_members(ok(R"({"results":[{"code":200}]})")));
  EXPECT_FALSE(decode_invite(ok(R"({"code":"c"})")));
  EXPECT_FALSE(decode_joined(empty));
  EXPECT_FALSE(decode_download(ok(R"({"size":-1,"sha256":"ab"})")));
}

TEST(Faults, EveryCodeHasItsErrorAndItsRefusal) {
  struct Case {
    const char *code, *reason;
    ErrorCode error;
    Refusal refusal;
  };
  const Case cases[] = {
      {"bad_request", "", ErrorCode::invalid_argument, Refusal::bad_request},
      {"unknown_op", "", ErrorCode::rejected, Refusal::unsupported},
      {"no_session", "", ErrorCode::conflict, Refusal::not_running},
      {"not_paired", "", ErrorCode::conflict, Refusal::not_paired},
      {"already_paired", "", ErrorCode::already_exists, Refusal::internal},
      {"not_connected", "", ErrorCode::upstream_unavailable, Refusal::not_connected},
      {"conflict", "", ErrorCode::conflict, Refusal::conflict},
      {"not_found", "", ErrorCode::not_found, Refusal::not_found},
      {"refused", "restricted", ErrorCode::rejected, Refusal::restricted},
      {"refused", "bad_addressing", ErrorCode::rejected, Refusal::bad_addressing},
      {"refused", "not_allowed", ErrorCode::rejected, Refusal::not_allowed},
      {"refused", "not_acceptable", ErrorCode::rejected, Refusal::not_acceptable},
      {"refused", "rate", ErrorCode::rejected, Refusal::rate},
      {"refused", "other", ErrorCode::rejected, Refusal::refused},
      {"too_large", "", ErrorCode::too_large, Refusal::too_large},
      {"media_failed", "unreachable", ErrorCode::fetch_failed, Refusal::media},
      {"media_failed", "gone", ErrorCode::not_found, Refusal::media},
      {"media_failed", "too_large", ErrorCode::too_large, Refusal::too_large},
      {"store_failed", "", ErrorCode::unavailable, Refusal::store},
      {"busy", "", ErrorCode::upstream_unavailable, Refusal::busy},
      {"timeout", "", ErrorCode::timeout, Refusal::busy},
      {"unsupported", "", ErrorCode::rejected, Refusal::unsupported},
      {"internal", "", ErrorCode::internal, Refusal::internal},
      {"some_new_code", "", ErrorCode::internal, Refusal::internal},
  };
  for (const auto& [code, reason, error, refusal] : cases) {
    const Fault fault{code, "", true, "", reason, 463};
    EXPECT_EQ(to_error(fault).code, error) << code;
    EXPECT_FALSE(to_error(fault).message.empty()) << code;
    const auto refused = to_refusal(fault);
    EXPECT_EQ(refused.reason, refusal) << code << reason;
    EXPECT_EQ(refused.wa_code, 463);
    EXPECT_TRUE(refused.may_retry);
    EXPECT_FALSE(to_string(refused.reason).empty());
  }
  EXPECT_FALSE(to_refusal(Fault{"refused", "", false, "", "rate", 429}).may_retry);
  EXPECT_TRUE(to_refusal(Fault{"not_connected", "", false, "", "", 0}).may_retry);
}

TEST(Faults, AreReadWithBoundedTextAndNamedFields) {
  const auto fault = decode_fault(
      ok(R"({"code":"bad_request","message":")" + std::string(5000, 'x') + R"(","retryable":true,"field":"to","wa_code":-3})"));
  EXPECT_EQ(fault.message.size(), 300u);
  EXPECT_EQ(fault.wa_code, 0);
  EXPECT_EQ(to_error(fault).message, "to is not accepted");
  EXPECT_EQ(decode_fault(ok("{}")).code, "");
  EXPECT_EQ(json::serialize(encode_fault({"busy", "m", true, "f", {}, 0})),
            R"({"code":"busy","message":"m","retryable":true,"field":"f"})");
}

TEST(Faults, OnlyAPassingFailureOfOursIsAskedAgain) {
  EXPECT_TRUE(store_fault({ErrorCode::unavailable, ""}).retryable);
  EXPECT_EQ(store_fault({ErrorCode::unavailable, ""}).code, "store_failed");
  EXPECT_TRUE(store_fault({ErrorCode::timeout, ""}).retryable);
  EXPECT_TRUE(store_fault({ErrorCode::rate_limited, ""}).retryable);
  EXPECT_FALSE(store_fault({ErrorCode::conflict, ""}).retryable);
  EXPECT_FALSE(store_fault({ErrorCode::internal, ""}).retryable);
}

TEST(Hello, IsAcceptedWithTheTokenAndACommonVersion) {
  const auto line = [](const char* min, const char* max, const char* token) {
    return ok(std::string(R"({"id":1,"op":"hello","protocol":{"min":)") + min + R"(,"max":)" + max + R"(},"token":")" + token +
              R"(","transport":{"name":"baileys","version":"7"},"key_format":"signal-json-1"})");
  };
  const auto hello = std::get<Hello>(read_hello(line("1", "1", "secret"), "secret"));
  EXPECT_EQ(hello.key_format, "signal-json-1");
  EXPECT_EQ(hello.version, "baileys 7");
  EXPECT_TRUE(std::holds_alternative<Hello>(read_hello(line("0", "9", "secret"), "secret")));
  EXPECT_EQ(std::get<Fault>(read_hello(line("1", "1", "other"), "secret")).code, "unauthorized");
  EXPECT_EQ(std::get<Fault>(read_hello(line("1", "1", ""), "secret")).code, "unauthorized");
  EXPECT_EQ(std::get<Fault>(read_hello(line("2", "3", "secret"), "secret")).code, "protocol_unsupported");
  EXPECT_EQ(std::get<Fault>(read_hello(line("0", "0", "secret"), "secret")).code, "protocol_unsupported");
  EXPECT_EQ(std::get<Fault>(read_hello(ok(R"({"token":"secret","protocol":{"min":1,"max":1}})"), "secret")).code, "bad_request");
  EXPECT_EQ(json::serialize(encode_fault({"protocol_unsupported", "m", false, {}, {}, 0})),
            R"({"code":"protocol_unsupported","message":"m","retryable":false,"supported":{"min":1,"max":1}})");
}

}  // namespace
}  // namespace wherry::linked
