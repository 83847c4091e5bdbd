#pragma once

#include <compare>
#include <cstdint>
#include <optional>
#include <vector>

#include "base/result.h"
#include "base/task.h"
#include "services/ports/models.h"

namespace wherry {

/// Where a message stands in line: by place, and by id among those of one place.
struct LinePosition {
  std::int64_t place = 0;
  MessageId id;
  auto operator<=>(const LinePosition&) const = default;
};

/// A message in line and the lane it belongs to.
struct InLine {
  ConversationId conversation;
  LinePosition position;
};

/// Where a message stands in the schedule.
struct DuePosition {
  Timestamp at;
  MessageId id;
};

/// A channel's messages in line.
struct ChannelLine {
  ChannelId channel;
  Timestamp oldest;         ///< when the first of them was accepted
  std::int64_t last_place;  ///< the highest place
};

/// A send of a linked number, for its budget.
struct LinkedSend {
  ChannelId channel;
  Timestamp at;
};

/// How many messages wait.
struct OutboxCounts {
  std::uint64_t in_line = 0;
  std::uint64_t scheduled = 0;
  std::uint64_t sending = 0;
};

/// The outbox on disk: every `accepted` message is in line, in its place, or scheduled: then it has no place until it is due. Everything
/// is read in pages. Errors of all calls: unavailable.
class OutboxQueue {
 public:
  virtual ~OutboxQueue() = default;
  virtual Task<Result<std::vector<ChannelLine>>> channel_lines() = 0;
  /// One channel's messages of one priority after a position, in order.
  virtual Task<Result<std::vector<InLine>>> in_line(ChannelId channel, Priority priority, LinePosition after, std::uint32_t limit) = 0;
  /// The front of a conversation's line, of all priorities.
  virtual Task<Result<std::vector<Message>>> lane(ConversationId conversation, std::uint32_t limit) = 0;
  /// The front of a channel's line, of all priorities.
  virtual Task<Result<std::vector<Message>>> channel_lane(ChannelId channel, std::uint32_t limit) = 0;

  /// Accepted messages whose next_attempt_at has come, in order of it: scheduled ones and ones to be tried again. Pages by position.
  virtual Task<Result<std::vector<Message>>> due(Timestamp now, DuePosition after, std::uint32_t limit) = 0;
  /// The earliest next_attempt_at of an accepted message.
  virtual Task<Result<std::optional<Timestamp>>> next_due() = 0;
  /// Puts scheduled messages in line, each in its Message::place, with a "message.due" journal row. Each has an outcome of its own:
  /// conflict when it is not scheduled any more.
  virtual Task<std::vector<Result<void>>> put_in_line(std::vector<Message> messages, Timestamp now) = 0;

  /// Accepted messages that have expired, the longest expired first.
  virtual Task<Result<std::vector<Message>>> expired(Timestamp now, std::uint32_t limit) = 0;
  /// Messages that are `sending`, oldest first. Pages by id.
  virtual Task<Result<std::vector<Message>>> sending(std::optional<MessageId> after, std::uint32_t limit) = 0;
  /// When linked numbers began to send something, since then, in order of time.
  virtual Task<Result<std::vector<LinkedSend>>> linked_sends(Timestamp since) = 0;
  /// Counts them all: a tenth of a second with a million.
  virtual Task<Result<OutboxCounts>> count_waiting() = 0;
};

}  // namespace wherry
