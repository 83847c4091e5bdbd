#pragma once

#include <string_view>

namespace wherry {

/// Whether bytes that look like `sniffed` may be what `declared` says; both normalised. Documents may hold anything, an
/// unrecognised content gets the benefit of the doubt, and containers that carry sound as well as pictures (MP4, 3GPP, Ogg)
/// are interchangeable. An image of another format passes: WhatsApp is the judge of that.
bool content_may_be(std::string_view declared, std::string_view sniffed);

}  // namespace wherry
