#pragma once

#include <algorithm>
#include <vector>

#include "domain/jid.h"
#include "services/ports/chat_store.h"

namespace wherry::test {

/// Chats that a test puts in.
class MemoryChats final : public ChatStore {
 public:
  std::vector<Chat> chats;
  std::vector<std::pair<ConversationId, MessageMark>> marked;
  std::vector<std::pair<ConversationId, OwnMessage>> own;
  bool outage = false;

  Task<Result<std::vector<Chat>>> list(Page page) override {
    if (outage) co_return Error{ErrorCode::unavailable, "the store is down"};
    std::vector<Chat> found;
    auto all = chats;
    std::sort(all.begin(), all.end(), [](const Chat& a, const Chat& b) { return a.conversation > b.conversation; });
    for (const auto& chat : all) {
      const bool fits = chat.channel == page.channel && (!page.after || chat.conversation < *page.after);
      if (fits && found.size() < page.limit) found.push_back(chat);
    }
    co_return found;
  }
  Task<Result<std::optional<Chat>>> find(ChannelId channel, std::string address) override {
    if (outage) co_return Error{ErrorCode::unavailable, "the store is down"};
    const auto jid = Jid::parse(address);
    const auto number = jid ? jid->number() : std::nullopt;
    for (const auto& chat : chats) {
      if (chat.channel == channel && ((number && chat.with.wa_id == number) || chat.with.bsuid == address)) co_return std::optional(chat);
    }
    co_return std::optional<Chat>();
  }
  Task<Result<void>> change(ConversationId conversation, ChatChange change) override {
    if (outage) co_return Error{ErrorCode::unavailable, "the store is down"};
    for (auto& chat : chats) {
      if (chat.conversation != conversation) continue;
      if (change.archived) chat.archived = *change.archived;
      if (change.pinned) chat.pinned = *change.pinned;
      if (change.muted_until) chat.muted_until = *change.muted_until;
      if (change.read_at) chat.unread = 0;
      if (change.cleared_at) chat.cleared_at = *change.cleared_at;
    }
    co_return Result<void>();
  }
  Task<Result<void>> mark(ConversationId conversation, MessageMark mark) override {
    if (outage) co_return Error{ErrorCode::unavailable, "the store is down"};
    marked.emplace_back(conversation, std::move(mark));
    co_return Result<void>();
  }
  Task<Result<std::vector<MessageMark>>> marks(ConversationId conversation, std::vector<std::string> ids) override {
    if (outage) co_return Error{ErrorCode::unavailable, "the store is down"};
    std::vector<MessageMark> found;
    for (const auto& [where, mark] : marked) {
      if (where == conversation && std::find(ids.begin(), ids.end(), mark.message_id) != ids.end()) found.push_back(mark);
    }
    co_return found;
  }
  Task<Result<void>> keep_own(ConversationId conversation, OwnMessage message) override {
    if (outage) co_return Error{ErrorCode::unavailable, "the store is down"};
    own.emplace_back(conversation, std::move(message));
    co_return Result<void>();
  }
};

}  // namespace wherry::test
