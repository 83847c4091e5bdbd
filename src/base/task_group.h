#pragma once

#include <memory>
#include <string_view>

#include "base/task.h"

namespace wherry {

/// Owns background coroutines: nothing is detached, and stop() ends them all.
/// Threads: spawn() from any thread; a task runs on the executor it was spawned on.
class TaskGroup {
 public:
  TaskGroup();
  ~TaskGroup();
  TaskGroup(const TaskGroup&) = delete;
  TaskGroup& operator=(const TaskGroup&) = delete;

  /// Starts a task. After stop() has begun the task is dropped unstarted. An exception that escapes is logged with `name`.
  void spawn(Executor executor, Task<void> task, std::string_view name);

  /// Cancels every task and waits until all have ended.
  Task<void> stop();
  /// Waits until all have ended of themselves; new ones are refused from now on.
  Task<void> drain();

  std::size_t size() const;

 private:
  struct State;
  std::shared_ptr<State> state_;  // shared with the completion handlers of running tasks
};

}  // namespace wherry
