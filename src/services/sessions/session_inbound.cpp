#include "services/sessions/session_inbound.h"

#include "base/log.h"
#include "services/sessions/linked_events.h"

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
  co_return co_await parts_.inbox.receive(std::move(events));
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
