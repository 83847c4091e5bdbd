#include "upstream/linked_device/supervisor.h"

#include "base/log.h"
#include "upstream/linked_device/encode.h"
#include "upstream/linked_device/supervisor_slot.h"

namespace wherry::linked {

namespace {

constexpr milliseconds start_timeout{30'000};
constexpr milliseconds stop_timeout{15'000};
constexpr milliseconds look_again{50};

Error odd_format() {
  return {ErrorCode::conflict, "the keys of this session were written by another transport; the number must be linked again"};
}

}  // namespace

Supervisor::Supervisor(const LinkedOptions& options, Clock& clock, Listener& listener)
    : options_(options), clock_(clock), listener_(listener), random_(0) {
  std::uint64_t seed = 0;
  fill_random({reinterpret_cast<std::uint8_t*>(&seed), sizeof seed});
  random_ = SeededRandom(seed);
}

Supervisor::~Supervisor() = default;

Supervisor::Session* Supervisor::find(const SessionId& session) {
  const auto found = sessions_.find(session.text);
  return found == sessions_.end() ? nullptr : &found->second;
}

void Supervisor::forget(const SessionId& id) {
  auto* session = find(id);
  if (session == nullptr) return;
  session->slot->sessions.erase(id.text);
  if (session->stopped) session->stopped->open();
  sessions_.erase(id.text);
}

Result<std::shared_ptr<Supervisor::Slot>> Supervisor::place() {
  std::shared_ptr<Slot> emptiest;
  for (auto& [number, slot] : slots_)
    if (!slot->closing && (!emptiest || slot->sessions.size() < emptiest->sessions.size())) emptiest = slot;
  if (emptiest && emptiest->sessions.size() < options_.sessions_per_process) return emptiest;
  if (slots_.size() >= options_.max_processes) return Error{ErrorCode::unavailable, "there is no room for another linked session"};
  const int number = slots_.empty() ? 1 : slots_.rbegin()->first + 1;
  auto made = std::make_shared<Slot>(*this, number);
  slots_.emplace(number, made);
  return made;
}

Result<void> Supervisor::enlist(StartSession request) {
  if (stopping_) return Error{ErrorCode::cancelled, "the gateway is stopping"};
  TRY(auto slot, place());
  const auto id = request.session;
  sessions_.emplace(id.text, Session{id, std::move(request.settings), std::move(request.key_format), slot, State::starting});
  slot->sessions.insert(id.text);
  if (!std::exchange(watching_, true)) tasks_.spawn(options_.executor, watch(), "linked_watch");
  if (!std::exchange(slot->running, true)) tasks_.spawn(options_.executor, run_slot(slot), "linked_slot");
  return {};
}

Task<Result<void>> Supervisor::start_session(StartSession request) {
  const auto id = request.session;
  if (!program_) {
    auto found = co_await find_transport(options_);
    if (!found) {
      if (!std::exchange(said_missing_, true)) log::warn("linked_devices_not_set_up", {{"remedy", found.error().message}});
      co_return found.error();
    }
    program_ = std::move(*found);
  }
  // Two processes must never use the same keys: the one that has them lets go first.
  for (auto* known = find(id); known != nullptr; known = find(id)) {
    auto stopped = known->stopped;
    if (!stopped) co_return Result<void>();
    co_await stopped->wait();
  }
  CO_TRY_VOID(enlist(std::move(request)));
  const auto slot = find(id)->slot;
  if (!slot->process || slot->leaving) {
    StateChange starting{State::starting, Reason::none, 0, {}, {}, {}};
    co_await tell_state(id, std::move(starting));
    co_return Result<void>();
  }
  auto started = co_await start_in_process(slot->process, id);
  const auto* session = find(id);
  if (!started && session != nullptr && !session->stopped) forget(id);
  co_return started;
}

Task<Result<void>> Supervisor::start_in_process(std::shared_ptr<Process> process, SessionId id) {
  auto* session = find(id);
  if (session == nullptr || session->stopped || session->started_in == process->pid()) co_return Result<void>();
  if (!session->key_format.empty() && session->key_format != process->key_format()) co_return odd_format();
  const auto delay = session->slot->next_delay(clock_.now(), options_.start_spread);
  json::object fields{{"session", id.text}, {"settings", encode_settings(session->settings, options_)}};
  if (delay > milliseconds(0)) fields["delay_ms"] = delay.count();
  session->started_in = process->pid();
  session->state = State::starting;
  process->lanes().open(id);
  auto reply = co_await process->ask("session.start", std::move(fields), start_timeout);
  session = find(id);
  if (const auto* fault = std::get_if<Fault>(&reply)) {
    if (session != nullptr) session->started_in = 0;
    co_return to_error(*fault);
  }
  if (session != nullptr && std::holds_alternative<Answer>(reply)) session->running_in = process->pid();
  // Without an answer the process is of no use; the session is started again with the next one.
  if (std::holds_alternative<NoAnswer>(reply)) process->abandon("it did not start a session");
  co_return Result<void>();
}

Task<Result<void>> Supervisor::stop_session(SessionId id) {
  auto* session = find(id);
  if (session == nullptr) co_return Result<void>();
  if (auto stopped = session->stopped) {
    co_await stopped->wait();
    co_return Result<void>();
  }
  session->stopped = std::make_shared<Gate>();
  if (auto process = session->slot->process) {
    json::object fields{{"session", id.text}};
    auto reply = co_await process->ask("session.stop", std::move(fields), stop_timeout);
    if (std::holds_alternative<NoAnswer>(reply)) {
      process->abandon("it did not stop a session");
      co_await process->wait_gone();
    } else {
      co_await process->lanes().close(id);
    }
  }
  forget(id);
  co_return Result<void>();
}

Task<Reply> Supervisor::ask(SessionId id, std::string op, json::object fields, milliseconds timeout) {
  auto* session = find(id);
  if (session == nullptr || session->stopped) co_return NoAnswer{false, "the session is not running"};
  auto process = session->slot->process;
  if (!process) co_return NoAnswer{false, "the transport is being started again"};
  fields["session"] = id.text;
  co_return co_await process->ask(std::move(op), std::move(fields), timeout);
}

Task<bool> Supervisor::wait_running(SessionId id, milliseconds patience) {
  for (milliseconds waited{0}; waited < patience && !stopping_; waited += look_again) {
    const auto* session = find(id);
    if (session == nullptr || session->stopped) co_return false;
    const auto& process = session->slot->process;
    const bool settled = session->running_in != 0 && session->state != State::starting;
    if (process && (session->ended || (settled && session->running_in == process->pid()))) co_return true;
    co_await clock_.sleep_for(look_again);
  }
  co_return false;
}

Task<void> Supervisor::wake(SessionId id) {
  auto* session = find(id);
  if (session == nullptr || !session->ended || !session->slot->process) co_return;
  auto process = session->slot->process;
  session->started_in = 0;
  auto started = co_await start_in_process(process, id);
  if (!started) log::warn("linked_session_not_started", {{"session", id.text}, {"error", started.error().message}});
}

std::optional<std::string> Supervisor::shared_directory(const SessionId& id) const {
  const auto found = sessions_.find(id.text);
  if (found == sessions_.end() || !found->second.slot->process) return std::nullopt;
  return found->second.slot->process->shared_directory();
}

Task<void> Supervisor::tell_state(SessionId id, StateChange change) {
  if (auto* session = find(id)) session->state = change.state;
  try {
    co_await listener_.state_changed(std::move(id), std::move(change));
  } catch (const std::exception& bug) {
    log::error("linked_listener_failed", {{"event_name", "state"}, {"error", bug.what()}});
  }
}

std::vector<ProcessHealth> Supervisor::health() const {
  std::lock_guard lock(health_mutex_);
  return health_;
}

void Supervisor::publish() {
  std::vector<ProcessHealth> all;
  for (const auto& [number, slot] : slots_) {
    auto report = slot->last_report;
    report.pid = slot->process ? slot->process->pid() : 0;
    report.version = slot->process ? slot->process->version() : std::string();
    report.restarts = slot->restarts;
    all.push_back(std::move(report));
  }
  std::lock_guard lock(health_mutex_);
  health_ = std::move(all);
}

Task<void> Supervisor::stop() {
  stopping_ = true;
  for (auto& [number, slot] : slots_) {
    if (!slot->process || slot->leaving) continue;
    slot->leaving = true;
    tasks_.spawn(options_.executor, Process::shut_down(slot->process, options_.stop_grace), "linked_shut_down");
  }
  co_await tasks_.drain();
  sessions_.clear();
  slots_.clear();
  publish();
}

}  // namespace wherry::linked
