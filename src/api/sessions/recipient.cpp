#include "api/sessions/recipient.h"

namespace wherry::api::sessions {

namespace {

// Whether the outbox writes to addresses, or to numbers only.
template <class Kind>
Result<Kind> by_address(ChannelId channel, const Jid& to) {
  if constexpr (requires { Kind{channel, to}; }) {
    return Kind{channel, to};
  } else {
    return Error{ErrorCode::invalid_argument, "to: only numbers can be written to"};
  }
}

}  // namespace

Result<Recipient> recipient_of(ChannelId channel, const Jid& to) {
  if (auto number = to.number()) return Recipient{channel, std::move(*number)};
  return by_address<Recipient>(channel, to);
}

}  // namespace wherry::api::sessions
