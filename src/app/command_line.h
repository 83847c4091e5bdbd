#pragma once

namespace wherry::app {

/// Exit status of every command.
enum ExitStatus {
  exit_ok = 0,
  exit_failed = 1,  ///< it was tried and did not work; the reason is on stderr
  exit_usage = 2,   ///< wrong arguments or configuration; nothing was tried
};

/// The whole program: parses the command line, runs one command, gives its exit status.
int run_command_line(int argc, char** argv);

}  // namespace wherry::app
