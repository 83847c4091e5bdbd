#pragma once

#include <optional>
#include <string_view>

namespace wherry {

/// The life of an outbound message.
enum class MessageState {
  accepted,   ///< on our disk, waiting in its lane
  sending,    ///< the request to WhatsApp is being written
  sent,       ///< WhatsApp took it and gave it an id
  delivered,  ///< on the customer's device
  read,       ///< shown to the customer
  played,     ///< a voice message was heard
  failed,     ///< it will not arrive; final
  uncertain,  ///< it may have reached WhatsApp; never resent blindly
  cancelled,  ///< taken back before it was sent; final
};

inline constexpr int message_state_count = 9;

std::string_view to_string(MessageState state);
std::optional<MessageState> message_state_from(std::string_view text);

/// Whether a message may go from one state to another. Statuses only move forward, whatever the order they arrive in;
/// `failed` may follow sent and delivered; nothing follows `failed`, `read` only gives way to `played`.
/// Only `accepted` can be cancelled. `sending` goes back to `accepted` only when it is certain that nothing was sent.
bool may_move(MessageState from, MessageState to);

}  // namespace wherry
