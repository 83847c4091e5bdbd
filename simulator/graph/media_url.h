#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>

#include "simulator/world.h"

namespace wherry::sim {

/// Base64 with - and _ and without padding.
std::string to_base64url(std::span<const std::uint8_t> bytes);

/// A fresh download address, good for five minutes. `source` is getMedia, or webhook in inbound messages; `host` is used when the
/// options name no download host.
std::string media_url(const World& world, const MediaItem& item, std::string_view source, std::string_view host);

}  // namespace wherry::sim
