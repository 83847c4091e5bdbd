#pragma once

#include <array>
#include <atomic>
#include <cstdint>
#include <string_view>

#include "simulator/webhooks/settings.h"

namespace wherry::sim {

/// A fault that is put on purpose.
enum class Fault {
  none,
  duplicate,
  delayed_copy,
  retry_although_200,
  reorder,
  wrong_signature,
  old_secret,
  empty_body,
  oversize,
  slow_send,
  reset
};
inline constexpr Fault all_faults[] = {Fault::duplicate,       Fault::delayed_copy, Fault::retry_although_200, Fault::reorder,
                                       Fault::wrong_signature, Fault::old_secret,   Fault::empty_body,         Fault::oversize,
                                       Fault::slow_send,       Fault::reset};
std::string_view to_string(Fault fault);
double probability(const Chaos& chaos, Fault fault);

/// How often each fault was put.
class FaultCounters {
 public:
  void count(Fault fault) { counts_[static_cast<std::size_t>(fault)].fetch_add(1, std::memory_order_relaxed); }
  std::uint64_t of(Fault fault) const { return counts_[static_cast<std::size_t>(fault)].load(std::memory_order_relaxed); }
  void clear();

 private:
  std::array<std::atomic<std::uint64_t>, 11> counts_{};
};

/// Whether this delivery gets this fault: a function of its arguments alone, so that a run repeats.
bool draw(const Chaos& chaos, Fault fault, std::uint64_t seed, std::uint64_t delivery);

/// The one fault that spoils a delivery's first attempt, if any.
Fault draw_spoiled_attempt(const Chaos& chaos, std::uint64_t seed, std::uint64_t delivery);

}  // namespace wherry::sim
