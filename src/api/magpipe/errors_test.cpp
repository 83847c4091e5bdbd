#include "api/magpipe/errors.h"

#include <gtest/gtest.h>

namespace wherry::api::magpipe {
namespace {

std::string body_of(const http::Response& response) { return std::get<std::string>(response.body); }

TEST(MagpipeErrors, EveryCodeHasAStatusACodeAndAText) {
  for (const auto code : all_error_codes) {
    const auto wire = wire_error(code);
    EXPECT_GE(wire.status, 400) << to_string(code);
    EXPECT_LT(wire.status, 600) << to_string(code);
    EXPECT_FALSE(wire.code.empty()) << to_string(code);
    EXPECT_FALSE(wire.text.empty()) << to_string(code);
    EXPECT_EQ(error_response(Error{code, ""}, Shape::flat).status, wire.status);
    EXPECT_EQ(error_response(Error{code, ""}, Shape::coded).status, wire.status);
  }
}

TEST(MagpipeErrors, TheShapeIsTheEndpoints) {
  const Error error{ErrorCode::unauthenticated, "row 7", "detail"};

  EXPECT_EQ(body_of(error_response(error, Shape::flat)), R"({"error":"Unauthorized"})");
  EXPECT_EQ(body_of(error_response(error, Shape::coded)), R"({"error":{"code":"unauthorized","message":"Unauthorized"}})");
  EXPECT_EQ(error_response(error, Shape::flat).headers.find("Content-Type"), "application/json");
}

TEST(MagpipeErrors, WhenToComeBackIsSaidInWholeSeconds) {
  Error busy{ErrorCode::unavailable, "disk full"};
  busy.retry_after = std::chrono::milliseconds(1200);

  const auto response = error_response(busy, Shape::flat);

  EXPECT_EQ(response.headers.find("Retry-After"), "2");
  EXPECT_EQ(body_of(response), R"({"error":"Service unavailable"})");
}

}  // namespace
}  // namespace wherry::api::magpipe
