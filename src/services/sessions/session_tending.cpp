#include <algorithm>
#include <array>

#include "base/log.h"
#include "base/random.h"
#include "services/sessions/sessions.h"

namespace wherry {

void Sessions::start_tending(Executor executor) { background_.spawn(executor, tend(), "session_tending"); }

Task<void> Sessions::stop_tending() {
  co_await background_.stop();
  for (const auto& session : parts_.table.all()) {
    if (!parts_.table.runs(session.channel)) continue;
    auto released = co_await parts_.store.release(session.channel, parts_.options.owner);
    if (!released) log::warn("session_not_released", {{"session", session.channel.text()}});
  }
}

Task<void> Sessions::tend() {
  while (true) {
    co_await tend_once();
    co_await parts_.clock.sleep_for(parts_.options.tend_every);
  }
}

Task<void> Sessions::tend_once() {
  co_await parts_.states.save_again();
  co_await keep_leases();
  for (auto& session : parts_.table.all()) {
    if (!session.wanted && parts_.table.runs(session.channel)) (void)co_await halt(session.channel, linked::Reason::requested);
    const bool due = session.wanted && !parts_.table.runs(session.channel) && resumes(session.state.state);
    if (!due) continue;
    co_await resume(std::move(session));
    co_await parts_.clock.sleep_for(spacing());
  }
}

// Half to one and a half of what is set, so that many gateways that start at once do not keep step.
milliseconds Sessions::spacing() {
  const auto about = static_cast<std::uint64_t>(std::max<std::int64_t>(1, parts_.options.start_spacing.count()));
  std::array<std::uint8_t, 8> bytes{};
  fill_random(bytes);
  std::uint64_t drawn = 0;
  for (const auto byte : bytes) drawn = drawn << 8 | byte;
  return milliseconds(static_cast<std::int64_t>(about / 2 + drawn % (about + 1)));
}

// What another process has taken since must not run here as well.
Task<void> Sessions::keep_leases() {
  const auto now = parts_.clock.now();
  auto held = co_await parts_.store.renew(parts_.options.owner, now + parts_.options.lease);
  if (!held) {
    log::warn("session_leases_not_renewed", {{"error", to_string(held.error().code)}});
    co_return;
  }
  for (const auto& session : parts_.table.all()) {
    const auto id = session.channel;
    const bool lost = parts_.table.runs(id) && std::find(held->begin(), held->end(), id) == held->end();
    if (!lost) continue;
    log::error("session_lease_lost", {{"session", id.text()}});
    auto stopped = co_await halt(id, linked::Reason::replaced);
    if (!stopped) log::warn("session_not_stopped", {{"session", id.text()}, {"error", to_string(stopped.error().code)}});
  }
}

Task<void> Sessions::resume(LinkedSession link) {
  const auto id = link.channel;
  auto session = known(id);
  if (!session) co_return;
  // What is another process's is its to tell of; a store that is down is asked again in the next round.
  auto owned = co_await own(id);
  if (!owned) co_return;
  auto running = co_await launch(std::move(*session));
  const auto now = parts_.table.find(id);
  // Somebody stopped it while it was being started.
  const bool unwanted = running && now && !now->wanted;
  if (unwanted) running = co_await halt(id, linked::Reason::requested);
  // A gateway that stops says nothing of what it did not get to.
  if (running || running.error().code == ErrorCode::cancelled) co_return;
  linked::StateChange failed;
  failed.state = linked::State::failed;
  failed.reason = linked::Reason::other;
  failed.message = running.error().message;
  co_await parts_.states.record(id, std::move(failed));
}

}  // namespace wherry
