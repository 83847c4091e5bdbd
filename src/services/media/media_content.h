#pragma once

#include <optional>
#include <string>

#include "domain/content.h"
#include "services/ports/models.h"

namespace wherry {

/// A stored file as the message WhatsApp makes of it: of its own kind, or of the one that is given. What a kind cannot carry is dropped.
MediaContent media_content(const Media& media, std::string caption, std::optional<MediaKind> kind = std::nullopt);

}  // namespace wherry
