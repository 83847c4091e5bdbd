#pragma once

#include "api/sessions/routes.h"
#include "base/json.h"

namespace wherry::api::sessions {

json::object chat_object(const Chat& chat);
/// `file` is that of an outbound message, when it is still known; `marks` are those of the chat's messages, whoever made them.
json::object message_object(const Chat& chat, const Session& session, const HistoryItem& item, const std::optional<Media>& file,
                            const std::vector<MessageMark>& marks);
/// Somebody, in the form of a contact's `identity`.
json::object person_object(ChannelId channel, const Person& person);
/// What a chat alone tells of somebody.
Person person_in(const Chat& chat);

}  // namespace wherry::api::sessions
