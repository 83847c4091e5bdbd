#pragma once

#include "base/task_group.h"
#include "net/client.h"
#include "simulator/exceptions.h"
#include "simulator/hooks.h"
#include "simulator/timeline.h"
#include "simulator/user_actions.h"
#include "simulator/webhooks/dispatcher.h"

namespace wherry::sim {

/// Everything behind the Graph surface: message lives, users, rules and webhooks, driven by simulated time.
/// Threads: any. Owns nothing it is given; all of it outlives the engine.
class Engine final : public GraphEvents {
 public:
  Engine(World& world, SimClock& clock, http::Client& client, TaskGroup& tasks);

  /// Starts timers and deliveries on these threads.
  void start(const std::vector<Executor>& executors);
  /// Fires all that is due: call after moving the clock.
  void pump() { scheduler.pump(); }
  /// A clean state: the world, all plans, all deliveries, rules and counters; settings stay.
  void reset();

  void on_accepted(const SentMessagePtr& message, const Verdict* verdict) override;
  void on_template_submitted(const Template& value) override;
  void on_template_changed(const Template& value, std::string_view event) override;
  void on_marked_read(const ReceivedMessage& message) override;
  void on_security(const Number& number, std::string_view event) override;
  Task<Result<void>> verify_callback(std::string url, std::string verify_token) override;

  World& world;
  SimClock& clock;
  Scheduler scheduler;
  Identities identities;
  Dispatcher dispatcher;
  Announcer announcer;
  Timeline timeline;
  Inbound inbound;
  UserActions users;
  Rules rules;
  Exceptions exceptions;
  TaskGroup& tasks;

  std::atomic<std::uint64_t> marked_read{0};
  std::atomic<std::uint64_t> verifications{0}, verifications_refused{0};

 private:
  struct Review;
  struct Sweep;
  void plan_sweep(Timestamp from);
  void drop_notice(const Delivery& delivery);

  http::Client& client_;
  std::atomic<std::uint64_t> next_challenge_{1'158'201'444};
};

}  // namespace wherry::sim
