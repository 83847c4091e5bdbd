#pragma once

#include "services/ports/models.h"

namespace wherry {

struct LaneTag {
  static constexpr std::string_view prefix = "lane_";
};
/// What is sent one after the other: a conversation, or everything that a linked number sends. Its bits are the conversation's or the channel's.
using LaneId = Id<LaneTag>;

/// `channel` is null when it was removed.
inline LaneId lane_of(const Channel* channel, ConversationId conversation) {
  const bool linked = channel != nullptr && channel->kind == ChannelKind::linked;
  return {linked ? channel->id.raw : conversation.raw};
}

}  // namespace wherry
