#include <cstdio>

#include "app/command_line.h"
#include "app/commands.h"
#include "app/gateway.h"
#include "app/signals.h"
#include "base/log.h"

namespace wherry::app {

namespace {

Task<int> run(const Config& config, Core& core, IoThreads& threads) {
  Gateway gateway(config, core);
  auto bound = gateway.bind();
  auto started = bound;
  if (bound) {
    auto executors = threads.executors();
    started = co_await gateway.start(std::move(executors));
  }
  if (!started) {
    std::fprintf(stderr, "wherry: %s\n", started.error().message.c_str());
    co_return exit_failed;
  }
  log::info("serving", {{"url", gateway.base_url()}, {"data_dir", config.data_dir}, {"version", WHERRY_VERSION}});
  const int signal = co_await wait_for_signal();
  log::info("stopping", {{"signal", signal}});
  co_await gateway.stop();
  log::info("stopped");
  co_return exit_ok;
}

}  // namespace

int serve(const Config& config) {
  SystemClock clock;
  IoThreads threads(config.io_threads);  // outlives the core, whose sockets belong to it
  auto core = Core::open(config, clock, threads.executors().back());
  if (!core) {
    std::fprintf(stderr, "wherry: %s\n", core.error().message.c_str());
    return exit_failed;
  }
  return run_on(threads, run(config, **core, threads));
}

}  // namespace wherry::app
