#pragma once

#include <atomic>
#include <map>
#include <memory>
#include <mutex>
#include <set>
#include <vector>

#include "base/random.h"
#include "base/task_group.h"
#include "upstream/linked_device/health_rules.h"
#include "upstream/linked_device/installation.h"
#include "upstream/linked_device/process.h"

namespace wherry::linked {

/// Runs the processes that the sessions need, each with a share of them; starts them again when they end, replaces them when they are not well.
/// Threads: the executor's, except health().
class Supervisor {
 public:
  Supervisor(const LinkedOptions& options, Clock& clock, Listener& listener);
  ~Supervisor();

  Task<Result<void>> start_session(StartSession request);
  Task<Result<void>> stop_session(SessionId session);
  /// Asks the session's process. Not written when there is none: the session is not started, or its process is being started again.
  Task<Reply> ask(SessionId session, std::string op, json::object fields, milliseconds timeout);
  /// Waits until a session that was started is in its process (which takes a second when that has to be started first) and has found out where it
  /// stands. False: it is not started, or not in time.
  Task<bool> wait_running(SessionId session, milliseconds patience);
  /// Brings a session that had ended for good back to its process, so that it can be paired.
  Task<void> wake(SessionId session);
  /// Of the session's process; nullopt when it does not run.
  std::optional<std::string> shared_directory(const SessionId& session) const;
  std::vector<ProcessHealth> health() const;
  /// Processes that were started again, since the gateway started. Threads: any.
  std::uint64_t restarts() const { return restarts_.load(); }
  /// Ends every session and process, in order, and waits.
  Task<void> stop();

 private:
  class Slot;
  struct Session {
    SessionId id;
    Settings settings;
    KeyFormat key_format;
    std::shared_ptr<Slot> slot = {};
    State state = State::stopped;
    int started_in = 0;  ///< pid of the process that was told to run it
    int running_in = 0;  ///< pid of the process that has said it does
    bool ended = false;  ///< for good, by WhatsApp or itself: not started again with the process
    bool restarting = false;  ///< because it was stale
    std::shared_ptr<Gate> stopped = {};  ///< set: stop_session() is at work, and opens it when it is done
  };

  Session* find(const SessionId& session);
  void forget(const SessionId& session);
  Result<std::shared_ptr<Slot>> place();
  Result<void> enlist(StartSession request);
  Task<void> run_slot(std::shared_ptr<Slot> slot);
  Task<void> run_process(std::shared_ptr<Slot> slot, std::shared_ptr<Process> process);
  Task<void> start_all(std::shared_ptr<Slot> slot);
  Task<Result<void>> start_in_process(std::shared_ptr<Process> process, SessionId session);
  Task<void> announce_loss(std::shared_ptr<Slot> slot, milliseconds retry_in, std::string why);
  Task<void> tell_state(SessionId session, StateChange change);
  Task<void> watch();
  void look_after(Slot& slot);
  Task<void> restart_stale(SessionId session);
  Task<void> pause(milliseconds duration);
  void judge(Slot& slot, ProcessHealth report);
  void publish();

  const LinkedOptions& options_;
  Clock& clock_;
  Listener& listener_;
  std::optional<TransportProgram> program_;
  SeededRandom random_;
  bool stopping_ = false, watching_ = false, said_missing_ = false;
  std::map<std::string, Session, std::less<>> sessions_;
  std::map<int, std::shared_ptr<Slot>> slots_;
  std::atomic<std::uint64_t> restarts_{0};
  mutable std::mutex health_mutex_;
  std::vector<ProcessHealth> health_;  // guarded by health_mutex_
  TaskGroup tasks_;
};

}  // namespace wherry::linked
