#pragma once

#include <array>
#include <cstdint>
#include <string_view>

namespace wherry {

/// HMAC with SHA-512 (RFC 4231). Threads: any.
std::array<std::uint8_t, 64> hmac_sha512(std::string_view key, std::string_view data);

}  // namespace wherry
