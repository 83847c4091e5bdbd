#include "services/channels/conversations.h"

#include <algorithm>

namespace wherry {

Conversations::Conversations(MessageStore& store, std::size_t capacity) : store_(store), shard_capacity_(capacity / 16 + 1) {}

Conversations::Shard& Conversations::shard(ConversationId id) { return shards_[IdHash{}(id) % shards_.size()]; }

Task<Result<std::optional<Conversation>>> Conversations::find(ConversationId id) {
  auto& home = shard(id);
  {
    std::lock_guard lock(home.mutex);
    auto known = home.known.find(id);
    if (known != home.known.end()) co_return known->second;
  }
  CO_TRY(auto stored, co_await store_.find_conversation(id));
  if (stored) refresh(*stored);
  co_return stored;
}

Task<Result<std::optional<Conversation>>> Conversations::find_with(TenantId tenant, ChannelId channel, WaId number) {
  CO_TRY(auto stored, co_await store_.find_conversation_with(tenant, channel, std::move(number)));
  if (stored) refresh(*stored);
  co_return stored;
}

Task<Result<Conversation>> Conversations::open(TenantId tenant, ChannelId channel, ContactIdentity who, Timestamp now) {
  CO_TRY(auto conversation, co_await store_.open_conversation(tenant, channel, std::move(who), now));
  refresh(conversation);
  co_return conversation;
}

void Conversations::refresh(const Conversation& conversation) {
  auto& home = shard(conversation.id);
  std::lock_guard lock(home.mutex);
  auto known = home.known.find(conversation.id);
  if (known == home.known.end()) {
    if (home.known.size() >= shard_capacity_) home.known.erase(home.known.begin());  // any one: it is only a cache
    home.known.emplace(conversation.id, conversation);
    return;
  }
  const auto newest = std::max(known->second.last_inbound_at, conversation.last_inbound_at);
  known->second = conversation;
  known->second.last_inbound_at = newest;
}

}  // namespace wherry
