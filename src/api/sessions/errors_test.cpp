#include "api/sessions/errors.h"

#include <gtest/gtest.h>

#include <set>

namespace wherry::api::sessions {
namespace {

std::string body_of(const http::Response& response) { return std::get<std::string>(response.body); }

TEST(SessionsErrors, EveryCodeHasAStatusACodeAndAText) {
  for (const auto code : all_error_codes) {
    const auto wire = wire_error(code);
    EXPECT_GE(wire.status, 400) << to_string(code);
    EXPECT_LT(wire.status, 600) << to_string(code);
    EXPECT_FALSE(wire.code.empty()) << to_string(code);
    EXPECT_FALSE(wire.text.empty()) << to_string(code);
    EXPECT_EQ(error_response(Error{code, ""}).status, wire.status);
  }
}

TEST(SessionsErrors, WhenToComeBackIsSaidInBothPlacesAndRoundedUp) {
  Error error{ErrorCode::rate_limited, "per-minute budget used up"};
  error.retry_after = std::chrono::milliseconds(16'001);

  const auto response = error_response(error);

  EXPECT_EQ(response.status, 429);
  EXPECT_EQ(response.headers.find("Retry-After"), "17");
  EXPECT_EQ(body_of(response), R"({"error":{"code":"rate_limited","message":"per-minute budget used up",)"
                               R"("details":{"retryAfterSeconds":17},"retryAfterSeconds":17}})");
}

TEST(SessionsErrors, ALimitAlwaysSaysWhenToComeBack) {
  EXPECT_EQ(error_response(Error{ErrorCode::rate_limited, "x"}).headers.find("Retry-After"), "1");
  Error at_once{ErrorCode::rate_limited, "x"};
  at_once.retry_after = std::chrono::milliseconds(0);
  EXPECT_EQ(error_response(at_once).headers.find("Retry-After"), "1");
}

TEST(SessionsErrors, WrongInputIs422WhereTheEndpointSaysSo) {
  const Error wrong{ErrorCode::invalid_argument, "url is needed"};
  EXPECT_EQ(error_response(wrong).status, 400);
  EXPECT_EQ(error_response(wrong, {}, unprocessable).status, 422);
  EXPECT_EQ(error_response(Error{ErrorCode::not_found, ""}, {}, unprocessable).status, 404);
}

TEST(SessionsErrors, WhatWentWrongInsideIsNotTold) {
  EXPECT_EQ(body_of(error_response(Error{ErrorCode::internal, "row 7", "SELECT"})),
            R"({"error":{"code":"internal","message":"internal error"}})");
}

}  // namespace
}  // namespace wherry::api::sessions
