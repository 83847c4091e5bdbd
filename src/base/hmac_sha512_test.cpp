#include "base/hmac_sha512.h"

#include <gtest/gtest.h>

#include "base/bytes.h"

namespace wherry {
namespace {

// RFC 4231, test case 2.
TEST(HmacSha512, IsThatOfTheSpecification) {
  EXPECT_EQ(
      to_hex(hmac_sha512("Jefe", "what do ya want for nothing?")),
      "164b7a7bfcf819e2e395fbe73b56e0a387bd64222e831fd610270cd7ea2505549758bf75c05a994a6d034f65f8f0e6fdcaeab1a34d4a6b4b636e070a38bce737");
}

}  // namespace
}  // namespace wherry
