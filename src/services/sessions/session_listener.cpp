#include "services/sessions/session_listener.h"

namespace wherry {

Result<ChannelId> SessionListener::channel_of(const linked::SessionId& session) const {
  const auto channel = ChannelId::parse(session.text);
  if (!channel || !parts_.table.find(*channel)) return Error{ErrorCode::not_found, "no such session"};
  return *channel;
}

Task<Result<linked::KeyPage>> SessionListener::get_keys(linked::SessionId session, std::string type, std::vector<std::string> ids) {
  CO_TRY(const auto channel, channel_of(session));
  co_return co_await parts_.keys.get(channel, std::move(type), std::move(ids));
}

Task<Result<void>> SessionListener::set_keys(linked::SessionId session, linked::KeyFormat format, std::vector<linked::Key> changes) {
  CO_TRY(const auto channel, channel_of(session));
  co_return co_await parts_.keys.set(channel, std::move(format), std::move(changes));
}

Task<Result<void>> SessionListener::wipe_keys(linked::SessionId session, linked::Reason reason) {
  CO_TRY(const auto channel, channel_of(session));
  co_return co_await parts_.keys.wipe(channel, reason);
}

Task<Result<void>> SessionListener::paired(linked::SessionId session, linked::Pairing pairing) {
  CO_TRY(const auto channel, channel_of(session));
  co_return co_await parts_.states.linked_to(channel, std::move(pairing));
}

Task<Result<void>> SessionListener::received(linked::SessionId session, linked::ReceivedMessage message) {
  CO_TRY(const auto channel, channel_of(session));
  co_return co_await parts_.inbound.received(channel, std::move(message));
}

Task<Result<void>> SessionListener::sending(linked::SessionId session, linked::SentBytes sent) {
  CO_TRY(const auto channel, channel_of(session));
  co_return co_await parts_.inbound.sending(channel, std::move(sent));
}

Task<Result<void>> SessionListener::acknowledged(linked::SessionId session, linked::Acknowledgement ack) {
  CO_TRY(const auto channel, channel_of(session));
  co_return co_await parts_.inbound.acknowledged(channel, std::move(ack));
}

Task<Result<void>> SessionListener::receipt(linked::SessionId session, linked::Receipt receipt) {
  CO_TRY(const auto channel, channel_of(session));
  co_return co_await parts_.inbound.receipt(channel, std::move(receipt));
}

Task<Result<std::optional<std::string>>> SessionListener::message_bytes(linked::SessionId session, linked::BytesQuery query) {
  CO_TRY(const auto channel, channel_of(session));
  co_return co_await parts_.keys.find(channel, std::move(query));
}

Task<void> SessionListener::state_changed(linked::SessionId session, linked::StateChange change) {
  const auto channel = channel_of(session);
  if (channel) co_await parts_.states.record(*channel, std::move(change));
}

Task<void> SessionListener::qr(linked::SessionId session, linked::QrCode code) {
  const auto channel = channel_of(session);
  if (channel) co_await parts_.states.show_qr(*channel, std::move(code));
}

Task<void> SessionListener::pairing_code(linked::SessionId session, linked::PairingCode code) {
  const auto channel = channel_of(session);
  if (channel) parts_.states.show_pairing_code(*channel, std::move(code));
  co_return;
}

Task<void> SessionListener::call(linked::SessionId session, linked::CallNotice notice) {
  const auto channel = channel_of(session);
  if (channel) co_await parts_.inbound.call(*channel, std::move(notice));
}

Task<void> SessionListener::groups(linked::SessionId session, linked::GroupsNotice notice) {
  const auto channel = channel_of(session);
  if (!channel) co_return;
  co_await parts_.people.groups(*channel, notice);
  co_await parts_.inbound.groups(*channel, std::move(notice));
}

Task<void> SessionListener::chats(linked::SessionId session, std::vector<linked::ChatChange> chats) {
  const auto channel = channel_of(session);
  if (channel) co_await parts_.people.chats(*channel, std::move(chats));
}

Task<void> SessionListener::contacts(linked::SessionId session, std::vector<linked::ContactChange> contacts) {
  const auto channel = channel_of(session);
  if (channel) co_await parts_.people.learn(*channel, std::move(contacts));
}

Task<void> SessionListener::undecryptable(linked::SessionId session, linked::UndecryptableNotice) {
  const auto channel = channel_of(session);
  if (channel) parts_.inbound.undecryptable(*channel);
  co_return;
}

Task<void> SessionListener::restricted(linked::SessionId session, std::optional<Timestamp> until) {
  const auto channel = channel_of(session);
  if (channel) co_await parts_.states.restricted(*channel, until);
}

}  // namespace wherry
