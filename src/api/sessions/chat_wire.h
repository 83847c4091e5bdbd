#pragma once

#include "api/sessions/routes.h"
#include "base/json.h"

namespace wherry::api::sessions {

json::object chat_object(const Chat& chat);
json::object message_object(const Chat& chat, const Session& session, const HistoryItem& item);

/// A number for JSON that stands for an id as long as it lives: its last 53 bits.
std::int64_t number_of(const RawId& id);

}  // namespace wherry::api::sessions
