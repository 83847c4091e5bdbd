#pragma once

#include <optional>
#include <string>

#include "services/ports/chat_store.h"
#include "services/ports/linked_listener.h"

namespace wherry {

/// Of an edit or a revocation: what it makes of its message; nullopt for everything else.
std::optional<MessageMark> to_mark(const linked::ReceivedMessage& message);
/// Whether it is a message rather than something said about one.
bool is_plain(const linked::ReceivedContent& content);
/// What the account wrote on its phone.
OwnMessage to_own_message(const linked::ReceivedMessage& message, TenantId tenant, ChannelId channel, Timestamp now);
/// Who said it, for marks: "me", or the address, by number where that is known.
std::string author_of(const Jid& sender, const std::optional<Jid>& alt, bool from_me);
/// WhatsApp's id of the message it quotes or reacts to; empty for none.
std::string replied_to(const linked::ReceivedMessage& message);

}  // namespace wherry
