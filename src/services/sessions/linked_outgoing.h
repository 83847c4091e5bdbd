#pragma once

#include "services/ports/linked_transport.h"
#include "services/ports/upstream.h"

namespace wherry::linked {

/// What a message says, in the words of the port; `files` are the content's. Errors: invalid_argument (nothing linked numbers send).
Result<OutgoingContent> outgoing_content(const Content& content, const std::vector<OutboundFile>& files);
/// The addresses a text or a caption mentions.
std::vector<Jid> mentions_of(const Content& content);

/// How long somebody would type, or speak, before it: in proportion to the text, 0.4 to 3 s, so that the usual budget of 20 a minute can be used up.
TypingFirst typing_before(const Content& content);

/// Nothing was sent, and the transport was not asked.
SendOutcome refused_here(Error why);
/// In the words of the outbox. What may pass by itself is transient.
wherry::SendOutcome to_outcome(SendOutcome outcome, std::string wamid = {});

}  // namespace wherry::linked
