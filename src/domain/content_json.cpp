#include "base/overloaded.h"
#include "domain/content.h"
#include "domain/meta_shape.h"
#include "domain/object_reader.h"

namespace wherry {

namespace {

using Presence = ObjectReader::Presence;

std::optional<MediaKind> media_kind_from(std::string_view name) {
  for (const auto kind : {MediaKind::image, MediaKind::audio, MediaKind::video, MediaKind::document, MediaKind::sticker}) {
    if (to_string(kind) == name) return kind;
  }
  return std::nullopt;
}

std::optional<Content> read_media(const ObjectReader& in, MediaKind kind) {
  const auto id = MediaId::parse(in.text("media"));
  if (!id) return std::nullopt;
  return MediaContent{kind, *id, in.text("caption"), in.text("file_name"), in.flag("voice")};
}

template <class T>
std::optional<Content> if_read(Result<T> content) {
  if (!content) return std::nullopt;
  return std::move(*content);
}

std::optional<Content> read(const ObjectReader& in) {
  const auto type = in.text("type");
  if (type == "text") {
    if (!in.has("body")) return std::nullopt;
    return TextContent{in.text("body"), in.flag("preview_url")};
  }
  if (type == "reaction") return ReactionContent{in.text("message_id", Presence::required), in.text("emoji")};
  if (type == "contacts") {
    const auto* contacts = json::find_array(in.raw(), type);
    return contacts != nullptr ? if_read(read_contacts(*contacts)) : std::nullopt;
  }
  if (const auto kind = media_kind_from(type)) return read_media(in, *kind);
  const auto* object = json::find_object(in.raw(), type);
  if (object == nullptr) return std::nullopt;
  if (type == "location") return if_read(read_location(*object));
  if (type == "interactive") return if_read(read_interactive(*object));
  if (type == "template") return if_read(read_template(*object));
  return std::nullopt;
}

}  // namespace

std::string content_to_json(const Content& content) {
  json::object object;
  object["type"] = kind_name(content);
  std::visit(Overloaded{[&](const TextContent& text) {
                          object["body"] = text.body;
                          if (text.preview_url) object["preview_url"] = true;
                        },
                        [&](const MediaContent& media) {
                          object["media"] = media.media.text();
                          if (!media.caption.empty()) object["caption"] = media.caption;
                          if (!media.file_name.empty()) object["file_name"] = media.file_name;
                          if (media.voice) object["voice"] = true;
                        },
                        [&](const ReactionContent& reaction) {
                          object["message_id"] = reaction.message_id;
                          object["emoji"] = reaction.emoji;
                        },
                        [&](const LocationContent& location) { object["location"] = meta_object(location); },
                        [&](const ContactsContent& contacts) { object["contacts"] = meta_array(contacts); },
                        [&](const InteractiveContent& interactive) { object["interactive"] = meta_object(interactive, {}); },
                        [&](const TemplateContent& message) { object["template"] = meta_object(message, {}); }},
             content);
  return json::serialize(object);
}

std::optional<Content> content_from_json(std::string_view text) {
  const auto parsed = json::parse(text);
  if (!parsed || !parsed->is_object()) return std::nullopt;
  std::optional<Error> failure;
  auto content = read(ObjectReader(parsed->get_object(), "", failure));
  if (failure) return std::nullopt;
  return content;
}

}  // namespace wherry
