#include "api/pipes/errors.h"

#include <gtest/gtest.h>

#include <set>

namespace wherry::api::pipes {
namespace {

std::string body_of(const http::Response& response) { return std::get<std::string>(response.body); }

TEST(PipesErrors, EveryCodeHasAStatusACodeAndAText) {
  const std::set<std::string_view> known{
      "INVALID_REQUEST",     "INVALID_MEDIA",  "INVALID_URL",          "FETCH_FAILED",          "UNAUTHORIZED",  "FORBIDDEN",
      "NOT_FOUND",           "RATE_LIMITED",   "META_UPLOAD_FAILED",   "SEND_FAILED",           "MEDIA_EXPIRED", "SERVICE_WINDOW_EXPIRED",
      "SERVICE_UNAVAILABLE", "INTERNAL_ERROR", "IDEMPOTENCY_CONFLICT", "IDEMPOTENCY_KEY_REUSED"};
  for (const auto code : all_error_codes) {
    const auto wire = wire_error(code);
    EXPECT_GE(wire.status, 400) << to_string(code);
    EXPECT_LT(wire.status, 600) << to_string(code);
    EXPECT_TRUE(known.contains(wire.code)) << to_string(code);
    EXPECT_FALSE(wire.message.empty()) << to_string(code);
    EXPECT_EQ(error_response(Error{code, ""}).status, wire.status);
  }
}

TEST(PipesErrors, TheContractsRowsHaveTheirStatus) {
  const std::vector<std::tuple<ErrorCode, int, std::string_view>> rows{
      {ErrorCode::invalid_argument, 400, "INVALID_REQUEST"},
      {ErrorCode::too_large, 400, "INVALID_MEDIA"},
      {ErrorCode::unsupported_media, 400, "INVALID_MEDIA"},
      {ErrorCode::url_blocked, 400, "INVALID_URL"},
      {ErrorCode::fetch_failed, 400, "FETCH_FAILED"},
      {ErrorCode::unauthenticated, 401, "UNAUTHORIZED"},
      {ErrorCode::permission_denied, 403, "FORBIDDEN"},
      {ErrorCode::window_closed, 403, "SERVICE_WINDOW_EXPIRED"},
      {ErrorCode::not_found, 404, "NOT_FOUND"},
      {ErrorCode::gone, 410, "MEDIA_EXPIRED"},
      {ErrorCode::idempotency_conflict, 409, "IDEMPOTENCY_CONFLICT"},
      {ErrorCode::idempotency_reused, 422, "IDEMPOTENCY_KEY_REUSED"},
      {ErrorCode::rate_limited, 429, "RATE_LIMITED"},
      {ErrorCode::upload_failed, 500, "META_UPLOAD_FAILED"},
      {ErrorCode::rejected, 500, "SEND_FAILED"},
      {ErrorCode::upstream_unavailable, 500, "SEND_FAILED"},
      {ErrorCode::outcome_unknown, 500, "SEND_FAILED"},
  };
  for (const auto& [code, status, name] : rows) {
    EXPECT_EQ(wire_error(code).status, status) << to_string(code);
    EXPECT_EQ(wire_error(code).code, name) << to_string(code);
  }
}

TEST(PipesErrors, TheBodyIsFlatAndHidesTheDetail) {
  const auto response = error_response(Error{ErrorCode::not_found, "Conversation not found", "row 7"});

  EXPECT_EQ(body_of(response), R"({"error":"Conversation not found","code":"NOT_FOUND"})");
  EXPECT_EQ(response.headers.find("Content-Type"), "application/json");
}

TEST(PipesErrors, TheWindowsTextIsFixedAndAnInternalErrorTellsNothing) {
  EXPECT_EQ(body_of(error_response(Error{ErrorCode::window_closed, "something else"})),
            "{\"error\":\"Service window expired \xe2\x80\x94 last inbound message is older than 24 "
            "hours.\",\"code\":\"SERVICE_WINDOW_EXPIRED\"}");
  EXPECT_EQ(body_of(error_response(Error{ErrorCode::internal, "null pointer"})), R"({"error":"Internal error","code":"INTERNAL_ERROR"})");
}

}  // namespace
}  // namespace wherry::api::pipes
