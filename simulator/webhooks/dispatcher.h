#pragma once

#include <functional>
#include <map>
#include <shared_mutex>
#include <vector>

#include "base/task_group.h"
#include "net/client.h"
#include "simulator/scheduler.h"
#include "simulator/webhooks/delivery_log.h"
#include "simulator/webhooks/lag.h"
#include "simulator/webhooks/lane.h"

namespace wherry::sim {

/// What the webhook engine did, for GET /sim/stats.
struct WebhookCounters {
  std::atomic<std::uint64_t> updates{0};          ///< that happened and had a subscriber
  std::atomic<std::uint64_t> unrouted{0};         ///< that nobody subscribed to
  std::atomic<std::uint64_t> delivered{0};        ///< POSTs a receiver took
  std::atomic<std::uint64_t> delivered_updates{0};
  std::atomic<std::uint64_t> failed{0};           ///< attempts that were not taken
  std::atomic<std::uint64_t> retried{0};          ///< attempts after the first
  std::atomic<std::uint64_t> expired{0};          ///< given up on
  std::atomic<std::uint64_t> dropped{0};          ///< deliveries refused because too many wait
  std::atomic<std::uint64_t> in_flight{0};
};

/// Turns updates into signed POSTs and sees to their delivery: batches, queues, retries with the same bytes, and faults on purpose.
/// Threads: any.
class Dispatcher {
 public:
  using Route = std::function<std::vector<Target>(const Update&)>;
  /// Told of each delivery that is given up on.
  using OnExpired = std::function<void(const Delivery&)>;

  Dispatcher(SimClock& clock, Scheduler& scheduler, http::Client& client, TaskGroup& tasks, std::uint64_t seed);

  /// Before anything is emitted.
  void set_route(Route route) { route_ = std::move(route); }
  void set_on_expired(OnExpired on_expired) { on_expired_ = std::move(on_expired); }
  void start(std::vector<Executor> executors) { executors_ = std::move(executors); }

  /// Sends an update to everyone who subscribed to it.
  void emit(UpdatePtr update);

  WebhookSettings settings() const;
  void set_settings(WebhookSettings settings);
  Chaos chaos() const;
  void set_chaos(Chaos chaos);

  /// Drops all that waits, the log and the counters; settings stay.
  void reset();

  const WebhookCounters& counters() const { return counters_; }
  const FaultCounters& faults() const { return faults_; }
  const LagHistogram& lag() const { return lag_; }
  const DeliveryLog& log() const { return log_; }
  std::size_t depth() const;
  /// Deliveries not yet settled: queued, being sent or between attempts.
  std::size_t outstanding() const { return budget_->count.load(); }

 private:
  struct Flush;
  struct Release;
  struct Again;
  using LanePtr = std::shared_ptr<Lane>;  // shared with workers and planned retries
  struct Options {
    WebhookSettings settings;
    Chaos chaos;
  };

  LanePtr lane_for(const Target& target);
  std::shared_ptr<const Options> options() const;
  void deliver(const LanePtr& lane, std::vector<UpdatePtr> updates);
  bool full(const Options& options) const;
  DeliveryPtr copy_of(const Delivery& delivery);
  void enqueue(const LanePtr& lane, DeliveryPtr delivery);
  void plan_retry(const LanePtr& lane, const DeliveryPtr& delivery, const Options& options);
  /// Counts the outcome; gives whether the delivery is done.
  bool judge(Delivery& delivery, Fault fault, bool taken, const Options& options);
  Task<void> work(LanePtr lane);
  Task<void> attempt(LanePtr lane, DeliveryPtr delivery);

  SimClock& clock_;
  Scheduler& scheduler_;
  http::Client& client_;
  TaskGroup& tasks_;
  const std::uint64_t seed_;
  Route route_;
  OnExpired on_expired_;
  std::vector<Executor> executors_;
  std::atomic<std::size_t> next_executor_{0};

  mutable std::mutex options_mutex_;
  std::shared_ptr<const Options> options_;  // shared with work under way, replaced as a whole
  mutable std::shared_mutex lanes_mutex_;
  std::map<std::string, LanePtr, std::less<>> lanes_;
  std::atomic<std::uint64_t> next_delivery_{1};
  std::atomic<std::uint64_t> generation_{0};
  std::shared_ptr<DeliveryBudget> budget_ = std::make_shared<DeliveryBudget>();  // shared with every delivery
  WebhookCounters counters_;
  FaultCounters faults_;
  LagHistogram lag_;
  DeliveryLog log_{2'000};
};

}  // namespace wherry::sim
