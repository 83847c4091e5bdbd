#pragma once

#include <optional>

#include "base/json.h"
#include "domain/content.h"

namespace wherry::api::pipes {

// What customers send besides texts and files, out of WhatsApp's message object; nullopt when that is not as it should be, and the message is
// told as unsupported. By webhook and by WebSocket alike.

/// {"latitude","longitude","name"?,"address"?}, both degrees as numbers however they came.
std::optional<json::object> location_object(const json::object& raw);
/// The message reacted to, and the emoji; empty when it was taken back.
std::optional<ReactionContent> reaction_in(const json::object& raw);

}  // namespace wherry::api::pipes
