#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "domain/media_kind.h"

namespace wherry::sim {

/// The kind a MIME type is uploaded as; nullopt when WhatsApp does not take it. `mime` is lower case without parameters.
std::optional<MediaKind> upload_kind(std::string_view mime);

/// The largest upload of a kind: stickers by whether they move.
std::uint64_t upload_limit(MediaKind kind, bool animated);

/// Whether a WebP file, by its first bytes, is an animation.
bool is_animated_webp(std::string_view head);

/// The list of supported types as the refusal text names it.
std::string_view supported_types();

}  // namespace wherry::sim
