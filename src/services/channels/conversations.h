#pragma once

#include <array>
#include <mutex>
#include <optional>
#include <unordered_map>

#include "base/result.h"
#include "base/task.h"
#include "services/ports/message_store.h"

namespace wherry {

/// Conversations by id, cached: a send asks for its conversation and its window each time. Threads: any.
class Conversations {
 public:
  explicit Conversations(MessageStore& store, std::size_t capacity = 200'000);

  Task<Result<std::optional<Conversation>>> find(ConversationId id);
  Task<Result<std::optional<Conversation>>> find_with(TenantId tenant, ChannelId channel, WaId number);
  /// The channel's conversation with somebody, made when there is none: nobody wrote in it yet.
  Task<Result<Conversation>> open(TenantId tenant, ChannelId channel, ContactIdentity who, Timestamp now);
  /// Puts in what has just been stored; an older last_inbound_at never replaces a newer one.
  void refresh(const Conversation& conversation);

 private:
  struct Shard {
    std::mutex mutex;
    std::unordered_map<ConversationId, Conversation, IdHash> known;
  };
  Shard& shard(ConversationId id);

  MessageStore& store_;
  std::size_t shard_capacity_;
  std::array<Shard, 16> shards_;
};

}  // namespace wherry
