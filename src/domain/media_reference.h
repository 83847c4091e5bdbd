#pragma once

#include <string>
#include <variant>

#include "base/ids.h"
#include "domain/media_kind.h"

namespace wherry {

/// A public http or https address that WhatsApp fetches itself.
struct MediaLink {
  std::string url;
  bool operator==(const MediaLink&) const = default;
};

/// A file the sender has put at WhatsApp, under WhatsApp's id.
struct RemoteMedia {
  std::string id;
  bool operator==(const RemoteMedia&) const = default;
};

/// An image, video or document that a header shows.
struct MediaReference {
  MediaKind kind = MediaKind::image;
  std::variant<MediaId, MediaLink, RemoteMedia> source;
  std::string file_name;     ///< documents only; empty for none
  bool operator==(const MediaReference&) const = default;
};

}  // namespace wherry
