#pragma once

#include <atomic>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "base/clock.h"
#include "base/result.h"
#include "base/task.h"

namespace wherry::sim {

class Engine;
class SimClock;
class World;

struct Options {
  std::string address = "127.0.0.1";
  std::uint16_t port = 0;              ///< Graph; 0 = any free port
  std::uint16_t control_port = 0;      ///< /sim/*
  bool allow_public = false;           ///< without it only loopback addresses are taken
  std::uint64_t seed = 1;
  bool sink = false;                   ///< the Graph port answers success and keeps nothing
  double time_scale = 1;               ///< simulated seconds per real second
  bool frozen = false;                 ///< time stands still at start_time until POST /sim/clock
  Timestamp start_time{milliseconds(1'795'000'000'000)};  ///< used when frozen
  std::string data_dir;                ///< media; empty: a temporary directory, removed at the end
  bool throttles = true;               ///< throughput, pair and management limits
  bool accept_any_token = false;       ///< any bearer token is the demo app's
  std::string portfolio_id = "506914307656634";
  std::string phone_number_id = "106540352242922";
  std::string waba_id = "102290129340398";
  std::string app_id = "670843887433847";
  std::string display_number = "+1 555-010-7788";
  std::string access_token = "EAAJBdemo0wherry0simulator0token";
  std::string app_secret = "test_app_secret";
  std::string callback_url;            ///< empty: no webhooks until one is set
  std::string verify_token = "test_verify_token";
  std::size_t message_limit = 100'000; ///< sent messages kept
};

/// The simulated Graph API with its control port. Create, start with one executor per I/O thread, stop before destruction.
class Simulator {
 public:
  /// Binds both ports; serves nothing yet. Errors: invalid_argument (an address that is not loopback without allow_public, a bad
  /// option), unavailable (a port is taken).
  static Result<std::unique_ptr<Simulator>> create(Options options);
  ~Simulator();
  Simulator(const Simulator&) = delete;
  Simulator& operator=(const Simulator&) = delete;

  /// Serves on these threads.
  void start(std::vector<Executor> executors);
  /// Stops accepting, waits up to `grace` for requests, drops what is planned.
  Task<void> stop(milliseconds grace);

  std::uint16_t graph_port() const;
  std::uint16_t control_port() const;
  World& world();
  SimClock& clock();
  Engine& engine();

 private:
  struct Parts;
  explicit Simulator(std::unique_ptr<Parts> parts);
  std::unique_ptr<Parts> parts_;
};

}  // namespace wherry::sim
