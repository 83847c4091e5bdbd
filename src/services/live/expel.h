#pragma once

#include "services/access/access.h"
#include "services/live/keyed_connections.h"

namespace wherry {

/// Ends the connections whose key was revoked, has expired or may no longer read. Keys that cannot be looked up at the moment are left for
/// the next call.
Task<void> expel_without_key(KeyedConnections& connections, Access& access, const Clock& clock);

}  // namespace wherry
