#include "domain/content.h"

#include "base/json.h"

namespace wherry {

namespace {

template <class... Handlers>
struct Overloaded : Handlers... {
  using Handlers::operator()...;
};
template <class... Handlers>
Overloaded(Handlers...) -> Overloaded<Handlers...>;

std::optional<MediaKind> media_kind_from(std::string_view name) {
  for (const auto kind : {MediaKind::image, MediaKind::audio, MediaKind::video, MediaKind::document, MediaKind::sticker}) {
    if (to_string(kind) == name) return kind;
  }
  return std::nullopt;
}

// The member as text; an absent member is empty, one of another type is a failure.
bool read_text(const json::object& object, std::string_view name, std::string& out) {
  const auto* member = json::find(object, name);
  if (member == nullptr) return true;
  const auto text = json::find_string(object, name);
  if (!text) return false;
  out.assign(*text);
  return true;
}

std::optional<Content> read_text_content(const json::object& object) {
  TextContent content;
  const auto* preview = json::find(object, "preview_url");
  if (json::find_string(object, "body") == std::nullopt || !read_text(object, "body", content.body)) return std::nullopt;
  if (preview != nullptr) {
    if (!preview->is_bool()) return std::nullopt;
    content.preview_url = preview->get_bool();
  }
  return content;
}

std::optional<Content> read_media_content(const json::object& object, MediaKind kind) {
  const auto id = MediaId::parse(json::find_string(object, "media").value_or(""));
  if (!id) return std::nullopt;
  MediaContent content;
  content.kind = kind;
  content.media = *id;
  if (!read_text(object, "caption", content.caption) || !read_text(object, "file_name", content.file_name)) return std::nullopt;
  return content;
}

std::optional<Content> read_reaction_content(const json::object& object) {
  ReactionContent content;
  const auto target = json::find_string(object, "message_id");
  if (!target || target->empty() || !read_text(object, "emoji", content.emoji)) return std::nullopt;
  content.message_id = *target;
  return content;
}

}  // namespace

std::string_view kind_name(const Content& content) {
  return std::visit(Overloaded{[](const TextContent&) -> std::string_view { return "text"; },
                               [](const MediaContent& media) { return to_string(media.kind); },
                               [](const ReactionContent&) -> std::string_view { return "reaction"; }},
                    content);
}

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
                        },
                        [&](const ReactionContent& reaction) {
                          object["message_id"] = reaction.message_id;
                          object["emoji"] = reaction.emoji;
                        }},
             content);
  return json::serialize(object);
}

std::optional<Content> content_from_json(std::string_view text) {
  const auto parsed = json::parse(text);
  if (!parsed || !parsed->is_object()) return std::nullopt;
  const auto& object = parsed->get_object();
  const auto type = json::find_string(object, "type");
  if (!type) return std::nullopt;
  if (*type == "text") return read_text_content(object);
  if (*type == "reaction") return read_reaction_content(object);
  const auto kind = media_kind_from(*type);
  if (!kind) return std::nullopt;
  return read_media_content(object, *kind);
}

}  // namespace wherry
