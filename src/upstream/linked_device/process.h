#pragma once

#include <memory>
#include <string>

#include "upstream/linked_device/child.h"
#include "upstream/linked_device/error_output.h"
#include "upstream/linked_device/gate.h"
#include "upstream/linked_device/lanes.h"
#include "upstream/linked_device/options.h"
#include "upstream/linked_device/shared_files.h"

namespace wherry::linked {

/// Learns what a process says about itself.
class ProcessWatcher : public SessionWatcher {
 public:
  virtual void on_health(ProcessHealth health) = 0;
};

/// How the transport is started, apart from its socket.
struct TransportProgram {
  std::string program;
  std::vector<std::string> arguments;
};

/// What everything about processes needs; all of it outlives them.
struct ProcessWorld {
  const LinkedOptions& options;
  Clock& clock;
  Listener& listener;
  const bool& giving_up;  ///< no hello is waited for any more
};

/// One running transport: the child, its connection, and the lanes of its sessions.
/// Threads: the executor's.
class Process final : private LinkHandler {
 public:
  /// Starts the child and waits for its hello. Errors: unavailable (it does not start, or does not speak our protocol; the message says why).
  static Task<Result<std::shared_ptr<Process>>> start(ProcessWorld world, TransportProgram program, ProcessWatcher& watcher);
  ~Process() override;

  /// Asks for something; the answer's NoAnswer is all that remains of a process that ended.
  Task<Reply> ask(std::string op, json::object fields, milliseconds timeout) {
    return link_->ask(std::move(op), std::move(fields), timeout);
  }
  Lanes& lanes() { return *lanes_; }

  /// Asks it to stop its sessions and end; it has `grace` for each of the two.
  static Task<void> shut_down(std::shared_ptr<Process> process, milliseconds grace);
  /// Ends the connection at once; the child follows.
  void abandon(std::string why) { link_->close(std::move(why)); }
  /// Returns when the connection has ended.
  Task<void> wait_end() { return ended_.wait(); }
  /// After wait_end(): gets rid of the child and returns when the listener is not busy with its sessions any more.
  Task<void> clean_up();
  /// Returns when clean_up() has: nothing of the process remains.
  Task<void> wait_gone() { return gone_.wait(); }
  bool is_connected() const { return link_->is_open(); }

  const KeyFormat& key_format() const { return key_format_; }
  const std::string& version() const { return version_; }
  int pid() const { return child_->pid(); }
  std::string shared_directory() const { return directory_.shared(); }
  /// Why it ended, for people.
  std::string why_ended() const;
  bool was_asked_to_end() const { return asked_to_end_; }

 private:
  Process(ProcessWorld world, ProcessDirectory directory, ProcessWatcher& watcher);
  Result<void> launch(const TransportProgram& program);
  Task<void> serve();
  Task<void> watch_child();
  Task<void> log_errors();
  Task<void> expire_hello();
  Task<void> take(Frame frame) override;
  void take_hello(const json::object& hello);
  void take_own_event(const json::object& event);

  ProcessWorld world_;
  ProcessDirectory directory_;
  ProcessWatcher& watcher_;
  const std::string token_;
  boost::asio::basic_socket_acceptor<boost::asio::local::stream_protocol, Executor> acceptor_;
  std::unique_ptr<Child> child_;
  std::unique_ptr<Link> link_;
  std::unique_ptr<Lanes> lanes_;
  KeyFormat key_format_;
  std::string version_, trouble_;
  bool greeted_ = false, asked_to_end_ = false;
  Gate started_, ended_, child_ended_, gone_;
  TaskGroup tasks_;
};

}  // namespace wherry::linked
