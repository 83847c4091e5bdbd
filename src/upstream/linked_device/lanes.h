#pragma once

#include <deque>
#include <map>
#include <memory>
#include <set>
#include <string>

#include "base/completion.h"
#include "base/task_group.h"
#include "services/ports/linked_listener.h"
#include "upstream/linked_device/link.h"
#include "upstream/linked_device/listener_calls.h"

namespace wherry::linked {

/// Learns what is said about sessions before the listener does.
class SessionWatcher {
 public:
  virtual ~SessionWatcher() = default;
  /// False: the listener is not told.
  virtual bool on_state(const SessionId& session, const StateChange& change) = 0;
  /// Keys were stored in the format of this process.
  virtual void on_keys_stored(const SessionId& session, const KeyFormat& format) = 0;
};

struct LaneCounters {
  std::uint64_t frames = 0;           ///< about sessions
  std::uint64_t odd_events = 0;       ///< unknown or malformed
  std::uint64_t lost_events = 0;      ///< gaps in `seq`
  std::uint64_t refused_requests = 0;
};

/// Brings what one process says about its sessions to the listener: in order per session, sessions beside each other. A request is answered
/// when the listener has done it. When the listener could not, later requests of the session are put off until that one has been
/// asked again, so that a moment's failure changes no order.
/// Threads: the executor's.
class Lanes {
 public:
  static constexpr std::size_t max_held = 128u << 20;  ///< bytes in memory, roughly; beyond it take() waits

  Lanes(Executor executor, Listener& listener, Link& link, SessionWatcher& watcher, KeyFormat format);

  /// From now on frames of the session are heard; `seq` begins anew.
  void open(const SessionId& session);
  /// Drops what waits and returns when the listener is no longer busy with the session.
  Task<void> close(SessionId session);
  /// A frame with an `op` or an `event` about a session.
  Task<void> take(Frame frame);
  /// Drops what waits everywhere and returns when the listener is not busy any more. Nothing is taken afterwards.
  Task<void> drain();
  const LaneCounters& counters() const { return counters_; }

 private:
  struct Lane {
    SessionId session;
    std::deque<Frame> waiting;
    std::set<std::int64_t> put_off;  // `seq` of requests that must come again
    std::int64_t next_seq = 1;
    bool running = false, closed = false;
    Completion<int> idle;  // of close()
  };

  Task<void> run(std::shared_ptr<Lane> lane);
  Task<void> handle(std::shared_ptr<Lane> lane, Frame frame);
  Task<void> answer_request(std::shared_ptr<Lane> lane, Frame frame);
  Task<void> answer_query(SessionId session, Frame frame);
  void reply(std::int64_t id, CallReply reply);
  void note_seq(Lane& lane, const json::object& line);
  bool is_for_listener(const Lane& lane, const json::object& line);
  void forget_waiting(Lane& lane);
  void release(std::size_t bytes);

  Executor executor_;
  Listener& listener_;
  Link& link_;
  SessionWatcher& watcher_;
  const KeyFormat format_;
  std::map<std::string, std::shared_ptr<Lane>, std::less<>> lanes_;
  std::size_t held_ = 0;
  Completion<int> room_;
  LaneCounters counters_;
  TaskGroup tasks_;
};

}  // namespace wherry::linked
