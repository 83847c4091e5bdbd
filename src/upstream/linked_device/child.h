#pragma once

#include <boost/asio/posix/stream_descriptor.hpp>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/result.h"
#include "base/task.h"

namespace wherry::linked {

/// A child process in a process group of its own, with nothing of ours but three descriptors: stdin, which we hold and never write, so that it ends
/// with us; one output that we read; the other is /dev/null.
/// Threads: the executor's.
class Child {
 public:
  enum class Read { errors, output };
  struct Command {
    std::string program;  ///< found through the PATH of `environment`'s owner: ours
    std::vector<std::string> arguments;
    std::vector<std::string> environment;  ///< NAME=value, all there is
    std::string directory;  ///< where it runs
    Read read = Read::errors;
  };
  using Pipe = boost::asio::posix::basic_stream_descriptor<Executor>;

  /// Errors: unavailable (there is no such program, or no process can be made; the message says which).
  static Result<std::unique_ptr<Child>> spawn(Executor executor, const Command& command);
  /// Kills it and waits, if it still runs.
  ~Child();
  Child(const Child&) = delete;
  Child& operator=(const Child&) = delete;

  /// Returns when it has ended; its process group is killed then. Call once.
  Task<void> wait_exit();
  bool has_ended() const { return status_.has_value(); }
  /// "status 2", "signal 9"; "" while it runs.
  std::string how_it_ended() const;
  /// The exit status; nullopt while it runs and when a signal ended it.
  std::optional<int> exit_status() const;

  void close_stdin();
  /// The whole group, at once.
  void kill();
  /// What it writes.
  Pipe& output() { return output_; }
  int pid() const { return pid_; }

 private:
  Child(int pid, Pipe input, Pipe output, Pipe exit);
  void reap(int options);

  const int pid_;
  Pipe input_, output_;
  Pipe exit_;  // readable when the process has ended
  std::optional<int> status_;
};

/// Everything it writes, up to `most` bytes, and how it ended; it is killed after `limit`. For programs that answer and end.
struct ChildAnswer {
  std::string text;
  std::optional<int> exit_status;
};
Task<Result<ChildAnswer>> run_child(Child::Command command, std::size_t most, std::chrono::milliseconds limit);

}  // namespace wherry::linked
