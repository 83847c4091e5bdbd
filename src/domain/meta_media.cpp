#include "domain/meta_media.h"

#include <algorithm>
#include <charconv>

namespace wherry {

namespace {

json::object media_object(const MediaReference& media, UploadedFiles uploaded) {
  json::object out;
  const auto* ours = std::get_if<MediaId>(&media.source);
  const auto* there = ours != nullptr ? find_uploaded(uploaded, *ours) : nullptr;
  if (ours != nullptr) out["id"] = there != nullptr ? there->remote_id : ours->text();
  if (const auto* remote = std::get_if<RemoteMedia>(&media.source)) out["id"] = remote->id;
  if (const auto* link = std::get_if<MediaLink>(&media.source)) out["link"] = link->url;
  if (media.kind == MediaKind::document) {
    const auto& name = media.file_name.empty() && there != nullptr ? there->file_name : media.file_name;
    if (!name.empty()) out["filename"] = name;
  }
  return out;
}

}  // namespace

const UploadedFile* find_uploaded(UploadedFiles uploaded, const MediaId& ours) {
  const auto found = std::find_if(uploaded.begin(), uploaded.end(), [&](const UploadedFile& one) { return one.ours == ours; });
  return found != uploaded.end() ? &*found : nullptr;
}

json::object typed_media(const MediaReference& media, UploadedFiles uploaded) {
  const auto kind = to_string(media.kind);
  json::object out{{"type", kind}};
  out[kind] = media_object(media, uploaded);
  return out;
}

std::optional<MediaKind> header_media_kind(std::string_view type) {
  for (const auto kind : {MediaKind::image, MediaKind::video, MediaKind::document}) {
    if (type == to_string(kind)) return kind;
  }
  return std::nullopt;
}

MediaReference read_media_reference(const ObjectReader& parent, MediaKind kind) {
  MediaReference media;
  media.kind = kind;
  const auto in = parent.object(to_string(kind), ObjectReader::Presence::required);
  if (!in) return media;
  auto id = in->text("id");
  auto link = in->text("link");
  if (id.empty() == link.empty()) {
    parent.refuse(to_string(kind), "needs exactly one of id and link");
  } else if (!link.empty()) {
    media.source = MediaLink{std::move(link)};
  } else if (const auto ours = MediaId::parse(id)) {
    media.source = *ours;
  } else {
    media.source = RemoteMedia{std::move(id)};
  }
  if (kind == MediaKind::document) media.file_name = in->text("filename");
  return media;
}

LocationContent read_location_members(const ObjectReader& in) {
  LocationContent location;
  location.latitude = in.number("latitude");
  location.longitude = in.number("longitude");
  location.name = in.text("name");
  location.address = in.text("address");
  return location;
}

std::string degrees_text(double degrees) {
  char text[400];
  const auto end = std::to_chars(text, text + sizeof text, degrees, std::chars_format::fixed).ptr;
  return std::string(text, end);
}

json::object meta_object(const LocationContent& location) {
  json::object out{{"latitude", degrees_text(location.latitude)}, {"longitude", degrees_text(location.longitude)}};
  if (!location.name.empty()) out["name"] = location.name;
  if (!location.address.empty()) out["address"] = location.address;
  return out;
}

Result<LocationContent> read_location(const json::object& object) {
  std::optional<Error> failure;
  auto location = read_location_members(ObjectReader(object, "location", failure));
  if (failure) return std::move(*failure);
  return location;
}

}  // namespace wherry
