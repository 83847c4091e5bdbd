#include <cstdio>

#include "app/command_line.h"
#include "app/commands.h"
#include "app/signals.h"
#include "base/log.h"
#include "simulator/simulator.h"

namespace wherry::app {

namespace {

sim::Options translate(const SimulateOptions& options) {
  sim::Options out;
  out.address = options.address;
  out.port = options.port;
  out.control_port = options.control_port;
  out.allow_public = options.allow_public;
  out.sink = options.sink;
  out.throttles = options.throttles;
  out.seed = options.seed;
  out.time_scale = options.time_scale;
  out.data_dir = options.data_dir;
  out.callback_url = options.callback_url;
  auto set = [](std::string& to, const std::string& from) {
    if (!from.empty()) to = from;
  };
  set(out.phone_number_id, options.phone_number_id);
  set(out.waba_id, options.waba_id);
  set(out.display_number, options.display_number);
  set(out.access_token, options.access_token);
  set(out.app_secret, options.app_secret);
  set(out.verify_token, options.verify_token);
  return out;
}

Task<int> run(sim::Simulator& simulator, sim::Options options, Output output, IoThreads& threads) {
  auto executors = threads.executors();
  simulator.start(std::move(executors));
  const auto host = "http://" + options.address + ":";
  json::object ready;
  ready["simulator_url"] = host + std::to_string(simulator.graph_port());
  ready["simulator_control_url"] = host + std::to_string(simulator.control_port());
  ready["phone_number_id"] = options.phone_number_id;
  ready["waba_id"] = options.waba_id;
  ready["display_number"] = options.display_number;
  ready["access_token"] = options.access_token;
  ready["app_secret"] = options.app_secret;
  ready["verify_token"] = options.verify_token;
  if (output == Output::json) {
    std::puts(json::serialize(ready).c_str());
  } else {
    for (const auto& member : ready) {
      std::printf("%-22s %s\n", std::string(member.key()).c_str(), std::string(member.value().get_string()).c_str());
    }
  }
  std::fflush(stdout);
  co_await wait_for_signal();
  const seconds grace(3);
  co_await simulator.stop(grace);
  co_return exit_ok;
}

}  // namespace

int simulate(const SimulateOptions& options) {
  const auto translated = translate(options);
  IoThreads threads(0);  // outlives the simulator, whose sockets belong to it
  auto simulator = sim::Simulator::create(translated);
  if (!simulator) {
    std::fprintf(stderr, "wherry: %s\n", simulator.error().message.c_str());
    return exit_failed;
  }
  return run_on(threads, run(**simulator, translated, options.output, threads));
}

}  // namespace wherry::app
