#include "api/pepipost/wire.h"

#include <algorithm>

namespace wherry::api::pepipost {

namespace {

constexpr std::size_t longest_word = 64;
constexpr std::size_t longest_id = 256;
constexpr std::size_t longest_url = 2048;
constexpr std::size_t longest_place = 1000;

std::string read_type(const Fields& message) {
  // The one text that names no field: that of the recorded answer.
  if (!message.has("message_type")) message.refuse(invalid(" type is required."));
  auto type = message.required("message_type", longest_word);
  if (!message.failed()) {
    message.one_of("message_type", type, {"text", "media", "location", "template", "media_template", "interactive"},
                   "text, media, location, template, media_template or interactive");
  }
  return type;
}

// A text and a file behind a URL may do without a source.
bool needs_source(const Fields& message, std::string_view type) {
  if (type == "text") return false;
  if (type != "media") return true;
  const auto* media = json::find_array(message.raw(), "type_media");
  const auto* first = media == nullptr || media->empty() ? nullptr : media->front().if_object();
  const auto* files = first == nullptr ? nullptr : json::find_array(*first, "attachments");
  const auto* file = files == nullptr || files->empty() ? nullptr : files->front().if_object();
  return file != nullptr && file->contains("attachment_id");
}

TextContent read_text(const Fields& message) {
  TextContent content;
  const auto* part = message.only("type_text");
  if (part == nullptr) return content;
  const auto fields = message.of(*part);
  content.body = fields.required("content", max_text_characters);
  content.preview_url = fields.flag("preview_url", false);
  return content;
}

LinkedAttachment read_link(const Fields& file, std::string caption) {
  LinkedAttachment link;
  link.url = file.required("attachment_url", longest_url);
  if (!file.failed() && !link.url.starts_with("https://") && !link.url.starts_with("http://")) {
    file.refuse(invalid("attachment_url must be an http or https address."));
  }
  const auto type = file.required("attachment_type", longest_word);
  if (!file.failed()) {
    file.one_of("attachment_type", type, {"image", "video", "audio", "document", "sticker"}, "image, video, audio, document or sticker");
  }
  for (const auto kind : {MediaKind::image, MediaKind::audio, MediaKind::video, MediaKind::document, MediaKind::sticker}) {
    if (type == to_string(kind)) link.kind = kind;
  }
  link.caption = std::move(caption);
  return link;
}

std::variant<Content, StoredAttachment, LinkedAttachment> read_media(const Fields& message) {
  const auto* part = message.only("type_media");
  const auto* attachment = part == nullptr ? nullptr : message.of(*part).only("attachments");
  if (attachment == nullptr) return Content();
  const auto file = message.of(*attachment);
  const bool by_id = file.has("attachment_id"), by_url = file.has("attachment_url");
  if (by_id && by_url) file.refuse(invalid("attachment_id and attachment_url cannot be given together."));
  if (by_url) return read_link(file, file.optional("caption", max_caption_characters));
  StoredAttachment stored;
  stored.id = file.required("attachment_id", longest_id);
  stored.caption = file.optional("caption", max_caption_characters);
  return stored;
}

LocationContent read_location(const Fields& message) {
  LocationContent place;
  const auto* part = message.only("type_location");
  if (part == nullptr) return place;
  const auto fields = message.of(*part);
  place.longitude = fields.number("longitude", -180, 180);
  place.latitude = fields.number("latitude", -90, 90);
  place.name = fields.optional("name", longest_place);
  place.address = fields.optional("address", longest_place);
  return place;
}

std::optional<std::chrono::days> read_time_to_live(const Fields& message) {
  const auto* member = json::find(message.raw(), "ttl");
  if (message.failed() || member == nullptr) return std::nullopt;
  const auto days = static_cast<std::int64_t>(message.number("ttl", 1, static_cast<double>(longest_time_to_live)));
  if (!message.failed() && member->is_double()) message.refuse(invalid("ttl must be a whole number of days."));
  return std::chrono::days(days);
}

OutgoingMessage read_message(const Fields& message) {
  OutgoingMessage out;
  const auto type = read_type(message);
  if (!message.failed()) {
    if (needs_source(message, type)) {
      out.source = message.required("source", longest_id);
    } else {
      out.source = message.given("source", longest_id);
    }
  }
  const auto recipient_type = message.given("recipient_type", longest_word);
  if (recipient_type && recipient_type != "individual") message.refuse(invalid("recipient_type can only be individual"));
  out.recipient = read_number(message, "recipient_whatsapp");
  out.api_header = message.optional("x-apiheader", longest_api_header);
  if (message.failed()) return out;
  if (type == "text") out.what = Content(read_text(message));
  if (type == "media") out.what = read_media(message);
  if (type == "location") out.what = Content(read_location(message));
  if (type == "template") out.what = Content(read_template(message));
  if (type == "media_template") out.what = Content(read_media_template(message));
  if (type == "interactive") out.what = Content(read_interactive(message));
  if (type == "template" || type == "media_template") out.time_to_live = read_time_to_live(message);
  return out;
}

}  // namespace

WaId read_number(const Fields& fields, std::string_view name) {
  constexpr std::size_t fewest = 10, most = 15;
  auto digits = fields.required(name, 64);
  const std::string field(name);
  if (digits.find_first_not_of("0123456789") != std::string::npos) {
    fields.refuse(invalid(field + " must be numeric."));
  } else if (digits.size() < fewest) {
    fields.refuse(invalid(field + " cannot be less than 10 digits."));
  } else if (digits.size() > most) {
    fields.refuse(invalid(field + " cannot be more than 15 digits."));
  }
  return WaId{std::move(digits)};
}

Answer<OutgoingMessage> parse_message(const json::value& body) {
  const auto* object = body.if_object();
  if (object == nullptr) return missing("message is required.");
  std::optional<Refusal> refusal;
  const auto* message = Fields(*object, refusal).only("message");
  OutgoingMessage out;
  if (message != nullptr) out = read_message(Fields(*message, refusal));
  if (refusal) return std::move(*refusal);
  if (const auto* content = std::get_if<Content>(&out.what)) {
    auto checked = check_content(*content);
    if (!checked) return invalid(checked.error().message + ".");
  }
  return out;
}

}  // namespace wherry::api::pepipost
