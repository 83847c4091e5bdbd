#include "upstream/linked_device/supervisor_slot.h"

namespace wherry::linked {

namespace {

// These end by stop and start, or by pairing; never because our process was started again.
bool ended_for_good(State state) {
  return state == State::replaced || state == State::banned || state == State::outdated || state == State::failed;
}

}  // namespace

bool Supervisor::Slot::on_state(const SessionId& session, const StateChange& change) {
  auto* known = owner_.find(session);
  if (known == nullptr || known->stopped) return true;
  // Nobody asked for this but us: it is started again, here or when the gateway is.
  if (change.state == State::stopped) return false;
  known->state = change.state;
  known->ended = ended_for_good(change.state);
  return true;
}

void Supervisor::Slot::on_keys_stored(const SessionId& session, const KeyFormat& format) {
  if (auto* known = owner_.find(session)) known->key_format = format;
}

milliseconds Supervisor::Slot::next_delay(Timestamp now, milliseconds spread) {
  constexpr milliseconds most{600'000};
  if (next_start_ < now || next_start_ > now + most) next_start_ = now;
  const auto delay = next_start_ - now;
  next_start_ += spread;
  return delay;
}

}  // namespace wherry::linked
