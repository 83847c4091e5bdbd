#pragma once

#include <vector>

#include "domain/inbound.h"
#include "services/ports/linked_listener.h"
#include "services/sessions/media_token.h"

namespace wherry {

/// What a linked number received, as the Inbox takes it. A person who is known by number is that contact; everybody else, and every group, is
/// known by address. What the account wrote on its phone, edits, revocations, votes and notices are events of their own.
InboundEvent to_inbound_event(const std::string& phone_number_id, const linked::ReceivedMessage& message, const MediaTokens& tokens);

/// What WhatsApp's server said about a message of ours: "sent" or "failed".
StatusUpdate to_status(const std::string& phone_number_id, const linked::Acknowledgement& ack);
/// One status for each message; what was read on another device of the account is one event instead.
std::vector<InboundEvent> to_events(const std::string& phone_number_id, const linked::Receipt& receipt);

InboundEvent to_event(const std::string& phone_number_id, const linked::CallNotice& call);
/// `now` tells apart what has no id of its own.
std::vector<InboundEvent> to_events(const std::string& phone_number_id, const linked::GroupsNotice& notice, Timestamp now);

}  // namespace wherry
