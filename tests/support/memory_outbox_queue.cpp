// The line of MemoryMessageStore.
#include <algorithm>

#include "tests/support/memory_message_store.h"

namespace wherry::test {

namespace {
bool in_line(const Message& message) { return message.state == MessageState::accepted && message.place != 0; }
LinePosition position_of(const Message& message) { return {message.place, message.id}; }
}  // namespace

std::vector<Message> MemoryMessageStore::sorted_line(const std::function<bool(const Message&)>& wanted) const {
  std::vector<Message> found;
  for (const auto& [id, message] : messages) {
    if (wanted(message)) found.push_back(message);
  }
  std::sort(found.begin(), found.end(), [](const auto& a, const auto& b) { return position_of(a) < position_of(b); });
  return found;
}

Task<Result<std::vector<ChannelLine>>> MemoryMessageStore::channel_lines() {
  CO_TRY_VOID(begin_call());
  std::map<ChannelId, ChannelLine> lines;
  for (const auto& [id, message] : messages) {
    if (!wherry::test::in_line(message)) continue;
    auto& line = lines.try_emplace(message.channel, ChannelLine{message.channel, message.created_at, 0}).first->second;
    line.oldest = std::min(line.oldest, message.created_at);
    line.last_place = std::max(line.last_place, message.place);
  }
  std::vector<ChannelLine> found;
  for (const auto& [channel, line] : lines) found.push_back(line);
  co_return found;
}

Task<Result<std::vector<InLine>>> MemoryMessageStore::in_line(ChannelId channel, Priority priority, LinePosition after,
                                                              std::uint32_t limit) {
  CO_TRY_VOID(begin_call());
  const auto line = sorted_line([&](const Message& message) {
    return wherry::test::in_line(message) && message.channel == channel && message.priority == priority && after < position_of(message);
  });
  std::vector<InLine> found;
  for (const auto& message : line) {
    if (found.size() < limit) found.push_back({message.conversation, position_of(message)});
  }
  largest_page = std::max(largest_page, found.size());
  co_return found;
}

Task<Result<std::vector<Message>>> MemoryMessageStore::lane(ConversationId conversation, std::uint32_t limit) {
  CO_TRY_VOID(begin_call());
  auto found = sorted_line([&](const Message& message) { return wherry::test::in_line(message) && message.conversation == conversation; });
  if (found.size() > limit) found.resize(limit);
  largest_page = std::max(largest_page, found.size());
  co_return found;
}

Task<Result<std::vector<Message>>> MemoryMessageStore::channel_lane(ChannelId channel, std::uint32_t limit) {
  CO_TRY_VOID(begin_call());
  auto found = sorted_line([&](const Message& message) { return wherry::test::in_line(message) && message.channel == channel; });
  if (found.size() > limit) found.resize(limit);
  co_return found;
}

Task<Result<std::vector<LinkedSend>>> MemoryMessageStore::linked_sends(Timestamp since) {
  CO_TRY_VOID(begin_call());
  std::vector<LinkedSend> found;
  for (const auto& send : sends) {
    if (send.at >= since) found.push_back(send);
  }
  co_return found;
}

Task<Result<std::vector<Message>>> MemoryMessageStore::due(Timestamp now, DuePosition after, std::uint32_t limit) {
  CO_TRY_VOID(begin_call());
  const auto key = [](const Message& message) { return std::pair(*message.next_attempt_at, message.id); };
  auto found = sorted_line([&](const Message& message) {
    return message.state == MessageState::accepted && message.next_attempt_at && *message.next_attempt_at <= now &&
           std::pair(after.at, after.id) < key(message);
  });
  std::sort(found.begin(), found.end(), [&](const auto& a, const auto& b) { return key(a) < key(b); });
  if (found.size() > limit) found.resize(limit);
  largest_page = std::max(largest_page, found.size());
  co_return found;
}

Task<Result<std::optional<Timestamp>>> MemoryMessageStore::next_due() {
  CO_TRY_VOID(begin_call());
  std::optional<Timestamp> next;
  for (const auto& [id, message] : messages) {
    if (message.state != MessageState::accepted || !message.next_attempt_at) continue;
    next = std::min(next.value_or(*message.next_attempt_at), *message.next_attempt_at);
  }
  co_return next;
}

Task<std::vector<Result<void>>> MemoryMessageStore::put_in_line(std::vector<Message> due, Timestamp now) {
  const auto begun = begin_write();
  std::vector<Result<void>> outcomes;
  for (const auto& one : due) {
    auto& message = messages.at(one.id);
    const bool scheduled = message.state == MessageState::accepted && message.place == 0;
    if (!begun || !scheduled) {
      outcomes.push_back(begun ? Error{ErrorCode::conflict, "the message moved on"} : begun.error());
      continue;
    }
    message.place = one.place;
    message.next_attempt_at.reset();
    message.updated_at = now;
    due_events.push_back(one.id);
    outcomes.emplace_back();
  }
  co_return outcomes;
}

Task<Result<std::vector<Message>>> MemoryMessageStore::expired(Timestamp now, std::uint32_t limit) {
  CO_TRY_VOID(begin_call());
  auto found = sorted_line(
      [&](const Message& message) { return message.state == MessageState::accepted && message.expires_at && *message.expires_at <= now; });
  std::sort(found.begin(), found.end(), [](const auto& a, const auto& b) { return *a.expires_at < *b.expires_at; });
  if (found.size() > limit) found.resize(limit);
  co_return found;
}

Task<Result<std::vector<Message>>> MemoryMessageStore::sending(std::optional<MessageId> after, std::uint32_t limit) {
  CO_TRY_VOID(begin_call());
  std::vector<Message> found;
  for (const auto& [id, message] : messages) {
    if (message.state == MessageState::sending && (!after || *after < id) && found.size() < limit) found.push_back(message);
  }
  co_return found;
}

Task<Result<OutboxCounts>> MemoryMessageStore::count_waiting() {
  CO_TRY_VOID(begin_call());
  OutboxCounts counts;
  for (const auto& [id, message] : messages) {
    if (message.state == MessageState::sending) ++counts.sending;
    if (message.state == MessageState::accepted) ++(message.place != 0 ? counts.in_line : counts.scheduled);
  }
  co_return counts;
}

}  // namespace wherry::test
