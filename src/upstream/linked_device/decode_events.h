#pragma once

#include <vector>

#include "services/ports/linked_listener.h"
#include "services/ports/linked_transport.h"
#include "upstream/linked_device/frames.h"

/// What the transport tells (docs/formats/linked-device.md, section 6), as values.
/// Errors of all: invalid_argument, whose message is the path of the wrong field.
namespace wherry::linked {

inline constexpr std::size_t max_listed = 200;  ///< chats or contacts of one event

Result<StateChange> decode_state(const json::object& event);
Result<QrCode> decode_qr(const json::object& event);
Result<PairingCode> decode_pairing_code(const json::object& event);
Result<TypingNotice> decode_typing(const json::object& event);
Result<PresenceNotice> decode_presence(const json::object& event);
Result<std::vector<ChatChange>> decode_chats(const json::object& event);
Result<std::vector<ContactChange>> decode_contacts(const json::object& event);
Result<GroupsNotice> decode_groups(const json::object& event);
Result<CallNotice> decode_call(const json::object& event);
HistoryNotice decode_history(const json::object& event);
Result<UndecryptableNotice> decode_undecryptable(const json::object& event);
std::optional<Timestamp> decode_restricted(const json::object& event);
/// Of a `health` event; pid, version and restarts are not in it.
Result<ProcessHealth> decode_health(const json::object& event);

}  // namespace wherry::linked
