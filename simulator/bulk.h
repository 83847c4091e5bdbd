#pragma once

#include <boost/json/object.hpp>

#include "simulator/inbound.h"
#include "simulator/scheduler.h"

namespace wherry::sim {

/// Makes many users write at a rate: a load for receivers. Threads: any.
class BulkInbound {
 public:
  BulkInbound(World& world, Scheduler& scheduler, Inbound& inbound) : world_(world), scheduler_(scheduler), inbound_(inbound) {}

  struct Order {
    std::string number_id;
    std::uint64_t count = 0;
    double rate = 100;            ///< messages a second; 0: all at once
    std::uint64_t users = 100;
    std::uint64_t first_user = 15'550'200'000;
    std::vector<std::pair<std::string, double>> mix;  ///< kinds and their weights: text, location, reaction, contacts, interactive
  };
  /// {"count","rate"?,"users"?,"mix"?: {"text":0.8,…},"phone_number_id"?}. Errors: invalid_argument.
  Result<Order> read(const boost::json::object& request) const;
  void start(Order order);
  std::uint64_t sent() const { return sent_.load(std::memory_order_relaxed); }
  std::uint64_t running() const { return running_.load(std::memory_order_relaxed); }

 private:
  class Run;
  void write_one(const Order& order, std::uint64_t n, SeededRandom& random, Timestamp at);

  World& world_;
  Scheduler& scheduler_;
  Inbound& inbound_;
  std::atomic<std::uint64_t> sent_{0}, running_{0};
};

}  // namespace wherry::sim
