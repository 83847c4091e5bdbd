#include <charconv>

#include "api/pepipost/wire.h"

namespace wherry::api::pepipost {

namespace {

constexpr std::size_t longest_name = 512;
constexpr std::size_t longest_url = 2048;
constexpr std::size_t longest_word = 64;
constexpr std::size_t longest_file_name = 240;
constexpr std::size_t most_buttons = 10;

std::vector<TemplateParameter> read_attributes(const Fields& part) {
  std::vector<TemplateParameter> values;
  const auto* member = json::find(part.raw(), "attributes");
  if (member == nullptr || part.failed()) return values;
  const auto* list = member->if_array();
  if (list == nullptr) part.refuse(invalid("attributes must be an array of strings."));
  for (std::size_t i = 0; list != nullptr && i < list->size(); ++i) {
    const auto& value = (*list)[i];
    if (!value.is_string()) {
      part.refuse(invalid("attributes must be an array of strings."));
      break;
    }
    if (is_blank(value.get_string())) part.refuse(invalid("attributes cannot hold blank values."));
    values.emplace_back(TextParameter{std::string(value.get_string()), {}});
  }
  return values;
}

void read_language(const Fields& part, TemplateContent& content) {
  if (part.failed()) return;
  const auto* member = json::find(part.raw(), "language");
  const auto* object = member == nullptr ? nullptr : member->if_object();
  if (object == nullptr) return part.refuse(invalid(member == nullptr ? "language is required." : "language must be an object."));
  const auto language = part.of(*object);
  content.language = language.required("locale", longest_word);
  const auto policy = language.optional("policy", longest_word);
  if (!policy.empty()) language.one_of("policy", policy, {"deterministic", "fallback"}, "deterministic or fallback");
}

// The header's file, by an address that WhatsApp fetches or by one of our ids.
void read_header(const Fields& media, TemplateContent& content) {
  const auto type = media.required("type", longest_word);
  if (media.failed()) return;
  media.one_of("type", type, {"document", "image", "video", "text"}, "document, image, video or text");
  if (type == "text" || media.failed()) return;
  MediaReference file;
  file.kind = type == "image" ? MediaKind::image : type == "video" ? MediaKind::video : MediaKind::document;
  const auto id = media.optional("media_id", longest_word);
  if (!id.empty()) {
    const auto raw = from_uuid(id);
    if (!raw) media.refuse(refused(Code::bad_media));
    file.source = MediaId{raw.value_or(RawId())};
  } else {
    const auto url = media.required("url", longest_url);
    if (!media.failed() && !url.starts_with("https://") && !url.starts_with("http://")) {
      media.refuse(invalid("url must be an http or https address."));
    }
    file.source = MediaLink{url};
  }
  if (file.kind == MediaKind::document) file.file_name = media.optional("filename", longest_file_name);
  content.components.insert(content.components.begin(), TemplateComponent{"header", {}, std::nullopt, {std::move(file)}, {}});
}

std::optional<int> read_index(const Fields& button) {
  const auto* member = json::find(button.raw(), "index");
  if (member == nullptr) return button.refuse(invalid("index is required.")), std::nullopt;
  std::optional<std::int64_t> index;
  if (member->is_int64()) index = member->get_int64();
  if (member->is_string()) {
    const auto& text = member->get_string();
    std::int64_t value = 0;
    const auto read = std::from_chars(text.data(), text.data() + text.size(), value);
    if (read.ec == std::errc() && read.ptr == text.data() + text.size()) index = value;
  }
  if (index && *index >= 0 && *index < static_cast<std::int64_t>(most_buttons)) return static_cast<int>(*index);
  return button.refuse(invalid("index must be a number from 0 to 9.")), std::nullopt;
}

// Where the template is not known, what a button needs follows from its value: an address belongs to a link, anything else comes back with
// a tap.
void read_button(const Fields& button, TemplateContent& content) {
  TemplateComponent component{"button", "quick_reply", read_index(button), {}, {}};
  auto payload = button.required("payload", longest_url);
  if (payload.starts_with("https://") || payload.starts_with("http://")) {
    component.sub_type = "url";
    component.parameters.emplace_back(TextParameter{std::move(payload), {}});
  } else {
    component.parameters.emplace_back(PayloadParameter{std::move(payload)});
  }
  content.components.push_back(std::move(component));
}

void read_buttons(const Fields& media, TemplateContent& content) {
  const auto* member = json::find(media.raw(), "button");
  if (member == nullptr || media.failed()) return;
  const auto* list = member->if_array();
  if (list == nullptr) return media.refuse(invalid("button must be an array."));
  if (list->size() > most_buttons) return media.refuse(invalid("button can hold at most 10 elements."));
  for (const auto& one : *list) {
    const auto* object = one.if_object();
    if (object == nullptr) return media.refuse(invalid("button must hold objects."));
    read_button(media.of(*object), content);
  }
}

}  // namespace

TemplateContent read_template(const Fields& message) {
  TemplateContent content;
  const auto* object = message.only("type_template");
  if (object == nullptr) return content;
  const auto part = message.of(*object);
  content.name = part.required("name", longest_name);
  auto values = read_attributes(part);
  if (!values.empty()) content.components.push_back({"body", {}, std::nullopt, std::move(values), {}});
  read_language(part, content);
  return content;
}

TemplateContent read_media_template(const Fields& message) {
  auto content = read_template(message);
  const auto* member = json::find(message.raw(), "type_media_template");
  if (member == nullptr || message.failed()) return content;
  const auto* object = member->if_object();
  if (object == nullptr) {
    message.refuse(invalid("type_media_template must be an object."));
    return content;
  }
  const auto media = message.of(*object);
  read_header(media, content);
  read_buttons(media, content);
  return content;
}

}  // namespace wherry::api::pepipost
