#pragma once

#include <string>

#include "base/json.h"
#include "services/ports/linked_transport.h"
#include "upstream/linked_device/options.h"

/// The fields of the gateway's requests (docs/formats/linked-device.md, section 5).
namespace wherry::linked {

json::object encode_settings(const Settings& settings, const LinkedOptions& options);
json::object encode_pair(const PairBy& method);

/// `shared_path` is where the transport finds the file of a medium; "" for other kinds.
json::object encode_send(const OutgoingMessage& message, const std::string& shared_path);
json::object encode_edit(const OutgoingEdit& edit);
json::object encode_revoke(const OutgoingRevoke& revoke);
json::object encode_reaction(const OutgoingReaction& reaction);
json::object encode_vote(const OutgoingVote& vote);
json::object encode_forward(const OutgoingForward& forward);

json::object encode_receipts(const Jid& chat, ReceiptType type, const std::vector<ReadMessage>& messages);
json::object encode_typing(const Jid& chat, Typing state);
/// Errors: invalid_argument: the token is not one that was received.
Result<json::object> encode_download(const RemoteFile& file, const std::string& shared_path);
json::object encode_numbers(const std::vector<WaId>& numbers);
json::object encode_group_edit(const Jid& group, const GroupEdit& edit);
json::object encode_members(const MembersChange& change);
json::object encode_chat_edit(const Jid& chat, const ChatEdit& edit);
json::array encode_jids(const std::vector<Jid>& jids);

/// An answer to keys.get: as many keys as fit into one frame.
struct EncodedKeys {
  json::object ok;
  std::string blob;
};
/// Errors: internal (the first key fits into no frame).
Result<EncodedKeys> encode_keys(const KeyPage& page);

}  // namespace wherry::linked
