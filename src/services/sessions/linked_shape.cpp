#include "services/sessions/linked_shape.h"

#include "base/bytes.h"
#include "base/overloaded.h"
#include "domain/meta_shape.h"
#include "domain/vcard.h"

namespace wherry {

namespace {

using linked::ReceivedMedia;
using linked::ReceivedMessage;

constexpr std::uint32_t frequently = 5;  // how often a message is forwarded until WhatsApp calls it that

std::string seconds_text(Timestamp at) { return std::to_string(to_unix_millis(at) / 1000); }

json::object media_object(const ReceivedMedia& media) {
  json::object out;
  out["mime_type"] = media.file.mime_type;
  if (media.file.sha256) out["sha256"] = to_base64(*media.file.sha256);
  if (!media.caption.empty()) out["caption"] = media.caption;
  if (media.kind == MediaKind::document && !media.file_name.empty()) out["filename"] = media.file_name;
  if (media.kind == MediaKind::audio) out["voice"] = media.voice;
  if (media.kind == MediaKind::sticker) out["animated"] = false;
  return out;
}

json::object media_extras(const ReceivedMedia& media) {
  json::object out;
  if (media.file.size > 0) out["size"] = media.file.size;
  if (media.seconds > 0) out["seconds"] = media.seconds;
  if (media.width > 0) out["width"] = media.width;
  if (media.height > 0) out["height"] = media.height;
  if (media.file.unavailable) out["unavailable"] = true;
  return out;
}

// Writes one content into its shape; what Meta has no member for goes into `extras`.
struct Writer {
  LinkedShape& shape;
  json::object& extras;

  void name(std::string type, json::value value) {
    shape.object["type"] = type;
    shape.object[type] = std::move(value);
    shape.type = std::move(type);
  }
  void operator()(const linked::Text& text) {
    shape.text = text.text;
    name("text", json::object{{"body", text.text}});
  }
  void operator()(const ReceivedMedia& media) {
    shape.text = media.caption;
    name(std::string(to_string(media.kind)), media_object(media));
    extras["media"] = media_extras(media);
  }
  void operator()(const LocationContent& place) { name("location", meta_object(place)); }
  void operator()(const linked::Contacts& contacts) {
    ContactsContent cards;
    json::array vcards;
    for (const auto& card : contacts.cards) {
      cards.contacts.push_back(read_vcard(card.vcard, card.name));
      vcards.push_back(json::object{{"name", card.name}, {"vcard", card.vcard}});
    }
    name("contacts", meta_array(cards));
    extras["vcards"] = std::move(vcards);
  }
  void operator()(const linked::Poll& poll) {
    shape.text = poll.name;
    json::array options;
    for (const auto& option : poll.options) options.emplace_back(option);
    name("poll", json::object{{"name", poll.name}, {"options", std::move(options)}, {"selectable", poll.selectable}});
  }
  void operator()(const linked::UnknownContent& unknown) {
    shape.type = "unsupported";
    shape.object["type"] = "unsupported";
    shape.object["errors"] = json::array{json::object{{"code", 131051}, {"title", "Message type unknown"}}};
    extras["type"] = unknown.type;
  }
  void operator()(const linked::Reaction& reaction) {
    name("reaction", json::object{{"message_id", reaction.target.id}, {"emoji", reaction.emoji}});
  }
  // These are events of their own.
  void operator()(const linked::Edit&) {}
  void operator()(const linked::Revoke&) {}
  void operator()(const linked::Vote&) {}
  void operator()(const linked::SystemNotice&) {}
};

json::object context_of(const ReceivedMessage& message) {
  json::object context;
  if (message.quoted) {
    context["id"] = message.quoted->id;
    if (message.quoted->sender) context["from"] = linked_address_text(*message.quoted->sender);
  }
  if (message.forwarded > 0) context[message.forwarded >= frequently ? "frequently_forwarded" : "forwarded"] = true;
  return context;
}

void add_circumstances(const ReceivedMessage& message, json::object& out) {
  out["chat"] = message.chat.text();
  if (message.chat_alt) out["chat_alt"] = message.chat_alt->text();
  out["sender"] = message.sender.text();
  if (message.sender_alt) out["sender_alt"] = message.sender_alt->text();
  out["from_me"] = message.from_me;
  if (!message.push_name.empty()) out["push_name"] = message.push_name;
  if (!message.mentions.empty()) {
    json::array mentions;
    for (const auto& jid : message.mentions) mentions.emplace_back(jid.text());
    out["mentions"] = std::move(mentions);
  }
  if (message.quoted && message.quoted->sender) out["quoted_sender"] = message.quoted->sender->text();
  if (message.forwarded > 0) out["forwarded"] = message.forwarded;
  if (message.ephemeral_seconds > 0) out["ephemeral_seconds"] = message.ephemeral_seconds;
  if (message.view_once) out["view_once"] = true;
  if (message.offline) out["offline"] = true;
}

}  // namespace

std::optional<WaId> number_of(const Jid& jid, const std::optional<Jid>& alt) {
  if (auto number = jid.number()) return number;
  return alt ? alt->number() : std::nullopt;
}

std::string linked_address_text(const Jid& jid, const std::optional<Jid>& alt) {
  const auto number = number_of(jid, alt);
  return number ? number->digits : jid.text();
}

LinkedShape linked_shape(const linked::PlainContent& content) {
  LinkedShape shape;
  json::object extras;
  std::visit(Writer{shape, extras}, content);
  if (!extras.empty()) shape.object["linked"] = std::move(extras);
  return shape;
}

LinkedShape linked_shape(const ReceivedMessage& message) {
  LinkedShape shape;
  json::object extras;
  shape.object["from"] = linked_address_text(message.sender, message.sender_alt);
  if (message.chat.kind() == JidKind::group) shape.object["group_id"] = message.chat.text();
  shape.object["id"] = message.message_id;
  shape.object["timestamp"] = seconds_text(message.at);
  std::visit(Writer{shape, extras}, message.content);
  if (auto context = context_of(message); !context.empty()) shape.object["context"] = std::move(context);
  add_circumstances(message, extras);
  shape.object["linked"] = std::move(extras);
  return shape;
}

}  // namespace wherry
