#include "api/pipes/inbound_media.h"

#include "domain/media_kind.h"

namespace wherry::api::pipes {

namespace {
constexpr std::string_view unknown_mime = "application/octet-stream";
}  // namespace

json::object media_object(const InboundView& message) {
  const bool unavailable = message.file == InboundView::File::unavailable || !message.media;
  const auto mime = normalize_mime(message.mime_type);
  json::object media;
  if (!unavailable) {
    const auto id = message.media->text();
    media["mediaId"] = id;
    media["downloadUrl"] = "/v1/media/download/" + id;
  }
  media["mimeType"] = mime.empty() ? unknown_mime : std::string_view(mime);
  if (!message.file_name.empty()) media["fileName"] = message.file_name;
  media["byteSize"] = unavailable ? 0 : message.file_size;
  if (unavailable) media["unavailable"] = true;
  return media;
}

}  // namespace wherry::api::pipes
