#include "services/media/media_content.h"

namespace wherry {

MediaContent media_content(const Media& media, std::string caption, std::optional<MediaKind> kind) {
  MediaContent content;
  content.kind = kind.value_or(media_kind_for(media.mime_type));
  content.media = media.id;
  switch (content.kind) {
    case MediaKind::audio:
    case MediaKind::sticker: break;  // WhatsApp knows no caption for these
    case MediaKind::document: content.file_name = media.file_name; [[fallthrough]];
    case MediaKind::image:
    case MediaKind::video: content.caption = std::move(caption); break;
  }
  return content;
}

}  // namespace wherry
