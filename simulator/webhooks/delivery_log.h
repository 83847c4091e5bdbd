#pragma once

#include <cstdint>
#include <deque>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "base/clock.h"
#include "simulator/webhooks/chaos.h"

namespace wherry::sim {

/// One attempt to deliver a webhook.
struct Attempt {
  std::uint64_t number = 0;     ///< in the log
  std::uint64_t delivery = 0;
  unsigned attempt = 1;         ///< of this delivery
  Timestamp at{};
  std::string app_id;
  std::string url;
  std::string field;
  std::size_t updates = 0;
  Fault fault = Fault::none;
  std::string signature;        ///< as sent
  std::shared_ptr<const std::string> body;  // shared with the delivery; null for bodies made only to be wrong
  int status = 0;               ///< 0 when no answer came
  std::string error;
  milliseconds took{0};
  bool success = false;
};

/// The last attempts, for tests to assert on. Threads: any.
class DeliveryLog {
 public:
  explicit DeliveryLog(std::size_t limit) : limit_(limit) {}
  void add(Attempt attempt);
  /// The newest first, at most `limit`; only of one delivery when `delivery` is not 0.
  std::vector<Attempt> latest(std::size_t limit, std::uint64_t delivery = 0) const;
  void clear();

 private:
  static constexpr std::size_t bytes_limit = 32 << 20;
  const std::size_t limit_;
  mutable std::mutex mutex_;
  std::deque<Attempt> attempts_;
  std::size_t bytes_ = 0;
  std::uint64_t next_ = 1;
};

}  // namespace wherry::sim
