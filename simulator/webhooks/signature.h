#pragma once

#include <string>
#include <string_view>

namespace wherry::sim {

/// The value of X-Hub-Signature-256: "sha256=" and the hex HMAC-SHA256 of exactly these bytes.
std::string sign_sha256(std::string_view secret, std::string_view body);
/// The value of the legacy X-Hub-Signature.
std::string sign_sha1(std::string_view secret, std::string_view body);

}  // namespace wherry::sim
