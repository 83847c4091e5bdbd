#pragma once

#include "services/ports/message_store.h"
#include "store/database.h"

namespace wherry::store {

/// Adds the statements that find, make, complete or unite the sender's contact.
void add_contact(Batch& batch, const NewInbound& inbound, Timestamp now);
/// Adds those that open or refresh the conversation, keep the message, write the journal and, as the batch's only rows, give the
/// conversation as to_conversation() reads it.
void add_message(Batch& batch, const NewInbound& inbound, Timestamp now);

}  // namespace wherry::store
