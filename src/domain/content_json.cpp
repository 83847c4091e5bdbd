#include <algorithm>

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

std::vector<std::string> texts_of(const ObjectReader& in, std::string_view name) {
  std::vector<std::string> texts;
  const auto* array = json::find_array(in.raw(), name);
  if (array == nullptr) return texts;
  for (const auto& item : *array) {
    if (item.is_string()) texts.emplace_back(item.get_string());
  }
  return texts;
}

std::optional<Content> read_poll(const ObjectReader& in) {
  const auto* selectable = json::find(in.raw(), "selectable");
  if (!in.has("name") || selectable == nullptr || !selectable->is_int64()) return std::nullopt;
  return PollContent{in.text("name"), texts_of(in, "options"), static_cast<std::uint32_t>(selectable->get_int64())};
}

// Whole cards beside the contacts, in the same order: Meta's shape has no place for them.
void read_vcards(const ObjectReader& in, ContactsContent& content) {
  const auto vcards = texts_of(in, "vcards");
  for (std::size_t i = 0; i < std::min(vcards.size(), content.contacts.size()); ++i) content.contacts[i].vcard = vcards[i];
}

std::optional<Content> read_media(const ObjectReader& in, MediaKind kind) {
  const auto id = MediaId::parse(in.text("media"));
  if (!id) return std::nullopt;
  return MediaContent{kind, *id, in.text("caption"), in.text("file_name"), in.flag("voice"), texts_of(in, "mentions")};
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
    return TextContent{in.text("body"), in.flag("preview_url"), texts_of(in, "mentions")};
  }
  if (type == "poll") return read_poll(in);
  if (type == "forward") return ForwardContent{in.text("message_id", Presence::required), in.text("chat", Presence::required)};
  if (type == "reaction") return ReactionContent{in.text("message_id", Presence::required), in.text("emoji")};
  if (type == "contacts") {
    const auto* contacts = json::find_array(in.raw(), type);
    auto content = contacts != nullptr ? if_read(read_contacts(*contacts)) : std::nullopt;
    if (content) read_vcards(in, std::get<ContactsContent>(*content));
    return content;
  }
  if (const auto kind = media_kind_from(type)) return read_media(in, *kind);
  const auto* object = json::find_object(in.raw(), type);
  if (object == nullptr) return std::nullopt;
  if (type == "location") return if_read(read_location(*object));
  if (type == "interactive") return if_read(read_interactive(*object));
  if (type == "template") return if_read(read_template(*object));
  return std::nullopt;
}

void put_texts(json::object& into, std::string_view name, const std::vector<std::string>& texts) {
  if (texts.empty()) return;
  json::array array;
  for (const auto& text : texts) array.emplace_back(text);
  into[name] = std::move(array);
}

void put_vcards(json::object& into, const ContactsContent& content) {
  const auto has_one = [](const ContactCard& card) { return !card.vcard.empty(); };
  if (std::none_of(content.contacts.begin(), content.contacts.end(), has_one)) return;
  std::vector<std::string> vcards;
  for (const auto& card : content.contacts) vcards.push_back(card.vcard);
  put_texts(into, "vcards", vcards);
}

}  // namespace

std::string content_to_json(const Content& content) {
  json::object object;
  object["type"] = kind_name(content);
  std::visit(Overloaded{[&](const TextContent& text) {
                          object["body"] = text.body;
                          if (text.preview_url) object["preview_url"] = true;
                          put_texts(object, "mentions", text.mentions);
                        },
                        [&](const MediaContent& media) {
                          object["media"] = media.media.text();
                          if (!media.caption.empty()) object["caption"] = media.caption;
                          if (!media.file_name.empty()) object["file_name"] = media.file_name;
                          if (media.voice) object["voice"] = true;
                          put_texts(object, "mentions", media.mentions);
                        },
                        [&](const ReactionContent& reaction) {
                          object["message_id"] = reaction.message_id;
                          object["emoji"] = reaction.emoji;
                        },
                        [&](const LocationContent& location) { object["location"] = meta_object(location); },
                        [&](const ContactsContent& contacts) {
                          object["contacts"] = meta_array(contacts);
                          put_vcards(object, contacts);
                        },
                        [&](const InteractiveContent& interactive) { object["interactive"] = meta_object(interactive, {}); },
                        [&](const TemplateContent& message) { object["template"] = meta_object(message, {}); },
                        [&](const PollContent& poll) {
                          object["name"] = poll.name;
                          put_texts(object, "options", poll.options);
                          object["selectable"] = poll.selectable;
                        },
                        [&](const ForwardContent& forward) {
                          object["message_id"] = forward.message_id;
                          object["chat"] = forward.chat;
                        }},
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
