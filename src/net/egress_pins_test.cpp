#include <gtest/gtest.h>

#include "net/egress.h"
#include "tests/support/run.h"

namespace wherry::http {
namespace {

IpAddress ip(const std::string& text) { return boost::asio::ip::make_address(text); }

/// Answers what the test says and counts.
class AskedGuard final : public EgressGuard {
 public:
  mutable int asked = 0;
  Result<std::vector<IpAddress>> answer = std::vector<IpAddress>{ip("93.184.216.34")};
  Task<Result<Target>> check(std::string url) const override {
    ++asked;
    if (!answer) co_return answer.error();
    CO_TRY(auto parsed, parse_strict_url(url));
    co_return Target{std::move(parsed), *answer};
  }
};

struct EgressPins : testing::Test {
  Result<EgressGuard::Target> check(const std::string& url) { return test::run(guard->check(url)); }
  VirtualClock clock{from_unix_millis(1'700'000'000'000)};
  AskedGuard inner;
  std::unique_ptr<EgressGuard> guard = make_pinning_guard(inner, clock, seconds(60));
};

TEST_F(EgressPins, KeepsToTheAddressesOfOneHostAndPortForAWhile) {
  ASSERT_TRUE(check("https://a.example/x"));
  inner.answer = std::vector<IpAddress>{ip("10.0.0.1")};
  clock.advance(seconds(59));

  const auto again = check("https://a.example/y?z");

  ASSERT_TRUE(again);
  EXPECT_EQ(again->addresses, std::vector<IpAddress>{ip("93.184.216.34")});
  EXPECT_EQ(again->url.target, "/y?z");
  EXPECT_EQ(inner.asked, 1);
  ASSERT_TRUE(check("https://a.example:8443/"));
  ASSERT_TRUE(check("http://a.example/"));
  EXPECT_EQ(inner.asked, 3);
}

TEST_F(EgressPins, AsksAgainWhenThePinIsOld) {
  ASSERT_TRUE(check("https://a.example/"));
  clock.advance(seconds(60));
  inner.answer = Error{ErrorCode::url_blocked, "not public"};

  EXPECT_EQ(check("https://a.example/").error().code, ErrorCode::url_blocked);
}

TEST_F(EgressPins, ARefusalIsNotKept) {
  inner.answer = Error{ErrorCode::url_blocked, "not public"};
  EXPECT_FALSE(check("https://a.example/"));
  inner.answer = std::vector<IpAddress>{ip("93.184.216.34")};

  EXPECT_TRUE(check("https://a.example/"));
  EXPECT_FALSE(check("https://user@a.example/")) << "the syntax is judged each time";
}

}  // namespace
}  // namespace wherry::http
