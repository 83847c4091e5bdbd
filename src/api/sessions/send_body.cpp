#include "api/sessions/send_body.h"

#include "api/sessions/fields.h"
#include "domain/vcard.h"

namespace wherry::api::sessions {

namespace {

constexpr std::size_t most_mentions = 1024;
constexpr std::size_t most_options = 12;
constexpr std::size_t longest_name = 1000;
constexpr std::string_view any_type = "application/octet-stream";

std::vector<std::string> read_mentions(Fields& fields) {
  std::vector<std::string> mentions;
  for (const auto& text : fields.texts("mentions", most_mentions).value_or(mentions)) {
    const auto jid = Jid::parse(text);
    if (jid && jid->is_person()) mentions.push_back(jid->text());
    else fields.refuse("mentions must be JIDs of people");
  }
  return mentions;
}

TextContent read_text(Fields& fields) {
  TextContent content;
  content.body = fields.required("text");
  content.mentions = read_mentions(fields);
  return content;
}

PollContent read_poll(Fields& fields) {
  PollContent poll;
  poll.name = fields.required("name");
  poll.options = fields.texts("options", most_options).value_or(std::vector<std::string>());
  if (poll.options.size() < 2) fields.refuse("options must be 2 to 12 strings");
  const auto selectable = fields.whole("selectableCount", 0, static_cast<std::int64_t>(poll.options.size()));
  poll.selectable = static_cast<std::uint32_t>(selectable.value_or(1));
  return poll;
}

LocationContent read_location(Fields& fields) {
  LocationContent place;
  place.latitude = fields.number("latitude", -90, 90);
  place.longitude = fields.number("longitude", -180, 180);
  place.name = fields.text("name");
  return place;
}

bool begins_a_card(std::string_view text) {
  constexpr std::string_view start = "BEGIN:VCARD";
  return http::equal_ignoring_case(text.substr(0, start.size()), start);
}

ContactCard read_card(Fields& card) {
  ContactCard contact;
  contact.vcard = card.text("vcard");
  if (!contact.vcard.empty()) {
    if (!begins_a_card(contact.vcard)) card.refuse("contact.vcard must be a vCard");
    contact.name.formatted_name = read_vcard(contact.vcard).name.formatted_name;
    if (contact.name.formatted_name.size() > longest_name) contact.name.formatted_name.clear();
    return contact;
  }
  const auto name = card.text("name"), phone = card.text("phone");
  if (name.empty() || phone.empty()) card.refuse("contact needs name and phone, or vcard");
  const auto number = parse_wa_id(phone);
  if (!number) card.refuse("contact.phone must be a phone number with its country code");
  contact.name.formatted_name = contact.name.first_name = name;
  if (number) contact.phones.push_back({"+" + number->digits, "CELL", number->digits});
  return contact;
}

ContactsContent read_contact(Fields& fields) {
  ContactsContent content;
  const auto* object = fields.object("contact");
  if (object == nullptr) {
    fields.refuse("contact is required");
    return content;
  }
  Fields card(*object);
  content.contacts.push_back(read_card(card));
  if (card.failed()) fields.refuse(card.result().error().message);
  return content;
}

std::optional<MediaKind> kind_of(std::string_view type) {
  for (const auto kind : {MediaKind::image, MediaKind::audio, MediaKind::video, MediaKind::document, MediaKind::sticker}) {
    if (type == to_string(kind)) return kind;
  }
  return std::nullopt;
}

std::string choose_type(const std::string& given, const MediaBody& media) {
  if (!given.empty()) return given;
  if (!media.uri_type().empty()) return media.uri_type();
  auto sniffed = media.sniffed_type();
  return sniffed.empty() ? std::string(any_type) : sniffed;
}

MediaPart read_media(Fields& fields, MediaKind kind, const MediaBody& media) {
  MediaPart part;
  part.kind = kind;
  part.mentions = read_mentions(fields);
  const auto* object = fields.object("media");
  if (object == nullptr) {
    fields.refuse("media is required");
    return part;
  }
  Fields file(*object);
  if (!media.has_data()) file.refuse(file.has("data") ? "media.data must be a string" : "media.data is required");
  const auto given = file.text("mimetype");
  if (!given.empty() && normalize_mime(given).empty()) file.refuse("media.mimetype is not a MIME type");
  part.mime_type = choose_type(given, media);
  const bool carries_caption = kind != MediaKind::audio && kind != MediaKind::sticker;
  const auto caption = file.text("caption"), name = file.text("filename");
  if (carries_caption) part.caption = caption;
  if (kind == MediaKind::document) part.file_name = name;
  if (file.failed()) fields.refuse(file.result().error().message);
  MediaContent shape;
  shape.kind = kind;
  shape.caption = part.caption;
  const auto checked = check_content(Content(shape), ChannelKind::linked);
  if (!checked) fields.refuse("media." + checked.error().message);
  return part;
}

bool quotes(std::string_view type) { return type == "text" || kind_of(type).has_value(); }

}  // namespace

Result<SendBody> parse_send(const json::object& body, const MediaBody& media) {
  Fields fields(body);
  const auto type = fields.required("type");
  const auto to = fields.jid("to");
  if (to && !to->is_person() && to->kind() != JidKind::group && to->kind() != JidKind::newsletter) {
    fields.refuse("to must be the JID of a person or a group");
  }
  TRY_VOID(fields.result());
  SendBody send{*to, {}, {}};
  if (quotes(type)) send.reply_to = fields.text("replyTo");
  if (type == "text") {
    send.what = Content(read_text(fields));
  } else if (type == "poll") {
    send.what = Content(read_poll(fields));
  } else if (type == "location") {
    send.what = Content(read_location(fields));
  } else if (type == "contact") {
    send.what = Content(read_contact(fields));
  } else if (const auto kind = kind_of(type)) {
    send.what = read_media(fields, *kind, media);
  } else {
    fields.refuse("type must be text, poll, location, contact, image, video, audio, document or sticker");
  }
  TRY_VOID(fields.result());
  const auto* content = std::get_if<Content>(&send.what);
  if (content != nullptr) {
    TRY_VOID(check_content(*content, ChannelKind::linked));
    TRY_VOID(check_reply(*content, send.reply_to));
  } else {
    TRY_VOID(check_reply(Content(MediaContent()), send.reply_to));
  }
  return send;
}

}  // namespace wherry::api::sessions
