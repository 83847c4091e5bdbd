#include "api/pepipost/errors.h"

#include <gtest/gtest.h>

namespace wherry::api::pepipost {
namespace {

TEST(PepipostErrors, EveryFailureHasACodeAndATextAndNoneIsAServerError) {
  for (const auto code : all_error_codes) {
    const auto refusal = refusal_of(Error{code, ""});
    EXPECT_GE(static_cast<int>(refusal.code), 8001) << to_string(code);
    EXPECT_LE(static_cast<int>(refusal.code), 8008) << to_string(code);
    EXPECT_FALSE(refusal.text.empty()) << to_string(code);
    EXPECT_LT(refusal.status, 500) << to_string(code);
  }
}

TEST(PepipostErrors, OnlyWhoIsNotLetInGetsAnotherStatusThan200) {
  for (const auto code : all_error_codes) {
    const auto status = refusal_of(Error{code, ""}).status;
    const auto expected = code == ErrorCode::unauthenticated     ? 401
                          : code == ErrorCode::permission_denied ? 403
                          : code == ErrorCode::rate_limited      ? 429
                                                                 : 200;
    EXPECT_EQ(status, expected) << to_string(code);
  }
}

TEST(PepipostErrors, TroubleOfOursTellsNothingOfItself) {
  for (const auto code : {ErrorCode::internal, ErrorCode::unavailable, ErrorCode::timeout, ErrorCode::cancelled}) {
    const auto refusal = refusal_of(Error{code, "secret", "more secret"});
    EXPECT_EQ(refusal.code, Code::technical);
    EXPECT_EQ(refusal.text, "technical error");
    EXPECT_EQ(refusal.detail, "more secret");
  }
}

TEST(PepipostErrors, TheEnvelopeIsTheContracts) {
  const auto response = failure_response(invalid(" type is required."));
  EXPECT_EQ(std::get<std::string>(response.body), R"({"status":"failure","error":{"code":"8006","message":" type is required."}})");
  EXPECT_EQ(response.status, 200);
  EXPECT_EQ(response.headers.find("Content-Type"), "application/json");
}

std::optional<UpstreamError> metas(int code, std::string title = "") {
  UpstreamError error;
  error.code = code;
  error.title = std::move(title);
  return error;
}

TEST(PepipostErrors, ARemarkIsACodeAndItsText) {
  EXPECT_EQ(status_remark(metas(131047, "Re-engagement message")), "8007 outside support window");
  EXPECT_EQ(status_remark(metas(131026, "Message undeliverable")), "8003 contact is not on WhatsApp");
  EXPECT_EQ(status_remark(metas(131050)), "8002 number is not opted in");
  EXPECT_EQ(status_remark(metas(131053)), "8008 media id is not valid");
  EXPECT_EQ(status_remark(metas(132000, "Number of parameters does not match")), "8006 Number of parameters does not match");
  EXPECT_EQ(status_remark(metas(131000, "Something went wrong")), "8005 Something went wrong");
  EXPECT_EQ(status_remark(metas(0)), "8005 technical error");
  EXPECT_EQ(status_remark(std::nullopt), "8005 technical error");
}

}  // namespace
}  // namespace wherry::api::pepipost
