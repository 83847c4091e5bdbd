#include "services/sessions/linked_events.h"

#include "base/json.h"
#include "base/overloaded.h"
#include "services/sessions/linked_marks.h"
#include "services/sessions/linked_shape.h"

namespace wherry {

namespace {

using linked::ReceivedMessage;

// Who the conversation is with: the other person, or the group.
ContactIdentity contact_of(const Jid& chat, const std::optional<Jid>& alt) {
  ContactIdentity who;
  if (!chat.is_person()) {
    who.bsuid = chat.text();
    return who;
  }
  who.wa_id = number_of(chat, alt);
  for (const auto* jid : {&chat, alt ? &*alt : nullptr}) {
    if (jid != nullptr && jid->kind() == JidKind::lid) who.bsuid = jid->text();
  }
  if (!who.wa_id && !who.bsuid) who.bsuid = chat.text();
  return who;
}

std::string place_of(const ReceivedMessage& message) { return message.chat.text() + "|" + message.sender.text(); }

json::object about(const ReceivedMessage& message) {
  json::object body;
  body["chatJid"] = message.chat.text();
  body["senderJid"] = message.sender.text();
  if (message.sender_alt) body["senderAlt"] = message.sender_alt->text();
  body["fromMe"] = message.from_me;
  body["timestamp"] = to_unix_millis(message.at);
  return body;
}

LinkedEvent event_of(const std::string& phone_number_id, const ReceivedMessage& message, std::string kind, const json::object& body) {
  LinkedEvent event;
  event.phone_number_id = phone_number_id;
  event.kind = std::move(kind);
  event.once = place_of(message) + "|" + message.message_id;
  event.with = contact_of(message.chat, message.chat_alt);
  event.at = message.at;
  event.body = json::serialize(body);
  return event;
}

json::array texts(const std::vector<std::string>& list) {
  json::array out;
  for (const auto& one : list) out.emplace_back(one);
  return out;
}

json::array texts(const std::vector<Jid>& list) {
  json::array out;
  for (const auto& one : list) out.emplace_back(one.text());
  return out;
}

// Of those contents that are no message: their event.
std::optional<LinkedEvent> own_event(const std::string& phone_number_id, const ReceivedMessage& message) {
  auto body = about(message);
  if (const auto* edit = std::get_if<linked::Edit>(&message.content)) {
    auto shape = linked_shape(edit->content);
    body["messageId"] = edit->target.id;
    if (edit->target.sender) body["authorJid"] = edit->target.sender->text();
    body["editId"] = message.message_id;
    body["type"] = shape.type;
    body["text"] = shape.text;
    body["message"] = std::move(shape.object);
    return event_of(phone_number_id, message, "message.edited", body);
  }
  if (const auto* revoke = std::get_if<linked::Revoke>(&message.content)) {
    body["messageId"] = revoke->target.id;
    if (revoke->target.sender) body["authorJid"] = revoke->target.sender->text();
    return event_of(phone_number_id, message, "message.revoked", body);
  }
  if (const auto* vote = std::get_if<linked::Vote>(&message.content)) {
    body["pollMessageId"] = vote->target.id;
    body["voterJid"] = message.sender.text();
    body["options"] = texts(vote->options);
    if (vote->unreadable) body["unreadable"] = true;
    return event_of(phone_number_id, message, "poll.vote", body);
  }
  if (const auto* notice = std::get_if<linked::SystemNotice>(&message.content)) {
    body["type"] = notice->type;
    body["parameters"] = texts(notice->parameters);
    return event_of(phone_number_id, message, "chat.notice", body);
  }
  if (!message.from_me) return std::nullopt;
  auto shape = linked_shape(message);
  body["messageId"] = message.message_id;
  body["type"] = shape.type;
  body["text"] = shape.text;
  body["message"] = std::move(shape.object);
  return event_of(phone_number_id, message, "message.own", body);
}

StatusUpdate status(const std::string& phone_number_id, const std::string& id, std::string word, const Jid& recipient, Timestamp at) {
  StatusUpdate update;
  update.phone_number_id = phone_number_id;
  update.wamid = id;
  update.status = std::move(word);
  update.recipient = linked_address_text(recipient);
  update.at = at;
  return update;
}

json::object raw_status(const StatusUpdate& update, const Jid& chat) {
  json::object raw;
  raw["id"] = update.wamid;
  raw["status"] = update.status;
  raw["timestamp"] = std::to_string(to_unix_millis(update.at) / 1000);
  raw["recipient_id"] = linked_address_text(chat);
  if (chat.kind() == JidKind::group) raw["recipient_type"] = "group";
  raw["linked"] = json::object{{"chat", chat.text()}};
  return raw;
}

std::string_view word_for(linked::ReceiptType type) {
  switch (type) {
    case linked::ReceiptType::delivered: return "delivered";
    case linked::ReceiptType::read: return "read";
    case linked::ReceiptType::played: return "played";
  }
  return "delivered";
}

std::string_view word_for(linked::CallNotice::State state) {
  using State = linked::CallNotice::State;
  switch (state) {
    case State::offer: return "offer";
    case State::accepted: return "accepted";
    case State::rejected: return "rejected";
    case State::timeout: return "timeout";
    case State::ended: return "ended";
  }
  return "ended";
}

std::string_view word_for(linked::MemberAction action) {
  switch (action) {
    case linked::MemberAction::add: return "add";
    case linked::MemberAction::remove: return "remove";
    case linked::MemberAction::promote: return "promote";
    case linked::MemberAction::demote: return "demote";
  }
  return "add";
}

LinkedEvent group_event(const std::string& phone_number_id, std::string kind, const Jid& group, const json::object& body, Timestamp now) {
  LinkedEvent event;
  event.phone_number_id = phone_number_id;
  event.kind = std::move(kind);
  event.body = json::serialize(body);
  event.once = std::to_string(to_unix_millis(now)) + "|" + event.body;
  event.with = contact_of(group, std::nullopt);
  event.at = now;
  return event;
}

}  // namespace

InboundEvent to_inbound_event(const std::string& phone_number_id, const ReceivedMessage& message, const MediaTokens& tokens) {
  if (auto event = own_event(phone_number_id, message)) return std::move(*event);
  auto shape = linked_shape(message);
  InboundMessage inbound;
  inbound.phone_number_id = phone_number_id;
  inbound.wamid = message.message_id;
  inbound.place = place_of(message);
  inbound.from = contact_of(message.chat, message.chat_alt);
  if (message.chat.is_person() && !message.push_name.empty()) inbound.from.profile_name = message.push_name;
  inbound.at = message.at;
  inbound.type = std::move(shape.type);
  inbound.text = std::move(shape.text);
  inbound.reply_to = replied_to(message);
  if (const auto* media = std::get_if<linked::ReceivedMedia>(&message.content)) {
    const auto hash = media->file.sha256 ? to_base64(*media->file.sha256) : std::string();
    inbound.media = InboundMedia{tokens.seal(media->file), media->file.mime_type, hash, media->file_name};
  }
  inbound.raw = json::serialize(shape.object);
  return inbound;
}

StatusUpdate to_status(const std::string& phone_number_id, const linked::Acknowledgement& ack) {
  auto update = status(phone_number_id, ack.message_id, ack.accepted ? "sent" : "failed", ack.chat, ack.at);
  auto raw = raw_status(update, ack.chat);
  if (!ack.accepted) {
    UpstreamError error;
    error.code = ack.wa_code;
    error.title = ack.reason.empty() ? "refused by WhatsApp" : ack.reason;
    raw["errors"] = json::array{json::object{{"code", error.code}, {"title", error.title}}};
    update.error = std::move(error);
  }
  update.raw = json::serialize(raw);
  return update;
}

std::vector<InboundEvent> to_events(const std::string& phone_number_id, const linked::Receipt& receipt) {
  std::vector<InboundEvent> events;
  if (receipt.by_me) {
    LinkedEvent event;
    event.phone_number_id = phone_number_id;
    event.kind = "chat.read";
    event.with = contact_of(receipt.chat, std::nullopt);
    event.at = receipt.at;
    const json::object body{
        {"chatJid", receipt.chat.text()}, {"messageIds", texts(receipt.message_ids)}, {"timestamp", to_unix_millis(receipt.at)}};
    event.body = json::serialize(body);
    event.once = event.body;
    events.emplace_back(std::move(event));
    return events;
  }
  for (const auto& id : receipt.message_ids) {
    const auto& who = receipt.participant ? *receipt.participant : receipt.chat;
    auto update = status(phone_number_id, id, std::string(word_for(receipt.type)), who, receipt.at);
    auto raw = raw_status(update, receipt.chat);
    if (receipt.participant) raw["recipient_participant_id"] = linked_address_text(*receipt.participant);
    update.raw = json::serialize(raw);
    events.emplace_back(std::move(update));
  }
  return events;
}

InboundEvent to_event(const std::string& phone_number_id, const linked::CallNotice& call) {
  LinkedEvent event;
  event.phone_number_id = phone_number_id;
  event.kind = "call";
  event.once = call.call_id + "|" + std::string(word_for(call.state));
  event.with = contact_of(call.chat, std::nullopt);
  event.at = call.at;
  const json::object body{{"callId", call.call_id},        {"fromJid", call.from.text()}, {"chatJid", call.chat.text()},
                          {"state", word_for(call.state)}, {"video", call.video},         {"timestamp", to_unix_millis(call.at)}};
  event.body = json::serialize(body);
  return event;
}

std::vector<InboundEvent> to_events(const std::string& phone_number_id, const linked::GroupsNotice& notice, Timestamp now) {
  std::vector<InboundEvent> events;
  for (const auto& group : notice.groups) {
    json::object body{{"groupJid", group.jid.text()}};
    if (group.subject) body["subject"] = *group.subject;
    if (group.description) body["description"] = *group.description;
    if (group.owner) body["ownerJid"] = group.owner->text();
    if (group.announce) body["announce"] = *group.announce;
    if (group.locked) body["locked"] = *group.locked;
    if (group.size) body["size"] = *group.size;
    events.emplace_back(group_event(phone_number_id, "group.changed", group.jid, body, now));
  }
  if (notice.members) {
    const auto& change = *notice.members;
    const json::object body{
        {"groupJid", change.group.text()}, {"action", word_for(change.action)}, {"participants", texts(change.participants)}};
    events.emplace_back(group_event(phone_number_id, "group.members", change.group, body, now));
  }
  return events;
}

}  // namespace wherry
