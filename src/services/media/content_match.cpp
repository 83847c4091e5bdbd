#include "services/media/content_match.h"

#include "domain/media_kind.h"

namespace wherry {

namespace {

bool is_unrecognised(std::string_view sniffed) {
  return sniffed.empty() || sniffed == "application/octet-stream" || sniffed == "inode/x-empty";
}

bool is_picture(std::string_view sniffed) { return sniffed.starts_with("image/") && sniffed != "image/svg+xml"; }

// Sound and film share their containers, so the one is not told from the other by the first bytes.
bool is_recording(std::string_view sniffed) {
  return sniffed.starts_with("audio/") || sniffed.starts_with("video/") || sniffed == "application/ogg" || sniffed == "application/mp4";
}

}  // namespace

bool content_may_be(std::string_view declared, std::string_view sniffed) {
  if (is_unrecognised(sniffed)) return true;
  switch (media_kind_for(declared)) {
    case MediaKind::document: return true;
    case MediaKind::image:
    case MediaKind::sticker: return is_picture(sniffed);
    case MediaKind::audio:
    case MediaKind::video: return is_recording(sniffed);
  }
  return true;
}

}  // namespace wherry
