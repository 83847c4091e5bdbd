#pragma once

#include <deque>
#include <map>
#include <optional>
#include <set>

#include "services/ports/journal_store.h"

namespace wherry::webhooks {

/// What keeps its order: a conversation, or the events of a channel without one.
RawId lane_of(const JournalItem& item);

/// The events of one subscription that are read and not yet settled, in lanes: first in first out per conversation, conversations
/// independent. Knows nothing of time but what it is told. Threads: one.
class Window {
 public:
  enum class Kind {
    fresh,      ///< holds the cursor back until it is settled
    replay,     ///< is sent again
    set_aside,  ///< the first of a conversation that was held up
  };
  struct Entry {
    JournalItem item;
    std::uint32_t attempts = 0;
    Timestamp not_before;
    bool running = false;
    Kind kind = Kind::fresh;
    bool early = false;   ///< set aside: before its time
    bool stored = false;  ///< fresh: the store has a row about it from before a restart
    bool may_share = false;  ///< a call with events of other conversations
  };

  explicit Window(std::uint64_t cursor = 0) : read_(cursor) {}

  /// Puts an event at the end of its conversation's lane.
  void add(Entry entry);
  /// Everything up to here was looked at; what was not added is not for the subscription.
  void note_read(std::uint64_t sequence) { read_ = std::max(read_, sequence); }
  std::uint64_t read_position() const { return read_; }

  /// The heads that may go at `now`, oldest first.
  std::vector<std::uint64_t> due(Timestamp now) const;
  /// A head is on its way, until it is settled or postponed.
  void start(std::uint64_t sequence);
  /// When the next head that may not go at `now` may; nullopt when there is none.
  std::optional<Timestamp> next_due(Timestamp now) const;
  /// How many events of this kind are here, in all and of one conversation.
  std::size_t size_of(Kind kind) const;
  std::size_t size_of(Kind kind, const RawId& lane) const;
  /// Takes out the fresh events of a conversation, in order.
  std::vector<std::uint64_t> take(const RawId& lane);
  /// nullptr when it was settled.
  Entry* find(std::uint64_t sequence);
  /// Acknowledged or dead: the next of its lane may go.
  void settle(std::uint64_t sequence);
  /// Stays the head of its lane.
  void postpone(std::uint64_t sequence, std::uint32_t attempts, Timestamp not_before);

  /// Every event up to here is settled or not for the subscription.
  std::uint64_t cursor() const;
  std::size_t size() const { return entries_.size(); }
  std::size_t bytes() const { return bytes_; }
  std::size_t running() const { return running_; }

 private:
  using Lane = std::deque<std::uint64_t>;
  using LaneKey = std::pair<Kind, RawId>;  ///< kinds do not wait for each other: what is sent again holds up nothing that is new
  static std::size_t bytes_of(const JournalItem& item);

  std::map<std::uint64_t, Entry> entries_;
  std::map<LaneKey, Lane> lanes_;
  std::set<std::uint64_t> unsettled_;  ///< those that hold the cursor back
  std::uint64_t read_;
  std::size_t bytes_ = 0;
  std::size_t running_ = 0;
};

}  // namespace wherry::webhooks
