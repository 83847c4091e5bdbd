#include "base/hmac_sha512.h"

#include <openssl/evp.h>
#include <openssl/hmac.h>

namespace wherry {

std::array<std::uint8_t, 64> hmac_sha512(std::string_view key, std::string_view data) {
  std::array<std::uint8_t, 64> out{};
  unsigned length = out.size();
  HMAC(EVP_sha512(), key.data(), static_cast<int>(key.size()), reinterpret_cast<const unsigned char*>(data.data()), data.size(), out.data(),
       &length);
  return out;
}

}  // namespace wherry
