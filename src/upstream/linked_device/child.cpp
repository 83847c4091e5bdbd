#include "upstream/linked_device/child.h"

#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <boost/asio/as_tuple.hpp>
#include <boost/asio/buffer.hpp>
#include <boost/asio/steady_timer.hpp>
#include <cstring>

#include "base/task_group.h"

namespace wherry::linked {

namespace asio = boost::asio;

namespace {

/// Two descriptors that close themselves.
struct Ends {
  int read = -1, write = -1;
  Ends() {
    int both[2];
    if (::pipe2(both, O_CLOEXEC) != 0) return;
    read = both[0];
    write = both[1];
  }
  ~Ends() {
    if (read >= 0) ::close(read);
    if (write >= 0) ::close(write);
  }
  Ends(const Ends&) = delete;
  Ends& operator=(const Ends&) = delete;
};

struct Actions {
  Actions() {
    posix_spawn_file_actions_init(&files);
    posix_spawnattr_init(&attributes);
  }
  ~Actions() {
    posix_spawn_file_actions_destroy(&files);
    posix_spawnattr_destroy(&attributes);
  }
  Actions(const Actions&) = delete;
  Actions& operator=(const Actions&) = delete;
  posix_spawn_file_actions_t files;
  posix_spawnattr_t attributes;
};

std::vector<char*> pointers(std::vector<std::string>& texts) {
  std::vector<char*> all;
  for (auto& text : texts) all.push_back(text.data());
  all.push_back(nullptr);
  return all;
}

// Own group, default signals, three descriptors and no other: sockets of this process are not all close-on-exec.
void prepare(Actions& actions, const Child::Command& command, int input, int output) {
  const int read_from = command.read == Child::Read::errors ? STDERR_FILENO : STDOUT_FILENO;
  const int unread = command.read == Child::Read::errors ? STDOUT_FILENO : STDERR_FILENO;
  posix_spawn_file_actions_adddup2(&actions.files, input, STDIN_FILENO);
  posix_spawn_file_actions_adddup2(&actions.files, output, read_from);
  posix_spawn_file_actions_addopen(&actions.files, unread, "/dev/null", O_WRONLY, 0);
  posix_spawn_file_actions_addclosefrom_np(&actions.files, 3);
  posix_spawn_file_actions_addchdir_np(&actions.files, command.directory.c_str());
  sigset_t all, none;
  sigfillset(&all);
  sigemptyset(&none);
  posix_spawnattr_setsigdefault(&actions.attributes, &all);
  posix_spawnattr_setsigmask(&actions.attributes, &none);
  posix_spawnattr_setpgroup(&actions.attributes, 0);
  posix_spawnattr_setflags(&actions.attributes, POSIX_SPAWN_SETPGROUP | POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETSIGMASK);
}

Error cannot(const std::string& program, int failure) {
  return {ErrorCode::unavailable, "the program " + program + " cannot be started", std::strerror(failure)};
}

}  // namespace

Child::Child(int pid, Pipe input, Pipe output, Pipe exit)
    : pid_(pid), input_(std::move(input)), output_(std::move(output)), exit_(std::move(exit)) {}

Result<std::unique_ptr<Child>> Child::spawn(Executor executor, const Command& command) {
  Ends input, output;
  if (input.write < 0 || output.write < 0) return cannot(command.program, errno);
  Actions actions;
  prepare(actions, command, input.read, output.write);
  std::vector<std::string> arguments{command.program};
  arguments.insert(arguments.end(), command.arguments.begin(), command.arguments.end());
  auto environment = command.environment;
  const auto argv = pointers(arguments), envp = pointers(environment);
  pid_t pid = 0;
  const int failure = posix_spawnp(&pid, command.program.c_str(), &actions.files, &actions.attributes, argv.data(), envp.data());
  if (failure != 0) return cannot(command.program, failure);
  const int exit = static_cast<int>(::syscall(SYS_pidfd_open, pid, 0));
  if (exit < 0) {
    const int why = errno;
    ::kill(-pid, SIGKILL);
    ::waitpid(pid, nullptr, 0);
    return cannot(command.program, why);
  }
  auto child = std::unique_ptr<Child>(
      new Child(pid, Pipe(executor, std::exchange(input.write, -1)), Pipe(executor, std::exchange(output.read, -1)), Pipe(executor, exit)));
  return child;
}

Child::~Child() {
  if (status_) return;
  kill();
  reap(0);
}

Task<void> Child::wait_exit() {
  while (!status_) {
    co_await exit_.async_wait(Pipe::wait_read, asio::as_tuple(use_task));
    kill();  // whom it left behind; it is not reaped yet, so the group is still its own
    reap(WNOHANG);
  }
}

void Child::reap(int options) {
  int status = 0;
  if (::waitpid(pid_, &status, options) == pid_) status_ = status;
}

void Child::kill() {
  if (!status_) ::kill(-pid_, SIGKILL);
}

void Child::close_stdin() {
  boost::system::error_code ignored;
  input_.close(ignored);
}

std::optional<int> Child::exit_status() const {
  if (!status_ || !WIFEXITED(*status_)) return std::nullopt;
  return WEXITSTATUS(*status_);
}

std::string Child::how_it_ended() const {
  if (!status_) return "";
  if (WIFEXITED(*status_)) return "status " + std::to_string(WEXITSTATUS(*status_));
  return "signal " + std::to_string(WTERMSIG(*status_));
}

namespace {

Task<void> kill_after(Child& child, std::chrono::milliseconds limit) {
  auto executor = co_await asio::this_coro::executor;
  asio::basic_waitable_timer<std::chrono::steady_clock, asio::wait_traits<std::chrono::steady_clock>, Executor> timer(executor, limit);
  auto waited = co_await timer.async_wait(asio::as_tuple(use_task));
  if (!std::get<0>(waited)) child.kill();
}

}  // namespace

Task<Result<ChildAnswer>> run_child(Child::Command command, std::size_t most, std::chrono::milliseconds limit) {
  auto executor = co_await asio::this_coro::executor;
  CO_TRY(auto child, Child::spawn(executor, command));
  child->close_stdin();
  TaskGroup tasks;
  tasks.spawn(executor, kill_after(*child, limit), "linked_child_limit");
  ChildAnswer answer;
  std::array<char, 1024> buffer;
  for (;;) {
    auto got = co_await child->output().async_read_some(asio::buffer(buffer), asio::as_tuple(use_task));
    if (std::get<0>(got)) break;
    answer.text.append(buffer.data(), std::min(std::get<1>(got), most - answer.text.size()));
  }
  co_await child->wait_exit();
  co_await tasks.stop();
  answer.exit_status = child->exit_status();
  co_return answer;
}

}  // namespace wherry::linked
