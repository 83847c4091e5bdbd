#include "upstream/webhook_endpoint/webhook_post.h"

#include <gtest/gtest.h>

namespace wherry {
namespace {

using namespace std::chrono_literals;

TEST(RetryAfter, IsSecondsOrADateAndNothingElse) {
  const auto now = from_unix_millis(1'700'000'000'000);  // Tue, 14 Nov 2023 22:13:20 GMT
  EXPECT_EQ(parse_retry_after("120", now), 120s);
  EXPECT_EQ(parse_retry_after("0", now), 0s);
  EXPECT_EQ(parse_retry_after("-1", now), std::nullopt);
  EXPECT_EQ(parse_retry_after("", now), std::nullopt);
  EXPECT_EQ(parse_retry_after("soon", now), std::nullopt);
  EXPECT_EQ(parse_retry_after("12x", now), std::nullopt);
  EXPECT_EQ(parse_retry_after("99999999999", now), 168h);
  EXPECT_EQ(parse_retry_after("99999999999999999999999", now), 168h);
  EXPECT_EQ(parse_retry_after("Tue, 14 Nov 2023 22:14:20 GMT", now), 60s);
  EXPECT_EQ(parse_retry_after("Tue, 14 Nov 2023 22:12:20 GMT", now), std::nullopt);
  EXPECT_EQ(parse_retry_after("Fri, 14 Nov 3023 22:12:20 GMT", now), 168h);
}

}  // namespace
}  // namespace wherry
