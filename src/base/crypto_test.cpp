#include "base/crypto.h"

#include <gtest/gtest.h>

namespace wherry {
namespace {

TEST(Hmac, MatchesThePublishedWebhookVector) {
  EXPECT_EQ(to_hex(hmac_sha256("test_app_secret", R"({"object":"whatsapp_business_account","entry":[]})")),
            "dec6a680679a968e7e0319355b23599cbfc54502c0784668e9618baa0c633756");
}

TEST(Sha256, IsTheSameInPieces) {
  Sha256Stream stream;
  stream.update("ab");
  stream.update("");
  stream.update("c");
  EXPECT_EQ(stream.finish(), sha256("abc"));
  EXPECT_EQ(to_hex(sha256("abc")), "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
}

TEST(SecretBox, OpensWhatItSealedAndNothingElse) {
  auto box = *SecretBox::create(std::string(32, 'a'));
  auto other = *SecretBox::create(std::string(32, 'b'));
  auto sealed = box.seal(Secret("the token"));

  EXPECT_EQ(box.open(sealed)->reveal(), "the token");
  EXPECT_FALSE(other.open(sealed));
  sealed.back() ^= 1;
  EXPECT_FALSE(box.open(sealed));
  EXPECT_FALSE(box.open(Bytes(5)));
  EXPECT_NE(box.seal(Secret("x")), box.seal(Secret("x"))) << "each sealing has its own nonce";
}

TEST(SecretBox, RefusesAKeyOfTheWrongLength) { EXPECT_FALSE(SecretBox::create("short")); }

TEST(SecretBox, SignaturesOfOnePurposeAreNoGoodForAnother) {
  auto box = *SecretBox::create(std::string(32, 'a'));
  EXPECT_EQ(box.sign("media", "x"), box.sign("media", "x"));
  EXPECT_NE(box.sign("media", "x"), box.sign("other", "x"));
}

}  // namespace
}  // namespace wherry
