#include "base/log.h"
#include "upstream/linked_device/supervisor.h"
#include "upstream/linked_device/supervisor_slot.h"

namespace wherry::linked {

namespace {

constexpr milliseconds watch_interval{1'000};
constexpr milliseconds nap{250};
constexpr milliseconds recycle_grace{15'000};
constexpr milliseconds settled_after{60'000};  // a process that lived so long has not failed to start

}  // namespace

Task<void> Supervisor::pause(milliseconds duration) {
  for (milliseconds left = duration; left > milliseconds(0) && !stopping_; left -= nap) {
    const auto piece = std::min(nap, left);
    co_await clock_.sleep_for(piece);
  }
}

Task<void> Supervisor::run_slot(std::shared_ptr<Slot> slot) {
  while (!stopping_ && !slot->closing) {
    ProcessWorld world{options_, clock_, listener_, stopping_};
    auto started = co_await Process::start(world, *program_, *slot);
    std::string why;
    bool in_order = false;
    if (started) {
      auto process = std::move(*started);
      co_await run_process(slot, process);
      in_order = process->was_asked_to_end();
      why = process->why_ended();
    } else {
      why = started.error().message + (started.error().detail.empty() ? "" : " (" + started.error().detail + ")");
    }
    if (stopping_ || slot->closing) break;
    ++slot->restarts;
    ++restarts_;
    slot->failures = in_order || slot->alive_for > settled_after ? 0 : slot->failures + 1;
    slot->alive_for = milliseconds(0);
    const auto wait = in_order ? milliseconds(0) : backoff(slot->failures, options_, random_.unit());
    if (!in_order) log::error("linked_process_lost", {{"slot", slot->number}, {"why", why}, {"again_in_ms", wait.count()}});
    co_await announce_loss(slot, wait, why);
    co_await pause(wait);
  }
  if (!stopping_) slots_.erase(slot->number);
  publish();
}

Task<void> Supervisor::run_process(std::shared_ptr<Slot> slot, std::shared_ptr<Process> process) {
  slot->process = process;
  slot->leaving = false;
  slot->rules = HealthRules();
  slot->since_report = slot->alive_for = milliseconds(0);
  log::info("linked_process_started", {{"slot", slot->number}, {"pid", process->pid()}, {"version", process->version()}});
  publish();
  if (stopping_) {
    co_await Process::shut_down(process, options_.stop_grace);
  } else {
    tasks_.spawn(options_.executor, start_all(slot), "linked_start_all");
  }
  co_await process->wait_end();
  slot->process.reset();
  slot->last_report = ProcessHealth();
  publish();
  co_await process->clean_up();
}

Task<void> Supervisor::start_all(std::shared_ptr<Slot> slot) {
  auto process = slot->process;
  const auto ids = slot->sessions;
  for (const auto& text : ids) {
    if (slot->process != process || !process) co_return;
    auto* session = find(SessionId{text});
    if (session == nullptr || session->slot != slot || session->ended) continue;
    const auto id = session->id;
    auto started = co_await start_in_process(process, id);
    session = find(id);
    if (started || session == nullptr || session->stopped) continue;
    session->ended = true;
    StateChange failed{State::failed, Reason::internal, 0, {}, {}, started.error().message};
    co_await tell_state(id, std::move(failed));
  }
}

Task<void> Supervisor::announce_loss(std::shared_ptr<Slot> slot, milliseconds retry_in, std::string why) {
  const auto retry_at = clock_.now() + retry_in;
  const auto ids = slot->sessions;
  for (const auto& text : ids) {
    auto* session = find(SessionId{text});
    if (session == nullptr || session->slot != slot || session->stopped || is_final(session->state)) continue;
    session->restarting = false;
    const auto id = session->id;
    StateChange lost{State::disconnected, Reason::transport_lost, 0, retry_at, {}, why};
    co_await tell_state(id, std::move(lost));
  }
}

Task<void> Supervisor::watch() {
  while (!stopping_) {
    co_await pause(watch_interval);
    for (auto& [number, slot] : slots_) look_after(*slot);
  }
}

void Supervisor::look_after(Slot& slot) {
  slot.empty_for = slot.sessions.empty() ? slot.empty_for + watch_interval : milliseconds(0);
  if (slot.empty_for >= options_.idle_linger) slot.closing = true;
  if (!slot.process) return;
  slot.alive_for += watch_interval;
  slot.since_report += watch_interval;
  if (slot.leaving) return;
  if (slot.closing) {
    slot.leaving = true;
    tasks_.spawn(options_.executor, Process::shut_down(slot.process, options_.stop_grace), "linked_shut_down");
  } else if (slot.since_report > options_.health_timeout) {
    slot.process->abandon("it sends no reports");
  }
}

void Supervisor::judge(Slot& slot, ProcessHealth report) {
  slot.since_report = milliseconds(0);
  slot.last_report = std::move(report);
  publish();
  if (slot.leaving || stopping_ || !slot.process) return;
  if (const auto why = slot.rules.judge(slot.last_report, options_)) {
    log::warn("linked_process_replaced", {{"slot", slot.number}, {"why", *why}, {"rss", slot.last_report.resident_bytes}});
    slot.leaving = true;
    tasks_.spawn(options_.executor, Process::shut_down(slot.process, recycle_grace), "linked_replace");
    return;
  }
  for (const auto& id : stale_sessions(slot.last_report, clock_.now(), options_.frame_timeout)) {
    auto* session = find(id);
    if (session == nullptr || session->slot.get() != &slot || std::exchange(session->restarting, true)) continue;
    tasks_.spawn(options_.executor, restart_stale(id), "linked_restart");
  }
}

Task<void> Supervisor::restart_stale(SessionId id) {
  log::warn("linked_session_stale", {{"session", id.text}});
  json::object fields;
  auto stopped = co_await ask(id, "session.stop", std::move(fields), milliseconds(15'000));
  auto* session = find(id);
  if (session == nullptr || session->stopped) co_return;
  session->restarting = false;
  session->started_in = 0;
  auto process = session->slot->process;
  if (!process || !std::holds_alternative<Answer>(stopped)) co_return;
  auto started = co_await start_in_process(process, id);
  if (!started) log::warn("linked_session_not_started", {{"session", id.text}, {"error", started.error().message}});
}

}  // namespace wherry::linked
