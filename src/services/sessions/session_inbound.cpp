#include "services/sessions/session_inbound.h"

#include "base/log.h"
#include "services/sessions/linked_events.h"
#include "services/sessions/linked_marks.h"

namespace wherry {

Task<Result<void>> SessionInbound::received(ChannelId channel, linked::ReceivedMessage message) {
  if (message.history) {
    ++counters_.history;
    co_return Result<void>();
  }
  if (message.chat.kind() == JidKind::broadcast) {
    ++counters_.status_posts;
    co_return Result<void>();
  }
  KeptBytes kept{channel, message.chat.text(), message.message_id, Secret(std::move(message.bytes)), {}};
  if (!message.from_me) kept.author = message.sender.text();
  CO_TRY_VOID(co_await parts_.keys.keep(std::move(kept)));
  std::vector<InboundEvent> events;
  events.push_back(to_inbound_event(linked_address(channel), message, tokens_));
  CO_TRY_VOID(co_await parts_.inbox.receive(std::move(events)));
  co_return co_await keep_beside(channel, std::move(message));
}

// What the chat shows beyond the message itself. It may be stored twice: the same again changes nothing.
Task<Result<void>> SessionInbound::keep_beside(ChannelId channel, linked::ReceivedMessage message) {
  auto who = person_of(message.sender, message.sender_alt);
  auto mark = to_mark(message);
  const bool own = message.from_me && is_plain(message.content);
  if (!mark && !own) {
    if (message.from_me) co_return Result<void>();
    if (!message.push_name.empty()) who.push_name = message.push_name;
    co_await parts_.people.heard_from(channel, message.chat, std::move(who));
    co_return Result<void>();
  }
  CO_TRY(auto chat, co_await parts_.chats.find(channel, message.chat.text()));
  if (!chat && message.chat_alt) {
    CO_TRY(chat, co_await parts_.chats.find(channel, message.chat_alt->text()));
  }
  if (!chat) co_return Result<void>();
  if (mark) co_return co_await parts_.chats.mark(chat->conversation, std::move(*mark));
  auto kept = to_own_message(message, chat->tenant, channel, parts_.clock.now());
  co_return co_await parts_.chats.keep_own(chat->conversation, std::move(kept));
}

Task<Result<void>> SessionInbound::sending(ChannelId channel, linked::SentBytes sent) {
  KeptBytes kept{channel, sent.chat.text(), std::move(sent.message_id), Secret(std::move(sent.bytes)), {}, true};
  co_return co_await parts_.keys.keep(std::move(kept));
}

Task<Result<void>> SessionInbound::acknowledged(ChannelId channel, linked::Acknowledgement ack) {
  if (!ack.accepted) {
    CO_TRY(const auto message, co_await parts_.messages.find_message_by_wamid(ack.message_id));
    const bool unsettled = message && message->channel == channel && message->state == MessageState::uncertain;
    if (!unsettled) co_return Result<void>();
  }
  std::vector<InboundEvent> events;
  events.push_back(to_status(linked_address(channel), ack));
  co_return co_await parts_.inbox.receive(std::move(events));
}

Task<Result<void>> SessionInbound::receipt(ChannelId channel, linked::Receipt receipt) {
  auto events = to_events(linked_address(channel), receipt);
  if (events.empty()) co_return Result<void>();
  co_return co_await parts_.inbox.receive(std::move(events));
}

// Notices are not repeated: what cannot be stored is lost, and that is said.
Task<void> SessionInbound::tell(ChannelId channel, std::vector<InboundEvent> events) {
  if (events.empty()) co_return;
  auto stored = co_await parts_.inbox.receive(std::move(events));
  if (!stored) log::warn("session_notice_not_stored", {{"session", channel.text()}, {"error", to_string(stored.error().code)}});
}

Task<void> SessionInbound::call(ChannelId channel, linked::CallNotice notice) {
  std::vector<InboundEvent> events;
  events.push_back(to_event(linked_address(channel), notice));
  co_await tell(channel, std::move(events));
}

Task<void> SessionInbound::groups(ChannelId channel, linked::GroupsNotice notice) {
  auto events = to_events(linked_address(channel), notice, parts_.clock.now());
  co_await tell(channel, std::move(events));
}

void SessionInbound::undecryptable(ChannelId channel) {
  ++counters_.undecryptable;
  log::info("session_message_undecryptable", {{"session", channel.text()}});
}

}  // namespace wherry
