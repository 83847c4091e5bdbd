#include "domain/message_state.h"

namespace wherry {

std::string_view to_string(MessageState state) {
  switch (state) {
    case MessageState::accepted: return "accepted";
    case MessageState::sending: return "sending";
    case MessageState::sent: return "sent";
    case MessageState::delivered: return "delivered";
    case MessageState::read: return "read";
    case MessageState::played: return "played";
    case MessageState::failed: return "failed";
    case MessageState::uncertain: return "uncertain";
    case MessageState::cancelled: return "cancelled";
  }
  return "accepted";
}

std::optional<MessageState> message_state_from(std::string_view text) {
  for (int i = 0; i < message_state_count; ++i) {
    const auto state = static_cast<MessageState>(i);
    if (to_string(state) == text) return state;
  }
  return std::nullopt;
}

bool may_move(MessageState from, MessageState to) {
  using enum MessageState;
  switch (from) {
    // Waiting for another try after a refusal that was none: the status shows that the first try arrived.
    case accepted: return to != accepted && to != uncertain;
    // A status webhook may overtake the answer to our request, so every later state is reachable from here.
    case sending: return to != sending && to != cancelled;
    case uncertain: return to != uncertain && to != sending && to != cancelled;
    case sent: return to == delivered || to == read || to == played || to == failed;
    case delivered: return to == read || to == played || to == failed;
    case read: return to == played;
    case played: return false;
    case failed: return false;
    case cancelled: return false;
  }
  return false;
}

}  // namespace wherry
