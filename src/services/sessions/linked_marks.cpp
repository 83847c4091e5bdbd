#include "services/sessions/linked_marks.h"

#include "base/json.h"
#include "services/sessions/linked_shape.h"

namespace wherry {

using linked::ReceivedMessage;

std::string author_of(const Jid& sender, const std::optional<Jid>& alt, bool from_me) {
  if (from_me) return "me";
  const bool by_alt = alt && sender.kind() == JidKind::lid && alt->kind() == JidKind::user;
  return by_alt ? alt->text() : sender.text();
}

std::optional<MessageMark> to_mark(const ReceivedMessage& message) {
  MessageMark mark;
  mark.by = author_of(message.sender, message.sender_alt, message.from_me);
  if (const auto* edit = std::get_if<linked::Edit>(&message.content)) {
    mark.message_id = edit->target.id;
    mark.text = linked_shape(edit->content).text;
    return mark;
  }
  if (const auto* revoke = std::get_if<linked::Revoke>(&message.content)) {
    mark.message_id = revoke->target.id;
    mark.revoked = true;
    return mark;
  }
  return std::nullopt;
}

bool is_plain(const linked::ReceivedContent& content) {
  return !std::holds_alternative<linked::Edit>(content) && !std::holds_alternative<linked::Revoke>(content) &&
         !std::holds_alternative<linked::Vote>(content) && !std::holds_alternative<linked::SystemNotice>(content) &&
         !std::holds_alternative<linked::Reaction>(content);
}

OwnMessage to_own_message(const ReceivedMessage& message, TenantId tenant, ChannelId channel, Timestamp now) {
  auto shape = linked_shape(message);
  OwnMessage own;
  own.id = MessageId::make(now);
  own.tenant = tenant;
  own.channel = channel;
  own.wamid = message.message_id;
  own.type = std::move(shape.type);
  own.text = std::move(shape.text);
  own.reply_to = replied_to(message);
  own.raw = json::serialize(shape.object);
  own.at = now;
  return own;
}

std::string replied_to(const ReceivedMessage& message) {
  if (const auto* reaction = std::get_if<linked::Reaction>(&message.content)) return reaction->target.id;
  return message.quoted ? message.quoted->id : std::string();
}

}  // namespace wherry
