#pragma once

#include <optional>
#include <string>
#include <vector>

#include "base/result.h"
#include "base/task.h"
#include "services/ports/models.h"

namespace wherry {

/// A message in either direction, as an application reads it back.
struct HistoryItem {
  enum class Direction { outbound, inbound };

  MessageId id;
  Direction direction = Direction::outbound;
  ChannelId channel;
  ConversationId conversation;
  ContactIdentity contact;             ///< the other side, as last seen
  std::string wamid;                   ///< empty: WhatsApp gave none
  Timestamp at;                        ///< when we got it: from the application or from WhatsApp
  std::string reply_to;                ///< WhatsApp's id of the message it quotes; empty for none
  bool by_phone = false;  ///< an outbound one that was written on the linked phone: it is as an inbound one but for its direction
  std::string type;  ///< of an inbound one, as received
  std::string text;  ///< of an inbound one; empty when none
  std::string raw;  ///< of an inbound one: its object as JSON
  std::optional<MediaId> media;  ///< of an inbound one
  Content content;  ///< of an outbound one, as are the following
  MessageState state = MessageState::accepted;
  std::optional<UpstreamError> error;
};

/// Which messages. Empty fields take all.
struct HistoryFilter {
  TenantId tenant;
  std::optional<HistoryItem::Direction> direction;
  std::optional<ConversationId> conversation;
  struct Party {
    std::optional<ChannelId> channel;  ///< the number on our side, or …
    std::string contact_key;  ///< … the customer's; empty: no customer
  };
  std::optional<Party> party;
  std::optional<Timestamp> since;  ///< then or later
  std::optional<Timestamp> until;  ///< then or earlier
  std::optional<MessageId> before;  ///< older than this one
  std::uint32_t limit = 50;
  std::uint32_t offset = 0;
};

/// A page of what was said in a linked number's chat.
struct ChatFilter {
  TenantId tenant;
  ConversationId conversation;
  std::optional<Timestamp> since;      ///< then or later
  std::optional<MessageId> before;     ///< older than this one
  std::uint32_t limit = 50;
};

struct HistoryPage {
  std::vector<HistoryItem> items;  ///< newest first
  std::uint64_t total = 0;  ///< that match, on all pages
};

/// What a tenant and its customers wrote, in order. Errors of all calls: unavailable.
class MessageHistory {
 public:
  virtual ~MessageHistory() = default;
  virtual Task<Result<HistoryPage>> list(HistoryFilter filter) = 0;
  /// Newest first; as quick however much was said elsewhere.
  virtual Task<Result<std::vector<HistoryItem>>> chat(ChatFilter filter) = 0;
  /// nullopt when it is none of the tenant's.
  virtual Task<Result<std::optional<HistoryItem>>> find(TenantId tenant, MessageId id) = 0;
  /// An outbound one.
  virtual Task<Result<std::optional<HistoryItem>>> find_sent(TenantId tenant, std::string wamid) = 0;
};

}  // namespace wherry
