#pragma once

#include <array>
#include <atomic>
#include <map>
#include <mutex>
#include <optional>
#include <unordered_set>
#include <vector>

#include "services/outbox/lane_id.h"
#include "services/ports/outbox_queue.h"

namespace wherry {

/// What of the line on disk no lane knows of. Lanes are few and the line may be long, so most of a long line is only on disk: for each
/// channel and priority this remembers from where on, and the feeder walks from there, oldest first, whenever there is room for another
/// lane. A lane is `clear` when nothing of it is on disk alone; in any other, a new message must not go first. Threads: any.
class Backlog {
 public:
  struct Limits {
    std::size_t lanes = 5000;             ///< of all channels together
    std::size_t lanes_per_channel = 1000; ///< enough for 1000 messages a second, a second each
    std::size_t parked = 100'000;
  };
  explicit Backlog(Limits limits) : limits_(limits) {}

  bool is_clear(ChannelId channel, LaneId lane) const;

  /// Everything of the channel from here on may be on disk alone.
  void left_behind(ChannelId channel, Priority priority, LinePosition from);
  /// Part of one channel's line, of one priority.
  struct Walk {
    ChannelId channel;
    Priority priority = Priority::interactive;
    LinePosition after;
  };
  /// What is to be walked, interactive messages first. One walker at a time.
  std::vector<Walk> walks();
  /// Lanes know of everything up to there; `is_end`: and nothing was beyond it.
  void walked(const Walk& walk, LinePosition to, bool is_end);

  /// Whether another lane may be started. Bulk leaves a quarter of the room to others.
  bool has_room(ChannelId channel, Priority priority) const;
  void lane_started(ChannelId channel);
  void lane_ended(ChannelId channel);
  std::size_t lanes_of(ChannelId channel) const;

  /// Lanes that ended before their line because their first message has to wait for long; the schedule starts them again. False: there
  /// are too many.
  bool park(LaneId lane);
  void unpark(LaneId lane);

 private:
  struct Stream {
    LinePosition after;
    std::optional<LinePosition> left_since;  ///< left behind during the walk
  };
  struct Entry {
    std::size_t lanes = 0;
    std::array<std::optional<Stream>, 2> streams;  ///< by priority; none: all of it is in lanes
    bool idle() const { return lanes == 0 && !streams[0] && !streams[1]; }
  };

  const Limits limits_;
  std::atomic<std::size_t> unclear_{0};  ///< streams and parked lanes, so that the common case takes no lock
  mutable std::mutex mutex_;
  std::map<ChannelId, Entry> channels_;
  std::size_t lanes_ = 0;
  std::unordered_set<LaneId, IdHash> parked_;
};

}  // namespace wherry
