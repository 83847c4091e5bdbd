#pragma once

#include "domain/jid.h"
#include "services/outbox/outbox.h"

namespace wherry::api::sessions {

/// Who an address is, to the outbox: a person by number where it tells one. Errors: invalid_argument for what cannot be written to.
Result<Recipient> recipient_of(ChannelId channel, const Jid& to);

}  // namespace wherry::api::sessions
