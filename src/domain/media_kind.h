#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace wherry {

enum class MediaKind { image, audio, video, document, sticker };

std::string_view to_string(MediaKind kind);

/// "image/JPEG; q=1" -> "image/jpeg"; empty when it is not type/subtype of RFC 9110 tokens.
std::string normalize_mime(std::string_view mime);

/// The kind a file of this (normalised) MIME type is sent as; whatever fits none of the first four is a document.
MediaKind media_kind_for(std::string_view mime);

/// The largest file of a kind in bytes: image 5 MiB, audio and video 16 MiB, sticker 500 KiB, document 100 MiB.
std::uint64_t media_size_limit(MediaKind kind);
inline constexpr std::uint64_t max_media_bytes = 100ull << 20;

/// The MIME type a file extension stands for; empty when unknown.
std::string_view mime_for_extension(std::string_view file_name);

}  // namespace wherry
