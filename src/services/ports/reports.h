#pragma once

#include <array>
#include <map>
#include <optional>
#include <vector>

#include "base/result.h"
#include "base/task.h"
#include "services/ports/models.h"

namespace wherry {

/// Which messages to list. Empty fields take all.
struct MessageFilter {
  std::optional<TenantId> tenant;
  std::optional<ChannelId> channel;
  std::optional<ConversationId> conversation;
  std::optional<MessageState> state;
  std::optional<Timestamp> since;    ///< created then or later
  std::optional<Timestamp> until;    ///< created before
  std::optional<MessageId> before;   ///< page on
  std::uint32_t limit = 50;
};

struct MessagePage {
  std::vector<Message> messages;     ///< newest first
  std::optional<MessageId> next;     ///< `before` of the next page; nullopt on the last
};

/// A tenant's books at one instant, counted from the tables.
struct Audit {
  std::array<std::uint64_t, message_state_count> by_state{};            ///< outbound messages, by the number of their MessageState
  std::uint64_t inbound = 0;                          ///< stored inbound messages
  std::map<std::string, std::uint64_t> journaled;     ///< events ever journaled, by kind: those still there and those dropped
  std::uint64_t first = 0, last = 0, rows = 0;        ///< the journal as it is
  std::uint64_t dropped = 0;                          ///< events deleted by retention
};

/// Numbers for the metrics page.
struct Unfinished {
  std::optional<Timestamp> oldest;                    ///< creation of the oldest message that is in line or sending
  std::uint64_t fetches = 0;                          ///< files still to be fetched from WhatsApp
};

/// When a channel last worked, in either direction.
struct ChannelTimes {
  ChannelId channel;
  std::optional<Timestamp> last_inbound;              ///< WhatsApp's time
  std::optional<Timestamp> last_sent;                 ///< among the newest `scan_limit` messages
};

/// Questions an operator asks. None of them waits for a writer, and no writer for them. Errors of all calls: unavailable.
class Reports {
 public:
  virtual ~Reports() = default;
  /// Newest first. Looks at no more than `scan_limit` messages, so a page may have fewer than `limit` and yet not be the last.
  virtual Task<Result<MessagePage>> list_messages(MessageFilter filter) = 0;
  /// Where an inbound message stands; nullopt when it is none.
  struct InboundSummary {
    MessageId id;
    TenantId tenant;
    ChannelId channel;
    ConversationId conversation;
    std::string wamid, type;
    Timestamp at, received_at;
  };
  virtual Task<Result<std::optional<InboundSummary>>> find_inbound(MessageId id) = 0;
  /// Counts every row of the tenant in one snapshot: seconds with millions of rows.
  virtual Task<Result<Audit>> audit(TenantId tenant) = 0;
  /// Cheap enough for every scrape.
  virtual Task<Result<Unfinished>> unfinished() = 0;
  /// For the start.
  virtual Task<Result<std::vector<ChannelTimes>>> channel_times() = 0;

  static constexpr std::uint32_t scan_limit = 5000;
};

}  // namespace wherry
