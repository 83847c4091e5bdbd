#include "simulator/webhooks/signature.h"

#include "base/bytes.h"
#include "base/crypto.h"

namespace wherry::sim {

std::string sign_sha256(std::string_view secret, std::string_view body) { return "sha256=" + to_hex(hmac_sha256(secret, body)); }

std::string sign_sha1(std::string_view secret, std::string_view body) { return "sha1=" + to_hex(hmac_sha1(secret, body)); }

}  // namespace wherry::sim
