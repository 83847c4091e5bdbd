#pragma once

#include <atomic>
#include <memory>
#include <string>

#include "simulator/webhooks/chaos.h"
#include "simulator/webhooks/update.h"

namespace wherry::sim {

/// How much is held in deliveries that are not settled yet.
struct DeliveryBudget {
  std::atomic<std::size_t> count{0};
  std::atomic<std::size_t> bytes{0};
};

/// One POST that is owed to a subscriber. Its bytes never change, however often it is sent.
struct Delivery {
  Delivery(std::shared_ptr<DeliveryBudget> budget_it_counts_in, std::shared_ptr<const std::string> bytes)
      : body(std::move(bytes)), budget(std::move(budget_it_counts_in)) {
    budget->count.fetch_add(1);
    budget->bytes.fetch_add(body->size());
  }
  ~Delivery() {
    budget->count.fetch_sub(1);
    budget->bytes.fetch_sub(body->size());
  }
  Delivery(const Delivery&) = delete;
  Delivery& operator=(const Delivery&) = delete;

  std::uint64_t id = 0;
  std::uint64_t copy_of = 0;     ///< the delivery this is a wanted duplicate of
  std::shared_ptr<const std::string> body;  // shared with copies and the log
  std::string signature_256;
  std::string signature_1;
  std::string field;
  std::string waba_id;           ///< of the first update, as the rest of its identity
  std::string phone_number_id;
  std::size_t updates = 0;
  bool no_storage = false;       ///< for a No Storage number: dropped early
  bool retried_although_taken = false;
  std::uint64_t generation = 0;  ///< of the dispatcher's reset()
  Timestamp created{};           ///< when the oldest update happened
  unsigned attempts = 0;         ///< made so far
  Fault spoiled = Fault::none;   ///< what is done to the first attempt
  std::shared_ptr<DeliveryBudget> budget;  // shared with the dispatcher
};
using DeliveryPtr = std::shared_ptr<Delivery>;  // shared by the queue, the scheduler and the attempt under way

}  // namespace wherry::sim
