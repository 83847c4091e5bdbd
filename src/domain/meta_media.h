#pragma once

#include <optional>
#include <string_view>

#include "domain/meta_shape.h"
#include "domain/object_reader.h"

namespace wherry {

/// The file under our id; null when it is not among them.
const UploadedFile* find_uploaded(UploadedFiles uploaded, const MediaId& ours);
/// {"type":"image","image":{"id"|"link":…}}: how headers and parameters name a file.
json::object typed_media(const MediaReference& media, UploadedFiles uploaded);
/// The kind a header or parameter of this type shows; nullopt when it shows none.
std::optional<MediaKind> header_media_kind(std::string_view type);
MediaReference read_media_reference(const ObjectReader& parent, MediaKind kind);

LocationContent read_location_members(const ObjectReader& in);

}  // namespace wherry
