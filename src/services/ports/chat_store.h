#pragma once

#include <optional>
#include <string>
#include <vector>

#include "base/result.h"
#include "base/task.h"
#include "services/ports/models.h"

namespace wherry {

/// A conversation of a linked number as its owner sees it.
struct Chat {
  ConversationId conversation;
  TenantId tenant;
  ChannelId channel;
  ContactIdentity with;                      ///< a person, or a group by its address
  std::optional<std::string> name;           ///< in the phone's address book, or the group's subject
  std::optional<Timestamp> last_message_at;  ///< nullopt: nothing was said yet
  std::uint32_t unread = 0;
  bool archived = false, pinned = false;
  std::optional<Timestamp> muted_until;
  Timestamp cleared_at;                      ///< what is older was deleted here
  Timestamp created_at;
};

/// What is absent stays.
struct ChatChange {
  std::optional<bool> archived, pinned;
  std::optional<std::optional<Timestamp>> muted_until;  ///< of nullopt: not muted
  std::optional<Timestamp> read_at;                     ///< what came until then counts as read
  std::optional<Timestamp> cleared_at;                  ///< what came until then is gone here
  bool operator==(const ChatChange&) const = default;
};

/// What became of a message after it was stored. Whoever reads it checks that it was theirs to say.
struct MessageMark {
  std::string message_id;                    ///< WhatsApp's
  std::string by;                            ///< an address, or "me"
  std::optional<std::string> text = {};      ///< other words
  bool revoked = false;                      ///< gone for everyone
};

/// What the account wrote on its phone, or on another device.
struct OwnMessage {
  MessageId id;
  TenantId tenant;
  ChannelId channel;
  std::string wamid;
  std::string type, text;                    ///< as of an inbound message
  std::string reply_to;
  std::string raw;
  Timestamp at;
};

/// Chats of linked numbers, made of conversations, their messages, and what their owner made of them. Errors of all calls: unavailable.
class ChatStore {
 public:
  virtual ~ChatStore() = default;
  struct Page {
    ChannelId channel;
    std::optional<ConversationId> after;     ///< newest conversations first
    std::uint32_t limit = 50;
    std::string search;                      ///< in names and addresses; empty: all
    enum class Which { all, people, groups } which = Which::all;
  };
  /// Without those that were deleted and in which nothing came since.
  virtual Task<Result<std::vector<Chat>>> list(Page page) = 0;
  /// By an address: a number in any of its forms, or what is no number. nullopt: none.
  virtual Task<Result<std::optional<Chat>>> find(ChannelId channel, std::string address) = 0;
  /// Durable when it returns.
  virtual Task<Result<void>> change(ConversationId conversation, ChatChange change) = 0;

  /// Durable when it returns; the same again changes nothing.
  virtual Task<Result<void>> mark(ConversationId conversation, MessageMark mark) = 0;
  /// Of these messages: at most 50.
  virtual Task<Result<std::vector<MessageMark>>> marks(ConversationId conversation, std::vector<std::string> message_ids) = 0;
  /// It stands in the history of the chat from then on. Durable when it returns.
  virtual Task<Result<void>> keep_own(ConversationId conversation, OwnMessage message) = 0;
};

}  // namespace wherry
