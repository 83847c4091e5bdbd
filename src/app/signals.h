#pragma once

#include "app/io_threads.h"
#include "base/task.h"

namespace wherry::app {

/// Suspends until SIGTERM or SIGINT and gives its number. A second one ends the process at once.
Task<int> wait_for_signal();

/// Runs `task` on the first I/O thread while all of them serve; ends them when it ends, and gives its value.
int run_on(IoThreads& threads, Task<int> task);

}  // namespace wherry::app
