#include "simulator/webhooks/chaos.h"

#include "base/random.h"

namespace wherry::sim {

std::string_view to_string(Fault fault) {
  switch (fault) {
    case Fault::none: return "none";
    case Fault::duplicate: return "duplicate";
    case Fault::delayed_copy: return "delayed_copy";
    case Fault::retry_although_200: return "retry_although_200";
    case Fault::reorder: return "reorder";
    case Fault::wrong_signature: return "wrong_signature";
    case Fault::old_secret: return "old_secret";
    case Fault::empty_body: return "empty_body";
    case Fault::oversize: return "oversize";
    case Fault::slow_send: return "slow_send";
    case Fault::reset: return "reset";
  }
  return "none";
}

double probability(const Chaos& chaos, Fault fault) {
  switch (fault) {
    case Fault::none: return 0;
    case Fault::duplicate: return chaos.duplicate;
    case Fault::delayed_copy: return chaos.delayed_copy;
    case Fault::retry_although_200: return chaos.retry_although_200;
    case Fault::reorder: return chaos.reorder;
    case Fault::wrong_signature: return chaos.wrong_signature;
    case Fault::old_secret: return chaos.old_secret;
    case Fault::empty_body: return chaos.empty_body;
    case Fault::oversize: return chaos.oversize;
    case Fault::slow_send: return chaos.slow_send;
    case Fault::reset: return chaos.reset;
  }
  return 0;
}

void FaultCounters::clear() {
  for (auto& count : counts_) count.store(0);
}

bool draw(const Chaos& chaos, Fault fault, std::uint64_t seed, std::uint64_t delivery) {
  const double p = probability(chaos, fault);
  if (p <= 0) return false;
  SeededRandom random(seed ^ delivery * 0x9e3779b97f4a7c15u ^ static_cast<std::uint64_t>(fault) << 56);
  random.next();
  return random.unit() < p;
}

Fault draw_spoiled_attempt(const Chaos& chaos, std::uint64_t seed, std::uint64_t delivery) {
  for (const auto fault : {Fault::wrong_signature, Fault::old_secret, Fault::empty_body, Fault::oversize, Fault::slow_send, Fault::reset}) {
    if (draw(chaos, fault, seed, delivery)) return fault;
  }
  return Fault::none;
}

}  // namespace wherry::sim
