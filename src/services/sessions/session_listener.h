#pragma once

#include "services/sessions/session_inbound.h"
#include "services/sessions/session_people.h"

namespace wherry {

/// What a linked-device transport tells, handed to the part it is for. Sessions nobody knows are not_found, which ends them there.
class SessionListener final : public linked::Listener {
 public:
  struct Parts {
    SessionTable& table;
    SessionStates& states;
    SessionKeys& keys;
    SessionInbound& inbound;
    SessionPeople& people;
  };
  explicit SessionListener(Parts parts) : parts_(parts) {}

  Task<Result<linked::KeyPage>> get_keys(linked::SessionId session, std::string type, std::vector<std::string> ids) override;
  Task<Result<void>> set_keys(linked::SessionId session, linked::KeyFormat format, std::vector<linked::Key> changes) override;
  Task<Result<void>> wipe_keys(linked::SessionId session, linked::Reason reason) override;
  Task<Result<void>> paired(linked::SessionId session, linked::Pairing pairing) override;
  Task<Result<void>> received(linked::SessionId session, linked::ReceivedMessage message) override;
  Task<Result<void>> sending(linked::SessionId session, linked::SentBytes sent) override;
  Task<Result<void>> acknowledged(linked::SessionId session, linked::Acknowledgement ack) override;
  Task<Result<void>> receipt(linked::SessionId session, linked::Receipt receipt) override;
  Task<Result<std::optional<std::string>>> message_bytes(linked::SessionId session, linked::BytesQuery query) override;

  Task<void> state_changed(linked::SessionId session, linked::StateChange change) override;
  Task<void> qr(linked::SessionId session, linked::QrCode code) override;
  Task<void> pairing_code(linked::SessionId session, linked::PairingCode code) override;
  Task<void> call(linked::SessionId session, linked::CallNotice notice) override;
  Task<void> groups(linked::SessionId session, linked::GroupsNotice notice) override;
  Task<void> undecryptable(linked::SessionId session, linked::UndecryptableNotice notice) override;
  Task<void> restricted(linked::SessionId session, std::optional<Timestamp> until) override;
  Task<void> chats(linked::SessionId session, std::vector<linked::ChatChange> chats) override;
  Task<void> contacts(linked::SessionId session, std::vector<linked::ContactChange> contacts) override;
  // No door tells of these, and they are worth nothing later.
  Task<void> typing(linked::SessionId, linked::TypingNotice) override { co_return; }
  Task<void> presence(linked::SessionId, linked::PresenceNotice) override { co_return; }
  Task<void> history(linked::SessionId, linked::HistoryNotice) override { co_return; }

 private:
  Result<ChannelId> channel_of(const linked::SessionId& session) const;

  Parts parts_;
};

}  // namespace wherry
