#include "api/pipes/sign_up.h"

#include <gtest/gtest.h>

#include "base/bytes.h"
#include "net/message.h"

namespace wherry::api::pipes {
namespace {

const Timestamp now = from_unix_millis(1'770'110'127'412);

class SignUpTest : public ::testing::Test {
 protected:
  SecretBox box = SecretBox::create(std::string(SecretBox::key_size, 'k')).value();
  SignUp sign_up{TenantId::make(now), json::object{{"user", "Ann & Bob"}}, "https://app.example/done", now + sign_up_lifetime};
};

TEST_F(SignUpTest, ATokenGivesBackWhatItStandsForUntilItsTimeIsOver) {
  const auto token = sign_up_token(box, sign_up);

  const auto opened = open_sign_up(box, token, now + sign_up_lifetime - milliseconds(1));

  ASSERT_TRUE(opened);
  EXPECT_EQ(opened->tenant, sign_up.tenant);
  EXPECT_EQ(opened->metadata, sign_up.metadata);
  EXPECT_EQ(opened->redirect_url, sign_up.redirect_url);
  EXPECT_EQ(opened->expires_at, sign_up.expires_at);
  EXPECT_FALSE(open_sign_up(box, token, now + sign_up_lifetime));
}

TEST_F(SignUpTest, NobodyElseCanMakeOrChangeOne) {
  const auto token = sign_up_token(box, sign_up);
  for (std::size_t at = 0; at < token.size(); at += 7) {
    auto changed = token;
    changed[at] = changed[at] == '0' ? '1' : '0';
    EXPECT_FALSE(open_sign_up(box, changed, now)) << at;
    EXPECT_FALSE(open_sign_up(box, token.substr(0, at), now)) << at;
  }
  EXPECT_FALSE(open_sign_up(SecretBox::create(std::string(SecretBox::key_size, 'x')).value(), token, now));
  EXPECT_FALSE(open_sign_up(box, "not hex", now));
  for (const auto* other : {"EAAtoken", "{}", "[]", R"({"for":"app sign-up","tenant":"x","metadata":{},"redirect":"","until":9e9})"}) {
    EXPECT_FALSE(open_sign_up(box, to_hex(box.seal(Secret(other))), now)) << other;
  }
}

TEST_F(SignUpTest, TheRedirectSaysWhichNumberAndForWhom) {
  EXPECT_EQ(redirect_after(sign_up, "pool_1"),
            "https://app.example/done?poolNumberId=pool_1&metadata=" + http::percent_encode(R"({"user":"Ann & Bob"})"));
  sign_up.redirect_url += "?a=b";
  sign_up.metadata.clear();
  EXPECT_EQ(redirect_after(sign_up, "pool_1"), "https://app.example/done?a=b&poolNumberId=pool_1");
}

}  // namespace
}  // namespace wherry::api::pipes
