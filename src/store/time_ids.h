#pragma once

#include "base/clock.h"
#include "base/ids.h"

namespace wherry::store {

/// The first id (rest 0) or the last one (rest 0xff) that begins with that time.
MessageId id_at(Timestamp at, std::uint8_t rest);
MessageId just_before(MessageId id);

}  // namespace wherry::store
