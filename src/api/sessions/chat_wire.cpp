#include "api/sessions/chat_wire.h"

#include "api/sessions/envelope.h"
#include "api/sessions/wire.h"
#include "base/overloaded.h"
#include "domain/jid.h"
#include "services/sessions/linked_marks.h"

namespace wherry::api::sessions {

namespace {

std::string_view chat_type(const std::string& jid) {
  const auto parsed = Jid::parse(jid);
  if (!parsed) return "dm";
  if (parsed->kind() == JidKind::group) return "group";
  return parsed->kind() == JidKind::newsletter ? "channel" : "dm";
}

int ack_level(MessageState state) {
  switch (state) {
    case MessageState::accepted:
    case MessageState::sending:
    case MessageState::uncertain: return 0;
    case MessageState::sent: return 1;
    case MessageState::delivered: return 2;
    case MessageState::read: return 3;
    case MessageState::played: return 4;
    case MessageState::failed:
    case MessageState::cancelled: return -1;
  }
  return 0;
}

std::string_view status_word(MessageState state) {
  switch (state) {
    case MessageState::accepted:
    case MessageState::sending: return "queued";
    case MessageState::uncertain: return "pending";
    case MessageState::sent: return "sent";
    case MessageState::delivered: return "delivered";
    case MessageState::read: return "read";
    case MessageState::played: return "played";
    case MessageState::failed:
    case MessageState::cancelled: return "failed";
  }
  return "pending";
}

std::string_view type_word(std::string_view type) { return type == "contacts" ? "contact" : type; }

json::value text_or_null(std::string text) { return text.empty() ? json::value(nullptr) : json::value(std::move(text)); }

json::value text_or_null(const std::optional<std::string>& text) { return text ? json::value(*text) : json::value(nullptr); }

json::value size_or_null(std::uint64_t size) { return size == 0 ? json::value(nullptr) : json::value(size); }

json::object object_in(std::string_view text) {
  auto parsed = json::parse(text);
  return parsed && parsed->is_object() ? std::move(parsed->get_object()) : json::object();
}

std::string text_in(const json::object& object, std::string_view name) { return std::string(json::find_string(object, name).value_or("")); }

json::value own_address(const Session& session) {
  return session.link.linked_to ? json::value(session.link.linked_to->jid.text()) : json::value(nullptr);
}

void add_media(json::object& out, std::string caption, std::string file_name, std::string mime_type, std::uint64_t size) {
  out["mediaCaption"] = text_or_null(std::move(caption));
  out["mediaFilename"] = text_or_null(std::move(file_name));
  out["mediaMimetype"] = text_or_null(std::move(mime_type));
  out["mediaSize"] = size_or_null(size);
}

void add_outbound(json::object& out, const HistoryItem& item, const Session& session, const std::optional<Media>& file) {
  const auto* media = std::get_if<MediaContent>(&item.content);
  out["ackLevel"] = ack_level(item.state);
  out["body"] = display_text(item.content);
  out["error"] = item.error ? item.error->title : std::string();
  out["hasMedia"] = media != nullptr;
  add_media(out, media == nullptr ? std::string() : media->caption, media == nullptr ? std::string() : media->file_name,
            file ? file->mime_type : std::string(), file ? file->size : 0);
  out["senderJid"] = own_address(session);
  out["status"] = status_word(item.state);
  out["type"] = type_word(kind_name(item.content));
}

// Of what was received, and of what the account wrote on its phone: the object it came as tells more.
void add_received(json::object& out, const HistoryItem& item, const std::string& chat, const Session& session) {
  const auto raw = object_in(item.raw);
  const json::object none;
  const auto* media = json::find_object(raw, item.type);
  const auto* linked = json::find_object(raw, "linked");
  const auto* extras = linked == nullptr ? nullptr : json::find_object(*linked, "media");
  const bool is_file = extras != nullptr || item.media.has_value();
  const auto* size = extras == nullptr ? nullptr : json::find(*extras, "size");
  const auto& file = media == nullptr ? none : *media;
  out["ackLevel"] = item.by_phone ? 1 : 2;
  out["body"] = item.text;
  out["error"] = "";
  out["hasMedia"] = is_file;
  add_media(out, is_file ? item.text : std::string(), text_in(file, "filename"), is_file ? text_in(file, "mime_type") : std::string(),
            size != nullptr && size->is_number() ? size->to_number<std::uint64_t>() : 0);
  auto sender = linked == nullptr ? std::string() : text_in(*linked, "sender");
  if (sender.empty() && chat_type(chat) != "group") sender = chat;
  out["senderJid"] = item.by_phone ? own_address(session) : text_or_null(std::move(sender));
  out["status"] = item.by_phone ? "sent" : "received";
  out["type"] = type_word(item.type);
}

// Who wrote it, as marks name people.
std::string author_of(const HistoryItem& item, const std::string& chat) {
  if (item.direction == HistoryItem::Direction::outbound) return "me";
  const auto raw = object_in(item.raw);
  const auto* linked = json::find_object(raw, "linked");
  if (linked == nullptr) return chat;
  const auto sender = Jid::parse(text_in(*linked, "sender"));
  return sender ? wherry::author_of(*sender, Jid::parse(text_in(*linked, "sender_alt")), false) : chat;
}

// Only its author gives a message other words; in a group an admin may take it away.
void apply(json::object& out, const HistoryItem& item, const std::string& chat, const std::vector<MessageMark>& marks) {
  const auto author = author_of(item, chat);
  for (const auto& mark : marks) {
    if (item.wamid.empty() || mark.message_id != item.wamid) continue;
    const bool by_author = mark.by == author;
    if (mark.text && by_author) {
      out["edited"] = true;
      out["body"] = *mark.text;
    }
    if (mark.revoked && (by_author || chat_type(chat) == "group")) out["deleted"] = true;
  }
  if (!out["deleted"].as_bool()) return;
  out["body"] = "";
  out["mediaCaption"] = nullptr;
}

// A number for JSON that stands for a text as long as it is the same.
std::int64_t number_of(std::string_view text) {
  const auto hash = sha256(text);
  std::uint64_t bits = 0;
  for (std::size_t i = 0; i < 8; ++i) bits = bits << 8 | hash[i];
  return static_cast<std::int64_t>(bits & ((1ull << 53) - 1));
}

// The same for an id: its last 53 bits.
std::int64_t number_of(const RawId& id) {
  std::uint64_t bits = 0;
  for (std::size_t i = id.bytes.size() - 8; i < id.bytes.size(); ++i) bits = bits << 8 | id.bytes[i];
  return static_cast<std::int64_t>(bits & ((1ull << 53) - 1));
}

}  // namespace

json::object chat_object(const Chat& chat) {
  auto jid = jid_text(chat.with);
  const auto type = chat_type(jid);
  json::object out;
  out["id"] = number_of(chat.conversation.raw);
  out["name"] = chat.name ? *chat.name : chat.with.profile_name.value_or(chat.with.wa_id ? chat.with.wa_id->digits : jid);
  out["jid"] = std::move(jid);
  out["sessionId"] = chat.channel.text();
  out["type"] = type;
  out["unreadCount"] = chat.unread;
  out["archived"] = chat.archived;
  out["pinned"] = chat.pinned;
  out["mutedUntil"] = time_value(chat.muted_until);
  out["lastMessageAt"] = time_value(chat.last_message_at);
  return out;
}

json::object message_object(const Chat& chat, const Session& session, const HistoryItem& item, const std::optional<Media>& file,
                            const std::vector<MessageMark>& marks) {
  const bool outbound = item.direction == HistoryItem::Direction::outbound;
  const auto jid = jid_text(chat.with);
  json::object out;
  out["id"] = item.id.text();
  out["waMessageId"] = item.wamid;
  out["chatJid"] = jid;
  out["sessionId"] = chat.channel.text();
  out["direction"] = outbound ? "out" : "in";
  out["fromMe"] = outbound;
  out["createdAt"] = to_unix_millis(item.at);
  out["timestamp"] = to_unix_millis(item.at);
  out["deleted"] = false;
  out["edited"] = false;
  out["quotedMessageId"] = text_or_null(item.reply_to);
  if (outbound && !item.by_phone) add_outbound(out, item, session, file);
  else add_received(out, item, jid, session);
  apply(out, item, jid, marks);
  return out;
}

json::object person_object(ChannelId channel, const Person& person) {
  const auto number = person.jid.number();
  return {{"id", number_of(channel.text() + "|" + person.jid.text())},
          {"lid", person.lid ? json::value(person.lid->text()) : json::value(nullptr)},
          {"name", text_or_null(person.name ? person.name : person.push_name)},
          {"businessName", text_or_null(person.business_name)},
          {"phoneJid", number ? json::value(person.jid.text()) : json::value(nullptr)},
          {"phoneNumber", number ? json::value(number->digits) : json::value(nullptr)},
          {"firstSeenAt", to_unix_millis(person.first_seen_at)},
          {"updatedAt", to_unix_millis(person.updated_at)}};
}

Person person_in(const Chat& chat) {
  const auto address = chat.with.bsuid ? Jid::parse(*chat.with.bsuid) : std::nullopt;
  Person person;
  if (chat.with.wa_id) person.jid = Jid::of(*chat.with.wa_id);
  else if (address) person.jid = *address;
  if (address && address->kind() == JidKind::lid) person.lid = address;
  person.name = chat.name;
  person.push_name = chat.with.profile_name;
  person.first_seen_at = chat.created_at;
  person.updated_at = chat.last_message_at.value_or(chat.created_at);
  return person;
}

}  // namespace wherry::api::sessions
