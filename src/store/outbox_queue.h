#pragma once

#include "services/ports/outbox_queue.h"
#include "store/database.h"

namespace wherry::store {

/// The lines of all channels that have one, found by leaping from channel to channel.
Task<Result<std::vector<ChannelLine>>> query_channel_lines(Database& database);

}  // namespace wherry::store
