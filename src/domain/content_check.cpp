#include <algorithm>
#include <set>

#include "base/bytes.h"
#include "domain/check_media.h"
#include "domain/check_template.h"
#include "domain/content.h"
#include "domain/field_check.h"
#include "domain/jid.h"

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

constexpr std::size_t max_mentions = 1024;
constexpr std::size_t max_vcard = 64 * 1024;
constexpr std::size_t max_poll_name = 255;
constexpr std::size_t max_poll_option = 100;

void check_mentions(FieldCheck& check, const std::vector<std::string>& mentions) {
  check.count("mentions", mentions.size(), 0, max_mentions);
  for (const auto& mention : mentions) {
    const auto jid = Jid::parse(mention);
    check.that(jid && jid->is_person(), "mentions", "must be addresses of people");
  }
}

Result<void> check(const TextContent& text, ChannelKind channel) {
  FieldCheck check;
  check.required("text", text.body, channel == ChannelKind::linked ? max_linked_text_characters : max_text_characters);
  check_mentions(check, text.mentions);
  return check.result();
}

Result<void> check(const MediaContent& media, ChannelKind) {
  FieldCheck check;
  check_mentions(check, media.mentions);
  check.text("caption", media.caption, max_caption_characters).text("fileName", media.file_name, max_file_name);
  return check.that(!media.voice || media.kind == MediaKind::audio, "voice", "is for audio only").result();
}

Result<void> check(const ReactionContent& reaction, ChannelKind) {
  FieldCheck check;
  const bool target = is_clean_utf8(reaction.message_id) && !reaction.message_id.empty() && reaction.message_id.size() <= max_wamid_bytes;
  check.that(target, "messageId", "must name the message to react to");
  check.that(is_clean_utf8(reaction.emoji) && reaction.emoji.size() <= max_emoji_bytes, "emoji", "must be one emoji");
  return check.result();
}

Result<void> check(const LocationContent& location, ChannelKind) {
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
  if (!card.vcard.empty()) {
    check.text(at + ".name.formatted_name", name.formatted_name, max_contact_text).text(at + ".vcard", card.vcard, max_vcard);
    return;
  }
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

Result<void> check(const ContactsContent& content, ChannelKind) {
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

Result<void> check(const InteractiveContent& content, ChannelKind) {
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

Result<void> check(const TemplateContent& content, ChannelKind) { return check_template(content); }

Result<void> check(const PollContent& poll, ChannelKind) {
  FieldCheck check;
  std::set<std::string> options;
  check.required("name", poll.name, max_poll_name).count("options", poll.options.size(), 2, 12);
  for (const auto& option : poll.options) check.required("options", option, max_poll_option).unique("options", option, options);
  return check.that(poll.selectable <= poll.options.size(), "selectable", "must not be more than there are options").result();
}

Result<void> check(const ForwardContent& forward, ChannelKind) {
  FieldCheck check;
  const bool target = is_clean_utf8(forward.message_id) && !forward.message_id.empty() && forward.message_id.size() <= max_wamid_bytes;
  check.that(target, "messageId", "must name the message to forward");
  return check.that(Jid::parse(forward.chat).has_value(), "chat", "must be an address").result();
}

bool has_vcard(const Content& content) {
  const auto* contacts = std::get_if<ContactsContent>(&content);
  const auto whole = [](const ContactCard& card) { return !card.vcard.empty(); };
  return contacts != nullptr && std::any_of(contacts->contacts.begin(), contacts->contacts.end(), whole);
}

bool has_mentions(const Content& content) {
  const auto* text = std::get_if<TextContent>(&content);
  const auto* media = std::get_if<MediaContent>(&content);
  return (text != nullptr && !text->mentions.empty()) || (media != nullptr && !media->mentions.empty());
}

// What only one kind of channel can send.
Result<void> check_channel(const Content& content, ChannelKind channel) {
  FieldCheck check;
  const bool linked = channel == ChannelKind::linked;
  const bool for_linked = std::holds_alternative<PollContent>(content) || std::holds_alternative<ForwardContent>(content);
  const bool for_cloud = std::holds_alternative<InteractiveContent>(content) || std::holds_alternative<TemplateContent>(content);
  check.that(linked || !for_linked, "type", "can be sent by linked phones only");
  check.that(!linked || !for_cloud, "type", "cannot be sent by linked phones");
  check.that(linked || !has_mentions(content), "mentions", "are for linked phones only");
  check.that(linked || !has_vcard(content), "contacts.vcard", "is for linked phones only");
  return check.result();
}

}  // namespace

Result<void> check_reply(const Content& content, std::string_view reply_to) {
  FieldCheck check;
  check.that(is_clean_utf8(reply_to) && reply_to.size() <= max_wamid_bytes, "context.message_id", "must be WhatsApp's id of a message");
  check.that(reply_to.empty() || !std::holds_alternative<ReactionContent>(content), "context", "cannot go with a reaction");
  return check.result();
}

Result<void> check_content(const Content& content, ChannelKind channel) {
  TRY_VOID(check_channel(content, channel));
  return std::visit([&](const auto& kind) { return check(kind, channel); }, content);
}

}  // namespace wherry
