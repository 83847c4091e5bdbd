#pragma once

#include "services/ports/message_store.h"
#include "store/database.h"

namespace wherry::store {

/// Adds the statements that find, make, complete or unite the sender's contact.
void add_contact(Batch& batch, const NewInbound& inbound, Timestamp now);
/// Adds those that open or refresh the conversation, keep the message, write the journal and, as the batch's only rows, give the
/// conversation as to_conversation() reads it.
void add_message(Batch& batch, const NewInbound& inbound, Timestamp now);

/// A statement that gives the conversation of a channel with a number's key, as to_conversation() reads it; no row: there is none.
Statement find_conversation_by_key(TenantId tenant, ChannelId channel, std::string key);
/// Makes that conversation, and its contact, unless they are there; the last statement gives it. A contact that exists stays as it is: its
/// number is as WhatsApp wrote it.
Batch open_conversation_batch(TenantId tenant, ChannelId channel, const ContactIdentity& who, Timestamp now);
/// By number, and who has none by bsuid.
Statement find_conversation_of(TenantId tenant, ChannelId channel, const ContactIdentity& who);

}  // namespace wherry::store
