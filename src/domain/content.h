#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <variant>

#include "base/ids.h"
#include "domain/media_kind.h"

namespace wherry {

/// What a message says. A new kind is added here; every std::visit then fails to compile until it knows it.
struct TextContent {
  std::string body;          ///< 1-4096 characters
  bool preview_url = false;
};

/// One of our stored files: image, audio, video, document or sticker.
struct MediaContent {
  MediaKind kind = MediaKind::document;
  MediaId media;
  std::string caption;       ///< at most 1024 characters; empty for none; audio and sticker never carry one
  std::string file_name;     ///< documents
};

/// An emoji on a message of the conversation, ours or the customer's.
struct ReactionContent {
  std::string message_id;    ///< WhatsApp's id of that message
  std::string emoji;         ///< empty takes the reaction back
};

using Content = std::variant<TextContent, MediaContent, ReactionContent>;

inline constexpr std::size_t max_text_characters = 4096;
inline constexpr std::size_t max_caption_characters = 1024;
inline constexpr std::size_t max_emoji_bytes = 64;
inline constexpr std::size_t max_wamid_bytes = 512;

/// "text", "image", …: the wire name of the kind.
std::string_view kind_name(const Content& content);
/// The stored form; content_from_json is its inverse and gives nullopt on anything else.
std::string content_to_json(const Content& content);
std::optional<Content> content_from_json(std::string_view text);

}  // namespace wherry
