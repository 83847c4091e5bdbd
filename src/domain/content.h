#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "base/ids.h"
#include "base/result.h"
#include "domain/channel_kind.h"
#include "domain/contact_card.h"
#include "domain/interactive.h"
#include "domain/location.h"
#include "domain/media_kind.h"
#include "domain/template_content.h"

namespace wherry {

/// What a message says. A new kind is added here; every std::visit then fails to compile until it knows it.
struct TextContent {
  std::string body;          ///< 1-4096 characters; 1-65536 from a linked phone
  bool preview_url = false;
  std::vector<std::string> mentions = {};  ///< addresses (domain/jid.h); linked phones only
};

/// One of our stored files: image, audio, video, document or sticker.
struct MediaContent {
  MediaKind kind = MediaKind::document;
  MediaId media;
  std::string caption = {};    ///< at most 1024 characters; empty for none; audio and sticker never carry one
  std::string file_name = {};  ///< documents
  bool voice = false;          ///< audio: a voice message, which must be Ogg with Opus
  std::vector<std::string> mentions = {};  ///< as of a text
};

/// An emoji on a message of the conversation, ours or the customer's.
struct ReactionContent {
  std::string message_id;    ///< WhatsApp's id of that message
  std::string emoji;         ///< empty takes the reaction back
};

/// Address cards.
struct ContactsContent {
  std::vector<ContactCard> contacts;  ///< 1-257
};

/// A question with answers to choose from. Linked phones only.
struct PollContent {
  std::string name;                  ///< the question; 1-255 characters
  std::vector<std::string> options;  ///< 2-12 different ones of 1-100 characters
  std::uint32_t selectable = 1;      ///< how many one voter may choose; 0: any number
};

/// Another message once more, marked as forwarded. Linked phones only.
struct ForwardContent {
  std::string message_id;    ///< WhatsApp's id of that message
  std::string chat;          ///< the address of the chat it stands in
};

using Content = std::variant<TextContent, MediaContent, ReactionContent, LocationContent, ContactsContent, InteractiveContent,
                             TemplateContent, PollContent, ForwardContent>;

inline constexpr std::size_t max_text_characters = 4096;
inline constexpr std::size_t max_linked_text_characters = 65'536;
inline constexpr std::size_t max_caption_characters = 1024;
inline constexpr std::size_t max_emoji_bytes = 64;
inline constexpr std::size_t max_wamid_bytes = 512;

/// "text", "image", …, "template", "poll", "forward": the wire name of the kind.
std::string_view kind_name(const Content& content);
/// The stored files that have to be at WhatsApp before the message is sent, each once: of a medium, a header, or a carousel's cards.
std::vector<MediaId> files_of(const Content& content);
/// The first of them; nullopt when there is none.
std::optional<MediaId> file_of(const Content& content);
/// What a person reads first, for lists and logs of an application: body, caption, place, names; "[Template: name]" for a template.
std::string display_text(const Content& content);

/// Whether WhatsApp's limits are kept, and the channel can send such a thing. Errors: invalid_argument, whose message begins with the name of
/// the field.
Result<void> check_content(const Content& content, ChannelKind channel = ChannelKind::cloud);

/// Whether a message with this content may quote that one, by WhatsApp's id; empty for none. Errors: invalid_argument.
Result<void> check_reply(const Content& content, std::string_view reply_to);

/// The stored form; content_from_json is its inverse and gives nullopt on anything else.
std::string content_to_json(const Content& content);
std::optional<Content> content_from_json(std::string_view text);

}  // namespace wherry
