#include "base/bytes.h"
#include "domain/check_media.h"
#include "domain/check_template.h"
#include "domain/content.h"
#include "domain/field_check.h"

namespace wherry {

namespace {

constexpr std::size_t max_body = 1024;
constexpr std::size_t max_list_body = 4096;
constexpr std::size_t max_short_text = 60;    // headers and footers
constexpr std::size_t max_file_name = 240;
constexpr std::size_t max_place_text = 1000;
constexpr std::size_t max_contacts = 257;
constexpr std::size_t max_contact_entries = 100;
constexpr std::size_t max_contact_text = 1000;

Result<void> check(const TextContent& text) { return FieldCheck().required("text", text.body, max_text_characters).result(); }

Result<void> check(const MediaContent& media) {
  FieldCheck check;
  check.text("caption", media.caption, max_caption_characters).text("fileName", media.file_name, max_file_name);
  return check.that(!media.voice || media.kind == MediaKind::audio, "voice", "is for audio only").result();
}

Result<void> check(const ReactionContent& reaction) {
  FieldCheck check;
  const bool target = is_clean_utf8(reaction.message_id) && !reaction.message_id.empty() && reaction.message_id.size() <= max_wamid_bytes;
  check.that(target, "messageId", "must name the message to react to");
  check.that(is_clean_utf8(reaction.emoji) && reaction.emoji.size() <= max_emoji_bytes, "emoji", "must be one emoji");
  return check.result();
}

Result<void> check(const LocationContent& location) {
  FieldCheck check;
  check_location(check, "location", location);
  return check.text("location.name", location.name, max_place_text).text("location.address", location.address, max_place_text).result();
}

bool is_date(std::string_view text) {
  if (text.size() != 10) return false;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const bool dash = i == 4 || i == 7;
    if (dash ? text[i] != '-' : text[i] < '0' || text[i] > '9') return false;
  }
  const int month = (text[5] - '0') * 10 + text[6] - '0', day = (text[8] - '0') * 10 + text[9] - '0';
  return month >= 1 && month <= 12 && day >= 1 && day <= 31;
}

void check_card(FieldCheck& check, const std::string& at, const ContactCard& card) {
  const auto texts = [&](const std::string& where, std::initializer_list<const std::string*> values) {
    for (const auto* value : values) check.text(where, *value, max_contact_text);
  };
  const auto& name = card.name;
  check.required(at + ".name.formatted_name", name.formatted_name, max_contact_text);
  texts(at + ".name", {&name.first_name, &name.last_name, &name.middle_name, &name.prefix, &name.suffix});
  const bool named = !(name.first_name + name.last_name + name.middle_name + name.prefix + name.suffix).empty();
  check.that(named, at + ".name", "needs a first_name, last_name, middle_name, prefix or suffix");
  check.that(card.birthday.empty() || is_date(card.birthday), at + ".birthday", "must be a date YYYY-MM-DD");
  texts(at + ".org", {&card.org.company, &card.org.department, &card.org.title});
  check.count(at + ".phones", card.phones.size(), 0, max_contact_entries).count(at + ".emails", card.emails.size(), 0, max_contact_entries);
  check.count(at + ".addresses", card.addresses.size(), 0, max_contact_entries)
      .count(at + ".urls", card.urls.size(), 0, max_contact_entries);
  for (const auto& phone : card.phones) texts(at + ".phones", {&phone.phone, &phone.type, &phone.wa_id});
  for (const auto& email : card.emails) texts(at + ".emails", {&email.email, &email.type});
  for (const auto& url : card.urls) texts(at + ".urls", {&url.url, &url.type});
  for (const auto& where : card.addresses) {
    texts(at + ".addresses", {&where.street, &where.city, &where.state, &where.zip, &where.country, &where.country_code, &where.type});
  }
}

Result<void> check(const ContactsContent& content) {
  FieldCheck check;
  check.count("contacts", content.contacts.size(), 1, max_contacts);
  for (std::size_t i = 0; i < content.contacts.size(); ++i) check_card(check, "contacts[" + std::to_string(i) + "]", content.contacts[i]);
  return check.result();
}

void check_action(FieldCheck& check, const ReplyButtons& action) {
  const std::string at = "interactive.action.buttons";
  std::set<std::string> ids, titles;
  check.count(at, action.buttons.size(), 1, 3);
  for (const auto& button : action.buttons) {
    check.required(at + ".reply.id", button.id, 256).unique(at + ".reply.id", button.id, ids);
    check.required(at + ".reply.title", button.title, 20).unique(at + ".reply.title", button.title, titles);
  }
}

void check_action(FieldCheck& check, const ListMenu& action) {
  const std::string at = "interactive.action.sections";
  std::set<std::string> ids;
  check.required("interactive.action.button", action.button, 20).count(at, action.sections.size(), 1, 10);
  for (const auto& section : action.sections) {
    check.text(at + ".title", section.title, 24);
    check.that(action.sections.size() == 1 || !section.title.empty(), at + ".title", "is required when there is more than one section");
    check.that(!section.rows.empty(), at + ".rows", "must not be empty");
    for (const auto& row : section.rows) {
      check.required(at + ".rows.id", row.id, 200).unique(at + ".rows.id", row.id, ids);
      check.required(at + ".rows.title", row.title, 24).text(at + ".rows.description", row.description, 72);
    }
  }
  check.that(ids.size() <= 10, at + ".rows", "has at most 10 entries in all sections");
}

void check_action(FieldCheck& check, const UrlButton& action) {
  const std::string at = "interactive.action.parameters";
  check.required(at + ".display_text", action.display_text, 20).link(at + ".url", action.url);
}

void check_action(FieldCheck& check, const OtherAction& action) {
  check.required("interactive.type", action.type, 64);
  check_object(check, "interactive.action", action.action);
}

Result<void> check(const InteractiveContent& content) {
  FieldCheck check;
  const bool list = std::holds_alternative<ListMenu>(content.action), other = std::holds_alternative<OtherAction>(content.action);
  if (const auto* text = std::get_if<std::string>(&content.header)) check.required("interactive.header.text", *text, max_short_text);
  if (const auto* media = std::get_if<MediaReference>(&content.header)) {
    check.that(!list, "interactive.header", "must be a text for a list");
    check_media(check, "interactive.header", *media);
  }
  check.text("interactive.body", content.body, list ? max_list_body : max_body).text("interactive.footer", content.footer, max_short_text);
  check.that(other || !content.body.empty(), "interactive.body", "must not be empty");
  std::visit([&](const auto& action) { check_action(check, action); }, content.action);
  return check.result();
}

Result<void> check(const TemplateContent& content) { return check_template(content); }

}  // namespace

Result<void> check_reply(const Content& content, std::string_view reply_to) {
  FieldCheck check;
  check.that(is_clean_utf8(reply_to) && reply_to.size() <= max_wamid_bytes, "context.message_id", "must be WhatsApp's id of a message");
  check.that(reply_to.empty() || !std::holds_alternative<ReactionContent>(content), "context", "cannot go with a reaction");
  return check.result();
}

Result<void> check_content(const Content& content) {
  return std::visit([](const auto& kind) { return check(kind); }, content);
}

}  // namespace wherry
