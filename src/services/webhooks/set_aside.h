#pragma once

#include <deque>
#include <map>
#include <optional>
#include <set>
#include <vector>

#include "base/clock.h"
#include "base/ids.h"

namespace wherry::webhooks {

/// The conversations of one subscription that are held up: their next event has failed and waits for its time, or too many of their
/// events are on the way at once. Their events are on disk and here as numbers, so that the rest of the journal is read on.
/// Threads: one.
class SetAside {
 public:
  /// The next event of a conversation; its lane is taken out of the schedule until settle(), postpone() or give_back().
  struct Due {
    RawId lane;
    std::uint64_t sequence = 0;
    std::uint32_t attempts = 0;
    bool early = false;  ///< before its time, because the endpoint may be well again: a failure then does not count as a try
  };

  bool holds(const RawId& lane) const { return lanes_.contains(lane); }
  std::size_t size() const { return size_; }

  /// The events of a conversation whose first one has failed; what is here of it already comes behind them.
  void put_front(const RawId& lane, const std::vector<std::uint64_t>& events, std::uint32_t attempts, Timestamp not_before);
  /// One more event. A conversation that was not here waits for release().
  void append(const RawId& lane, std::uint64_t sequence);
  /// All earlier events of the conversation are settled.
  void release(const RawId& lane, Timestamp now);

  std::vector<Due> start_due(Timestamp now, std::size_t limit);
  /// To probe with: another one each time, in the order in which they are due.
  std::optional<Due> start_next(Timestamp now);
  std::optional<Timestamp> next_due() const;

  /// The first event was acknowledged, is dead or gone: the next may go.
  void settle(const RawId& lane, Timestamp now);
  /// The first event failed.
  void postpone(const RawId& lane, std::uint32_t attempts, Timestamp not_before);
  /// The first event was not tried, or failed before its time.
  void give_back(const RawId& lane);
  /// The endpoint is well again: everything may be tried at once.
  void hasten(Timestamp now);

 private:
  struct Lane {
    std::deque<std::uint64_t> events;
    std::uint32_t attempts = 0;          ///< of the first
    Timestamp scheduled;                 ///< when the first is due
    std::optional<Timestamp> waits_for;  ///< its place in schedule_; nullopt: running, or not released
  };
  void schedule(const RawId& id, Lane& lane, Timestamp at);
  void unschedule(const RawId& id, Lane& lane);
  Due start(const RawId& id, Timestamp now);

  std::map<RawId, Lane> lanes_;
  std::set<std::pair<Timestamp, RawId>> schedule_;
  std::pair<Timestamp, RawId> last_tried_;  ///< by start_next()
  std::size_t size_ = 0;
};

}  // namespace wherry::webhooks
