#pragma once

#include "domain/service_window.h"
#include "services/ports/models.h"

namespace wherry {

/// Whether a channel may write this into a conversation now. A linked number knows no service window.
inline bool may_write(const Channel* channel, const Content& content, WindowCheck check, std::optional<Timestamp> last_inbound,
                      Timestamp now) {
  const bool linked = channel != nullptr && channel->kind == ChannelKind::linked;
  return linked || window_allows(content, check, last_inbound, now);
}

}  // namespace wherry
