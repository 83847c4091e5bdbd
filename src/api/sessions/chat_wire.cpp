#include "api/sessions/chat_wire.h"

#include "api/sessions/envelope.h"
#include "api/sessions/wire.h"
#include "base/overloaded.h"
#include "domain/jid.h"

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

void add_outbound(json::object& out, const HistoryItem& item, const Session& session) {
  const auto* media = std::get_if<MediaContent>(&item.content);
  out["ackLevel"] = ack_level(item.state);
  out["body"] = display_text(item.content);
  out["error"] = item.error ? item.error->title : std::string();
  out["hasMedia"] = media != nullptr;
  out["mediaCaption"] = text_or_null(media == nullptr ? std::string() : media->caption);
  out["mediaFilename"] = text_or_null(media == nullptr ? std::string() : media->file_name);
  out["senderJid"] = session.link.linked_to ? json::value(session.link.linked_to->jid.text()) : json::value(nullptr);
  out["status"] = status_word(item.state);
  out["type"] = type_word(kind_name(item.content));
}

void add_inbound(json::object& out, const HistoryItem& item, const std::string& chat) {
  const bool group = chat_type(chat) == "group";
  out["ackLevel"] = 2;
  out["body"] = item.text;
  out["error"] = "";
  out["hasMedia"] = item.media.has_value();
  out["mediaCaption"] = text_or_null(item.media ? item.text : std::string());
  out["mediaFilename"] = nullptr;
  out["senderJid"] = group ? json::value(nullptr) : json::value(chat);
  out["status"] = "received";
  out["type"] = type_word(item.type);
}

}  // namespace

std::int64_t number_of(const RawId& id) {
  std::uint64_t bits = 0;
  for (std::size_t i = id.bytes.size() - 8; i < id.bytes.size(); ++i) bits = bits << 8 | id.bytes[i];
  return static_cast<std::int64_t>(bits & ((1ull << 53) - 1));
}

json::object chat_object(const Chat& chat) {
  auto jid = jid_text(chat.with);
  const auto type = chat_type(jid);
  json::object out;
  out["id"] = number_of(chat.conversation.raw);
  out["name"] = chat.with.profile_name.value_or(chat.with.wa_id ? chat.with.wa_id->digits : jid);
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

json::object message_object(const Chat& chat, const Session& session, const HistoryItem& item) {
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
  if (outbound) add_outbound(out, item, session);
  else add_inbound(out, item, jid);
  return out;
}

}  // namespace wherry::api::sessions
