#pragma once

#include "services/ports/message_store.h"
#include "store/database.h"

namespace wherry::store {

/// The statements that store one event. The first is always its de-duplication key, except for an OtherEvent.
Batch inbound_batch(const NewInbound& inbound, Timestamp now);
Batch status_batch(const NewStatus& status, Timestamp now);
Batch other_batch(const NewOther& other, Timestamp now);
Batch linked_batch(const NewLinkedEvent& linked, Timestamp now);

/// What a stored batch says about its event.
StoredInbound read_inbound(const BatchResult& result);
StoredStatus read_status(const BatchResult& result);

}  // namespace wherry::store
