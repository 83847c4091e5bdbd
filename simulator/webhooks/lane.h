#pragma once

#include <deque>
#include <mutex>
#include <optional>
#include <vector>

#include "base/random.h"
#include "simulator/webhooks/delivery.h"
#include "simulator/webhooks/settings.h"

namespace wherry::sim {

/// What waits for one subscriber's callback: the batch being collected, the queue, and those held back to come out of order.
/// Threads: any.
class Lane {
 public:
  Lane(std::size_t key, std::uint64_t seed) : key_(key), random_(seed ^ key) {}

  std::size_t key() const { return key_; }

  /// The target of the newest update: a changed secret holds from then on.
  void set_target(Target target);
  Target target() const;

  struct Added {
    std::vector<UpdatePtr> ready;             ///< a batch that became full
    std::optional<std::uint64_t> opened;      ///< a batch was begun: flush() it by this number when its window ends
  };
  /// Adds to the batch being collected.
  Added collect(UpdatePtr update, const WebhookSettings& settings);
  /// The batch, if it is still the one of that number.
  std::vector<UpdatePtr> flush(std::uint64_t batch);

  /// Queues a delivery. True when the caller must start a worker for this lane.
  bool enqueue(DeliveryPtr delivery, std::size_t concurrency);
  /// Holds a delivery back until `distance` others were queued; release() lets it go at the latest.
  void hold(DeliveryPtr delivery, std::size_t distance);
  /// True when it was still held.
  bool release(const Delivery& delivery);

  /// The next delivery for a worker; null ends that worker.
  DeliveryPtr take(bool shuffled, std::size_t concurrency);

  /// Drops everything that waits.
  void clear();

  std::size_t depth() const;
  std::size_t active() const;

 private:
  struct Held {
    DeliveryPtr delivery;
    std::size_t remaining;
  };
  const std::size_t key_;
  mutable std::mutex mutex_;
  Target target_;
  std::vector<UpdatePtr> batch_;
  std::size_t batch_bytes_ = 0;
  std::uint64_t batch_number_ = 0;
  std::deque<DeliveryPtr> queue_;
  std::vector<Held> held_;
  std::size_t active_ = 0;
  SeededRandom random_;
};

}  // namespace wherry::sim
