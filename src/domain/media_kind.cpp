#include "domain/media_kind.h"

#include <algorithm>
#include <array>
#include <utility>

namespace wherry {

namespace {

constexpr std::size_t longest_token = 127;  // RFC 6838 section 4.2

char lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; }

bool is_token_character(char c) {
  const char low = lower(c);
  return (low >= 'a' && low <= 'z') || (c >= '0' && c <= '9') || std::string_view("!#$%&'*+-.^_`|~").find(c) != std::string_view::npos;
}

bool is_token(std::string_view text) {
  return !text.empty() && text.size() <= longest_token && std::all_of(text.begin(), text.end(), is_token_character);
}

std::string_view trim(std::string_view text) {
  while (!text.empty() && (text.front() == ' ' || text.front() == '\t')) text.remove_prefix(1);
  while (!text.empty() && (text.back() == ' ' || text.back() == '\t')) text.remove_suffix(1);
  return text;
}

using Pair = std::pair<std::string_view, std::string_view>;

constexpr std::array extensions{
    Pair{"jpg", "image/jpeg"},
    Pair{"jpeg", "image/jpeg"},
    Pair{"png", "image/png"},
    Pair{"webp", "image/webp"},
    Pair{"gif", "image/gif"},
    Pair{"bmp", "image/bmp"},
    Pair{"svg", "image/svg+xml"},
    Pair{"heic", "image/heic"},
    Pair{"tif", "image/tiff"},
    Pair{"tiff", "image/tiff"},
    Pair{"aac", "audio/aac"},
    Pair{"m4a", "audio/mp4"},
    Pair{"mp3", "audio/mpeg"},
    Pair{"amr", "audio/amr"},
    Pair{"ogg", "audio/ogg"},
    Pair{"oga", "audio/ogg"},
    Pair{"opus", "audio/ogg"},
    Pair{"wav", "audio/wav"},
    Pair{"flac", "audio/flac"},
    Pair{"mp4", "video/mp4"},
    Pair{"m4v", "video/mp4"},
    Pair{"3gp", "video/3gpp"},
    Pair{"3gpp", "video/3gpp"},
    Pair{"mov", "video/quicktime"},
    Pair{"webm", "video/webm"},
    Pair{"mkv", "video/x-matroska"},
    Pair{"avi", "video/x-msvideo"},
    Pair{"pdf", "application/pdf"},
    Pair{"txt", "text/plain"},
    Pair{"csv", "text/csv"},
    Pair{"html", "text/html"},
    Pair{"htm", "text/html"},
    Pair{"xml", "application/xml"},
    Pair{"json", "application/json"},
    Pair{"ics", "text/calendar"},
    Pair{"vcf", "text/vcard"},
    Pair{"rtf", "application/rtf"},
    Pair{"doc", "application/msword"},
    Pair{"xls", "application/vnd.ms-excel"},
    Pair{"ppt", "application/vnd.ms-powerpoint"},
    Pair{"docx", "application/vnd.openxmlformats-officedocument.wordprocessingml.document"},
    Pair{"xlsx", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"},
    Pair{"pptx", "application/vnd.openxmlformats-officedocument.presentationml.presentation"},
    Pair{"odt", "application/vnd.oasis.opendocument.text"},
    Pair{"ods", "application/vnd.oasis.opendocument.spreadsheet"},
    Pair{"odp", "application/vnd.oasis.opendocument.presentation"},
    Pair{"epub", "application/epub+zip"},
    Pair{"zip", "application/zip"},
    Pair{"gz", "application/gzip"},
    Pair{"tar", "application/x-tar"},
    Pair{"7z", "application/x-7z-compressed"},
    Pair{"apk", "application/vnd.android.package-archive"},
};

}  // namespace

std::string_view to_string(MediaKind kind) {
  switch (kind) {
    case MediaKind::image: return "image";
    case MediaKind::audio: return "audio";
    case MediaKind::video: return "video";
    case MediaKind::document: return "document";
    case MediaKind::sticker: return "sticker";
  }
  return "document";
}

std::string normalize_mime(std::string_view mime) {
  const auto essence = trim(mime.substr(0, mime.find(';')));
  const auto slash = essence.find('/');
  if (slash == std::string_view::npos) return {};
  if (!is_token(essence.substr(0, slash)) || !is_token(essence.substr(slash + 1))) return {};
  std::string text(essence);
  std::transform(text.begin(), text.end(), text.begin(), lower);
  if (text == "image/jpg") return "image/jpeg";  // not registered, but widely written
  return text;
}

MediaKind media_kind_for(std::string_view mime) {
  if (mime == "image/jpeg" || mime == "image/png") return MediaKind::image;
  if (mime == "image/webp") return MediaKind::sticker;
  if (mime == "video/mp4" || mime == "video/3gpp") return MediaKind::video;
  if (mime == "audio/aac" || mime == "audio/mp4" || mime == "audio/mpeg" || mime == "audio/amr" || mime == "audio/ogg") {
    return MediaKind::audio;
  }
  return MediaKind::document;
}

std::uint64_t media_size_limit(MediaKind kind) {
  switch (kind) {
    case MediaKind::image: return 5ull << 20;
    case MediaKind::audio: return 16ull << 20;
    case MediaKind::video: return 16ull << 20;
    case MediaKind::document: return max_media_bytes;
    case MediaKind::sticker: return 500ull << 10;
  }
  return max_media_bytes;
}

std::string_view mime_for_extension(std::string_view file_name) {
  const auto base = file_name.substr(file_name.find_last_of("/\\") + 1);
  const auto dot = base.rfind('.');
  if (dot == std::string_view::npos) return {};
  std::string extension(base.substr(dot + 1));
  std::transform(extension.begin(), extension.end(), extension.begin(), lower);
  for (const auto& [known, mime] : extensions) {
    if (known == extension) return mime;
  }
  return {};
}

}  // namespace wherry
