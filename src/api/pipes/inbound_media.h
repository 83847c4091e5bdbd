#pragma once

#include "base/json.h"
#include "services/ports/journal_store.h"

namespace wherry::api::pipes {

/// What a client is told of a customer's file, by webhook and by WebSocket alike.
json::object media_object(const InboundView& message);

}  // namespace wherry::api::pipes
