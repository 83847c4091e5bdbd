#include "simulator/graph/media_rules.h"

namespace wherry::sim {
namespace {

struct Row {
  std::string_view mime;
  MediaKind kind;
};

constexpr Row rows[] = {
    {"audio/aac", MediaKind::audio},
    {"audio/amr", MediaKind::audio},
    {"audio/mpeg", MediaKind::audio},
    {"audio/mp4", MediaKind::audio},
    {"audio/ogg", MediaKind::audio},
    {"audio/opus", MediaKind::audio},
    {"text/plain", MediaKind::document},
    {"application/pdf", MediaKind::document},
    {"application/msword", MediaKind::document},
    {"application/vnd.ms-excel", MediaKind::document},
    {"application/vnd.ms-powerpoint", MediaKind::document},
    {"application/vnd.openxmlformats-officedocument.wordprocessingml.document", MediaKind::document},
    {"application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", MediaKind::document},
    {"application/vnd.openxmlformats-officedocument.presentationml.presentation", MediaKind::document},
    {"image/jpeg", MediaKind::image},
    {"image/png", MediaKind::image},
    {"image/webp", MediaKind::sticker},
    {"video/mp4", MediaKind::video},
    {"video/3gpp", MediaKind::video},
};

constexpr std::uint64_t kib = 1024, mib = 1024 * kib;

}  // namespace

std::optional<MediaKind> upload_kind(std::string_view mime) {
  for (const Row& row : rows) {
    if (row.mime == mime) return row.kind;
  }
  return std::nullopt;
}

std::uint64_t upload_limit(MediaKind kind, bool animated) {
  switch (kind) {
    case MediaKind::image: return 5 * mib;
    case MediaKind::audio:
    case MediaKind::video: return 16 * mib;
    case MediaKind::document: return 100 * mib;
    case MediaKind::sticker: return animated ? 500 * kib : 100 * kib;
  }
  return 0;
}

bool is_animated_webp(std::string_view head) {
  // RIFF <size> WEBP VP8X <size> <flags>: bit 1 says animation.
  if (head.size() < 21 || head.substr(0, 4) != "RIFF" || head.substr(8, 8) != "WEBPVP8X") return false;
  return (static_cast<unsigned char>(head[20]) & 0x02) != 0;
}

std::string_view supported_types() {
  return "audio/aac, audio/mp4, audio/mpeg, audio/amr, audio/ogg, audio/opus, application/vnd.ms-powerpoint, application/msword, "
         "application/vnd.openxmlformats-officedocument.wordprocessingml.document, "
         "application/vnd.openxmlformats-officedocument.presentationml.presentation, "
         "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet, application/pdf, text/plain, application/vnd.ms-excel, "
         "image/jpeg, image/png, image/webp, video/mp4, video/3gpp";
}

}  // namespace wherry::sim
