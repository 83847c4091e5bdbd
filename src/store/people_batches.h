#pragma once

#include "services/ports/people_store.h"
#include "store/database.h"

// The address somebody is kept under: an lid leads to the number it belongs to. $1 channel, $2 address.
#define WHERRY_KEPT_AS \
  "COALESCE((SELECT o.jid FROM linked_contacts o WHERE o.channel_id = $1 AND o.lid = $2 ORDER BY o.updated_at DESC LIMIT 1), $2)"

namespace wherry::store {

/// The statements that note what became known about somebody.
void add_person(Batch& batch, ChannelId channel, const linked::ContactChange& person, Timestamp now);
/// Notes that somebody is in a group; `wrote_at` when it is known because they wrote there. A role of nullopt stays what it is.
void add_member(Batch& batch, ChannelId channel, const Jid& group, const Jid& who, std::optional<linked::Role> role,
                std::optional<Timestamp> wrote_at, Timestamp now);
void add_group(Batch& batch, ChannelId channel, const linked::GroupChange& group, Timestamp now);
/// Forgets who has not been known to be in the group since `now`.
void drop_unlisted(Batch& batch, ChannelId channel, const Jid& group, Timestamp now);
void drop_member(Batch& batch, ChannelId channel, const Jid& group, const Jid& who);

}  // namespace wherry::store
