#pragma once

#include <optional>
#include <string>
#include <vector>

#include "base/json.h"
#include "services/channels/channels.h"
#include "services/ports/journal_store.h"

namespace wherry::api::sessions {

/// The journal kinds that clients of the door are told of.
std::vector<std::string> told_kinds();
/// What clients call an event of that kind: "message" for "message.received"; empty for one that is not told.
std::string event_name(std::string_view kind);

/// "evt_" and a ULID: the same for every telling of the event, and where a stream goes on from.
std::string event_id(const JournalEvent& event);
/// The sequence that an event id stands for; nullopt when it is none.
std::optional<std::uint64_t> sequence_of(std::string_view event_id);

/// {"schema","id","event","session","organization","timestamp","payload"}; nullopt when there is nothing to tell.
std::optional<json::object> envelope(const JournalItem& item);
/// The payload alone.
std::optional<json::object> payload_of(const JournalItem& item);

/// The address of a customer or a group.
std::string jid_text(const ContactIdentity& who);

}  // namespace wherry::api::sessions
