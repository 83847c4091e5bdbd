#include "tests/support/memory_message_store.h"

namespace wherry::test {

Result<void> MemoryMessageStore::begin_call() {
  if (++calls == fail_call) return Error{ErrorCode::unavailable, "the store is broken"};
  return {};
}

Result<void> MemoryMessageStore::begin_write() {
  ++writes;
  TRY_VOID(begin_call());
  if (fail_at > 0 && writes >= fail_at && writes < fail_at + fail_count) return Error{ErrorCode::unavailable, "the store is broken"};
  return {};
}

Task<Result<std::optional<Conversation>>> MemoryMessageStore::find_conversation(ConversationId id) {
  CO_TRY_VOID(begin_call());
  auto found = conversations.find(id);
  if (found == conversations.end()) co_return std::optional<Conversation>();
  co_return std::optional<Conversation>(found->second);
}

Task<Result<std::vector<Conversation>>> MemoryMessageStore::list_conversations(ConversationFilter filter) {
  std::vector<Conversation> found;
  for (const auto& [id, conversation] : conversations) {
    const auto& number = conversation.identity.wa_id;
    const bool contact = filter.contact_key.empty() || (number && contact_key(*number) == filter.contact_key);
    const bool tenant = !filter.tenant || conversation.tenant == *filter.tenant;
    if (contact && tenant && found.size() < filter.limit) found.push_back(conversation);
  }
  co_return found;
}

Task<Result<std::optional<Conversation>>> MemoryMessageStore::find_conversation_with(TenantId tenant, ChannelId channel, WaId number) {
  CO_TRY_VOID(begin_call());
  for (const auto& [id, conversation] : conversations) {
    const auto& known = conversation.identity.wa_id;
    const bool same = conversation.tenant == tenant && conversation.channel == channel;
    if (same && known && contact_key(*known) == contact_key(number)) co_return std::optional<Conversation>(conversation);
  }
  co_return std::optional<Conversation>();
}

Task<Result<Conversation>> MemoryMessageStore::open_conversation(TenantId tenant, ChannelId channel, ContactIdentity who, Timestamp now) {
  CO_TRY_VOID(begin_call());
  for (const auto& [id, conversation] : conversations) {
    const auto& known = conversation.identity;
    if (conversation.tenant != tenant || conversation.channel != channel) continue;
    const bool by_number = who.wa_id && known.wa_id && contact_key(*known.wa_id) == contact_key(*who.wa_id);
    if (by_number || (!who.wa_id && known.bsuid == who.bsuid)) co_return conversation;
  }
  Conversation made;
  made.id = ConversationId::make(now);
  made.tenant = tenant;
  made.channel = channel;
  made.identity = std::move(who);
  made.created_at = now;
  conversations[made.id] = made;
  co_return made;
}

Task<Result<void>> MemoryMessageStore::accept(Message message, std::optional<IdempotencyClaim> claim) {
  CO_TRY_VOID(begin_write());
  if (claim) {
    auto& record = keys[claimed_key(*claim)];
    if (!record.message.raw.is_null() && record.created_at + idempotency_lifetime > message.created_at) co_return key_in_use();
    record = {claim->fingerprint, message.id, std::nullopt, message.created_at};
  }
  const auto id = message.id;
  messages.emplace(id, std::move(message));
  co_return Result<void>();
}

Result<void> MemoryMessageStore::apply(const MessageMove& move) {
  auto found = messages.find(move.id);
  if (found == messages.end() || found->second.state != move.from) return Error{ErrorCode::conflict, "the message moved on"};
  auto& message = found->second;
  message.state = move.to;
  message.attempts = move.attempts;
  message.next_attempt_at = move.next_attempt_at;
  message.updated_at = move.at;
  if (move.give_up_at) message.give_up_at = *move.give_up_at;
  if (move.again_though_uncertain) ++message.resends;
  if (!move.wamid.empty()) message.wamid = move.wamid;
  if (move.error) message.error = move.error;
  moves.push_back(move);
  return {};
}

Task<Result<void>> MemoryMessageStore::move(MessageMove move, Message) {
  CO_TRY_VOID(begin_write());
  co_return apply(move);
}

Task<std::vector<Result<void>>> MemoryMessageStore::move_all(std::vector<std::pair<MessageMove, Message>> all) {
  const auto begun = begin_write();
  std::vector<Result<void>> outcomes;
  for (const auto& [move, message] : all) outcomes.push_back(begun ? apply(move) : begun);
  co_return outcomes;
}

Task<Result<std::optional<Message>>> MemoryMessageStore::find_message(MessageId id) {
  CO_TRY_VOID(begin_call());
  auto found = messages.find(id);
  if (found == messages.end()) co_return std::optional<Message>();
  co_return std::optional<Message>(found->second);
}

Task<Result<std::optional<Message>>> MemoryMessageStore::find_message_by_wamid(std::string wamid) {
  CO_TRY_VOID(begin_call());
  for (const auto& [id, message] : messages) {
    if (message.wamid == wamid) co_return std::optional<Message>(message);
  }
  co_return std::optional<Message>();
}

Task<Result<std::optional<std::string>>> MemoryMessageStore::find_inbound_wamid(ConversationId conversation, MessageId id) {
  auto found = inbound_wamids.find(id);
  if (found == inbound_wamids.end() || found->second.first != conversation) co_return std::optional<std::string>();
  co_return std::optional<std::string>(found->second.second);
}

Task<Result<std::vector<Message>>> MemoryMessageStore::uncertain(std::optional<MessageId> after, Timestamp since, std::uint32_t limit) {
  CO_TRY_VOID(begin_call());
  std::vector<Message> found;
  for (const auto& [id, message] : messages) {
    const bool due = message.state == MessageState::uncertain && message.updated_at <= since;
    if (due && (!after || *after < id) && found.size() < limit) found.push_back(message);
  }
  co_return found;
}

Task<Result<void>> MemoryMessageStore::record(JournalEvent event) {
  CO_TRY_VOID(begin_write());
  events.push_back(std::move(event));
  co_return Result<void>();
}

Task<Result<std::vector<JournalEvent>>> MemoryMessageStore::journal_after(TenantId, std::uint64_t, std::uint32_t) {
  co_return std::vector<JournalEvent>();
}

Task<Result<std::optional<IdempotencyRecord>>> MemoryIdempotencyStore::find(IdempotencyClaim claim) {
  CO_TRY_VOID(messages_.begin_call());
  auto found = messages_.keys.find(claimed_key(claim));
  if (found == messages_.keys.end()) co_return std::optional<IdempotencyRecord>();
  co_return std::optional<IdempotencyRecord>(found->second);
}

Task<Result<void>> MemoryIdempotencyStore::finish(IdempotencyClaim claim, IdempotentAnswer answer) {
  CO_TRY_VOID(messages_.begin_write());
  auto found = messages_.keys.find(claimed_key(claim));
  if (found != messages_.keys.end() && !found->second.answer) found->second.answer = std::move(answer);
  co_return Result<void>();
}

Task<Result<std::uint64_t>> MemoryIdempotencyStore::forget(Timestamp made_until) {
  co_return std::erase_if(messages_.keys, [&](const auto& entry) { return entry.second.created_at <= made_until; });
}

}  // namespace wherry::test
