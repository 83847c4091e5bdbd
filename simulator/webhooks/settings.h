#pragma once

#include <cstddef>

#include "base/clock.h"
#include "simulator/webhooks/body.h"

namespace wherry::sim {

/// How webhooks leave.
struct WebhookSettings {
  enum class Mode { single, window, mixed } mode = Mode::single;
  milliseconds window{50};           ///< longest time a batch is collected in window and mixed mode
  std::size_t max_updates = 1000;    ///< of one batch
  std::size_t max_bytes = 3 << 20;   ///< of one batch
  std::size_t concurrency = 64;      ///< connections per callback
  milliseconds timeout{10'000};
  bool accept_2xx = false;           ///< whether any 2xx counts as success; Meta documents 200
  bool legacy_signature = true;      ///< whether X-Hub-Signature is sent too
  bool shuffled = false;             ///< take from the queue in no particular order
  double retry_factor = 1;           ///< stretches or shrinks the retry schedule
  milliseconds give_up_after = std::chrono::hours(24 * 7);
  milliseconds no_storage_give_up_after = std::chrono::hours(1);
  std::size_t queue_limit = 100'000; ///< deliveries held per callback, waiting or between attempts
  std::size_t bytes_limit = std::size_t{256} << 20;  ///< of all bodies held
};

/// Probabilities (0…1) of faults, drawn per delivery from the seed.
struct Chaos {
  double duplicate = 0;            ///< the same POST twice
  double delayed_copy = 0;         ///< once more after delayed_copy_after
  double retry_although_200 = 0;   ///< the answer is taken for a failure
  double reorder = 0;              ///< held back until reorder_distance later ones have passed
  double wrong_signature = 0;      ///< the first attempt only, as are the faults below
  double old_secret = 0;
  double empty_body = 0;
  double oversize = 0;             ///< padded to oversize_bytes, signed rightly
  double slow_send = 0;            ///< the body takes slow_send_for
  double reset = 0;                ///< the connection breaks in the middle of the body
  milliseconds delayed_copy_after{3'000};
  milliseconds slow_send_for{3'000};
  std::size_t reorder_distance = 3;
  std::size_t oversize_bytes = (3 << 20) + 1024;
};

}  // namespace wherry::sim
