#include <algorithm>

#include "api/sessions/envelope.h"
#include "domain/jid.h"

namespace wherry::api::sessions {

namespace {

json::object object_in(std::string_view text) {
  auto parsed = json::parse(text);
  return parsed && parsed->is_object() ? std::move(parsed->get_object()) : json::object();
}

std::string text_in(const json::object& object, std::string_view name) { return std::string(json::find_string(object, name).value_or("")); }

json::value text_or_null(std::string text) { return text.empty() ? json::value(nullptr) : json::value(std::move(text)); }

std::string message_type(std::string_view type) { return type == "contacts" ? "contact" : std::string(type); }

bool is_media(std::string_view type) {
  return type == "image" || type == "video" || type == "audio" || type == "document" || type == "sticker";
}

json::object received(const JournalItem& item) {
  const auto& message = *item.inbound;
  const auto raw = object_in(message.raw);
  const auto* linked = json::find_object(raw, "linked");
  const json::object none;
  const auto& about = linked == nullptr ? none : *linked;
  auto chat = text_in(about, "chat");
  if (chat.empty()) chat = jid_text(message.from);
  auto sender = text_in(about, "sender");
  if (sender.empty()) sender = chat;
  auto name = text_in(about, "push_name");
  if (name.empty()) name = message.from.profile_name.value_or("");
  return {{"waMessageId", message.wamid},
          {"chatJid", chat},
          {"senderJid", sender},
          {"fromMe", false},
          {"direction", "in"},
          {"type", message_type(message.type)},
          {"body", message.text},
          {"hasMedia", message.file != InboundView::File::none},
          {"pushName", text_or_null(name)},
          {"quotedMessageId", text_or_null(message.reply_to)},
          {"timestamp", to_unix_millis(message.at)}};
}

// Written on the phone, or on another device of the account.
json::object own(const JournalItem& item) {
  const auto body = object_in(item.event.body);
  const auto type = text_in(body, "type");
  const auto* message = json::find_object(body, "message");
  const auto* context = message == nullptr ? nullptr : json::find_object(*message, "context");
  return {{"waMessageId", text_in(body, "messageId")},
          {"chatJid", text_in(body, "chatJid")},
          {"senderJid", text_in(body, "senderJid")},
          {"fromMe", true},
          {"direction", "out"},
          {"type", message_type(type)},
          {"body", text_in(body, "text")},
          {"hasMedia", is_media(type)},
          {"pushName", nullptr},
          {"quotedMessageId", text_or_null(context == nullptr ? "" : text_in(*context, "id"))},
          {"timestamp", to_unix_millis(item.event.at)}};
}

std::optional<int> ack_level(std::string_view status) {
  if (status == "failed") return -1;
  if (status == "sent") return 1;
  if (status == "delivered") return 2;
  if (status == "read") return 3;
  if (status == "played") return 4;
  return std::nullopt;
}

std::string error_in(const json::object& body) {
  const auto* error = json::find_object(body, "error");
  return error == nullptr ? std::string() : text_in(*error, "title");
}

std::optional<json::object> status(const JournalItem& item) {
  const auto body = object_in(item.event.body);
  auto word = text_in(body, "status");
  if (item.event.kind == "message.sent") word = "sent";
  if (item.event.kind == "message.failed") word = "failed";
  const auto level = ack_level(word);
  if (!level) return std::nullopt;
  const auto raw = object_in(text_in(body, "raw"));
  const auto* linked = json::find_object(raw, "linked");
  auto chat = linked == nullptr ? std::string() : text_in(*linked, "chat");
  if (chat.empty()) chat = jid_text(item.with);
  const auto id = text_in(body, "wamid");
  const auto outbox = item.event.subject.is_null() ? std::string() : MessageId{item.event.subject}.text();
  auto error = error_in(body);
  if (word == "failed" && error.empty()) error = "not sent";
  return json::object{
      {"messageId", id}, {"waMessageId", id},  {"outboxId", outbox},           {"chatJid", chat},
      {"status", word},  {"ackLevel", *level}, {"error", text_or_null(error)}, {"timestamp", to_unix_millis(item.event.at)}};
}

std::optional<json::object> vote(const JournalItem& item) {
  const auto body = object_in(item.event.body);
  // Of a poll that is not known any more nobody can tell what was chosen.
  if (const auto* unreadable = json::find(body, "unreadable"); unreadable != nullptr) return std::nullopt;
  json::array options;
  if (const auto* list = json::find_array(body, "options")) options = *list;
  return json::object{{"pollMessageId", text_in(body, "pollMessageId")},
                      {"chatJid", text_in(body, "chatJid")},
                      {"voterJid", text_in(body, "voterJid")},
                      {"options", std::move(options)},
                      {"timestamp", to_unix_millis(item.event.at)}};
}

json::object session_status(const JournalItem& item) {
  const auto body = object_in(item.event.body);
  return {{"status", text_in(body, "status")},
          {"previous", text_in(body, "previous")},
          {"waJid", text_or_null(text_in(body, "waJid"))},
          {"phoneNumber", text_or_null(text_in(body, "phoneNumber"))}};
}

std::optional<json::object> qr(const JournalItem& item) {
  const auto body = object_in(item.event.body);
  const auto* expires = json::find(body, "expiresAt");
  if (expires == nullptr) return std::nullopt;
  return json::object{{"code", text_in(body, "code")}, {"expiresAt", *expires}};
}

}  // namespace

std::string jid_text(const ContactIdentity& who) {
  const auto address = who.bsuid ? Jid::parse(*who.bsuid) : std::nullopt;
  if (address && !address->is_person()) return address->text();
  if (who.wa_id) return Jid::of(*who.wa_id).text();
  return who.bsuid.value_or("");
}

std::optional<json::object> payload_of(const JournalItem& item) {
  const auto& kind = item.event.kind;
  if (kind == "message.received") return item.inbound ? std::optional(received(item)) : std::nullopt;
  if (kind == "message.own") return own(item);
  if (kind == "message.sent" || kind == "message.failed" || kind == "message.status") return status(item);
  if (kind == "poll.vote") return vote(item);
  if (kind == "session.status") return session_status(item);
  if (kind == "auth.qr") return qr(item);
  return std::nullopt;
}

}  // namespace wherry::api::sessions
