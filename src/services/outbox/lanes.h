#pragma once

#include <array>
#include <deque>
#include <mutex>
#include <optional>
#include <unordered_map>
#include <vector>

#include "services/outbox/answer.h"
#include "services/outbox/pacer.h"

namespace wherry {

/// First in, first out per lane: a conversation, or a linked number, has at most one runner. The line itself is on disk; a lane holds the
/// page of it that its runner works on, and the callers who wait for messages that are further back. Threads: any.
class Lanes {
 public:
  /// Makes the caller the runner of a lane that has none; it then calls next() when it is done with its own message.
  bool hold(LaneId lane);
  /// Says that there may be more of the line on disk. True: the caller must start a runner.
  [[nodiscard]] bool kick(LaneId lane);
  /// The holder is done. True: there is more in the lane, and the caller must start a runner.
  [[nodiscard]] bool release(LaneId lane);
  /// The runner puts its own job in front of all others.
  void put_back(OutboxJob job);

  /// Somebody waits for a message that is about to be stored: before it is, so that no runner finds it without its caller.
  void expect(LaneId lane, MessageId message, Responder responder);
  /// It was not stored after all.
  void forget(LaneId lane, MessageId message);

  /// What a runner does next.
  struct Next {
    enum class Kind {
      deliver,  ///< `job`
      load,     ///< fill() the lane with the next page of its line
      end,      ///< the lane is gone, and its runner with it
    } kind = Kind::end;
    std::optional<OutboxJob> job;
  };
  Next next(LaneId lane);
  void fill(LaneId lane, std::vector<Message> page, bool is_last);
  /// Ends the lane although its line is not empty; false, doing nothing, while somebody waits.
  bool park(LaneId lane);

  /// Answers whoever waits in this lane.
  void answer_all(LaneId lane, const Error& error);
  /// Answers whoever waits for a message that was cancelled, and takes it out of the lane.
  void withdraw(LaneId lane, MessageId message, const Error& error);
  /// Takes the budget of somebody further back for whoever is in front, so that nobody waits behind one that has none. False: nobody has any.
  bool borrow_budget(LaneId lane);
  /// Whether the message that the runner is at was withdrawn.
  bool is_withdrawn(LaneId lane) const;
  /// The most urgent of what is known to wait in the lane, its first message left out; nullopt when that is nothing.
  std::optional<Urgency> urgency_behind(LaneId lane) const;

  /// Drops everything; callers are told that the server is stopping.
  void clear();

 private:
  struct Caller {
    Responder responder;
    bool has_budget = true;  ///< it was taken before the message was
    bool awaited() const { return responder.awaited(); }
  };
  struct Lane {
    bool has_runner = false;
    bool more_on_disk = false;
    std::deque<OutboxJob> page;
    std::unordered_map<MessageId, Caller, IdHash> expected;
    MessageId current;  ///< what the runner is at
    std::shared_ptr<Answer> awaited;  ///< whoever waits for it; null when nobody does
    bool withdrawn = false;
    bool someone_waits() const;
  };
  struct Shard {
    mutable std::mutex mutex;
    std::unordered_map<LaneId, Lane, IdHash> lanes;
  };
  Shard& shard(LaneId lane) { return shards_[IdHash{}(lane) % shards_.size()]; }
  const Shard& shard(LaneId lane) const { return shards_[IdHash{}(lane) % shards_.size()]; }

  std::array<Shard, 16> shards_;
};

}  // namespace wherry
