#pragma once

#include "services/ports/linked_chats.h"
#include "upstream/linked_device/fields.h"

namespace wherry::linked {

/// A group, whole or what changed of it. Only `jid` is needed; a member without an address is left out.
GroupChange decode_group_change(const Fields& group);
/// What changed of a group that was not known before.
Group whole_group(GroupChange change);

}  // namespace wherry::linked
