// What becomes of an event that was tried.
#include "base/log.h"
#include "services/webhooks/runner.h"
#include "services/webhooks/schedule.h"

namespace wherry::webhooks {

namespace {
using State = DeliveryOutcome::State;
constexpr int gone = 410;

std::string reason_of(const WebhookAnswer& answer) {
  if (answer.acknowledged()) return {};
  return answer.status == 0 ? answer.error : "HTTP " + std::to_string(answer.status);
}
}  // namespace

/// A message's file may still be on its way: false while it is worth waiting for.
Task<Result<bool>> Runner::refresh_file(std::uint64_t sequence) {
  const auto* entry = window_.find(sequence);
  const auto& inbound = entry->item.inbound;
  if (!inbound || inbound->file != InboundView::File::pending) co_return true;
  CO_TRY(auto items, co_await parts_.journal.read(subscription_.tenant, sequence - 1, 1));
  auto* again = window_.find(sequence);
  if (again == nullptr || items.empty() || items.front().event.sequence != sequence) co_return true;
  again->item = std::move(items.front());
  const bool pending = again->item.inbound && again->item.inbound->file == InboundView::File::pending;
  co_return !pending || parts_.clock.now() >= again->item.event.at + parts_.limits.media_patience;
}

/// An event that the format cannot tell, for instance because retention took what it was about.
void Runner::give_up(const Window::Entry& entry, Timestamp now) {
  DeliveryOutcome outcome;
  outcome.attempt = entry.attempts + 1;
  outcome.at = now;
  outcome.error = "the event has no form in this format";
  outcome.state = State::dead;
  ++parts_.counters.dead;
  finish(entry, std::move(outcome));
}

void Runner::settle(const Window::Entry& entry, const WebhookAnswer& answer, Timestamp begun) {
  const auto now = parts_.clock.now();
  DeliveryOutcome outcome;
  outcome.attempt = entry.attempts + 1;
  outcome.at = begun;
  outcome.took = now - begun;
  outcome.status = answer.status;
  outcome.error = reason_of(answer);
  if (answer.acknowledged()) {
    ++parts_.counters.acked;
    return finish(entry, std::move(outcome));
  }
  if (!entry.early && outcome.attempt % most_attempts(subscription_) == 0) {
    ++parts_.counters.dead;
    log::warn("webhook_given_up",
              {{"subscription", subscription_.id.text()}, {"sequence", entry.item.event.sequence}, {"error", outcome.error}});
    outcome.state = State::dead;
    outcome.to_offline_queue = subscription_.format == WebhookFormat::pipes;
    return finish(entry, std::move(outcome));
  }
  ++parts_.counters.failed;
  outcome.next_attempt_at = now + wait_before_retry(subscription_, outcome.attempt, answer.retry_after, random_.unit());
  postpone(entry, std::move(outcome));
}

/// Acknowledged or dead: the next of its conversation may go.
void Runner::finish(const Window::Entry& entry, DeliveryOutcome outcome) {
  const auto kind = entry.kind;
  const auto lane = lane_of(entry.item);
  outcome.sequence = entry.item.event.sequence;
  outcome.was_set_aside = kind == Window::Kind::set_aside || entry.stored;
  window_.settle(outcome.sequence);
  const auto now = parts_.clock.now();
  if (kind == Window::Kind::set_aside) set_aside_.settle(lane, now);
  const bool last = kind == Window::Kind::fresh && window_.size_of(Window::Kind::fresh, lane) == 0;
  if (last && set_aside_.holds(lane)) set_aside_.release(lane, now);
  outcomes_.push_back(std::move(outcome));
}

/// Failed: its conversation is set aside, so that it takes no room in the window while it waits.
void Runner::postpone(const Window::Entry& entry, DeliveryOutcome outcome) {
  const auto lane = lane_of(entry.item);
  outcome.sequence = entry.item.event.sequence;
  outcome.state = entry.kind == Window::Kind::replay ? State::pending : State::set_aside;
  if (entry.kind == Window::Kind::replay) {
    window_.postpone(outcome.sequence, outcome.attempt, *outcome.next_attempt_at);
  } else if (entry.kind == Window::Kind::fresh) {
    const auto events = window_.take(lane);
    set_aside_.put_front(lane, events, outcome.attempt, *outcome.next_attempt_at);
    newly_set_aside_.insert(newly_set_aside_.end(), events.begin() + 1, events.end());
  } else if (entry.early) {
    window_.settle(outcome.sequence);
    set_aside_.give_back(lane);
    return;  // as if it had not been
  } else {
    window_.settle(outcome.sequence);
    set_aside_.postpone(lane, outcome.attempt, *outcome.next_attempt_at);
  }
  outcomes_.push_back(std::move(outcome));
}

/// What failed while the endpoint was down need not wait for its time.
void Runner::close_circuit() {
  if (!std::exchange(open_, false)) return;
  --parts_.counters.circuits_open;
  set_aside_.hasten(parts_.clock.now());
}

void Runner::note_health(const WebhookAnswer& answer) {
  const auto now = parts_.clock.now();
  if (answer.acknowledged()) {
    subscription_.failing_since.reset();
    failures_in_row_ = failed_probes_ = 0;
    return close_circuit();
  }
  if (!subscription_.failing_since) subscription_.failing_since = now;
  ++failures_in_row_;
  const bool may_go = may_be_turned_off(subscription_.format);
  if (may_go && answer.status == gone) gone_ = "the endpoint answered 410 Gone";
  if (may_go && is_failing_too_long(now)) gone_ = "the endpoint has failed for 5 days";
  if (keeps_its_pace(subscription_.format) || failures_in_row_ < parts_.limits.failures_to_open) return;
  if (!std::exchange(open_, true)) {
    ++parts_.counters.circuits_open;
    log::warn("webhook_circuit_open", {{"subscription", subscription_.id.text()}, {"error", reason_of(answer)}});
  } else {
    ++failed_probes_;
  }
  next_probe_ = now + probe_delay(failed_probes_, random_.unit());
}

bool Runner::is_failing_too_long(Timestamp now) const {
  return subscription_.failing_since && now - *subscription_.failing_since >= parts_.limits.disable_after;
}

Task<Result<void>> Runner::commit() {
  const auto cursor = window_.cursor();
  const bool health_changed = stored_failing_since_.has_value() != subscription_.failing_since.has_value();
  if (!newly_set_aside_.empty() || !outcomes_.empty() || cursor != stored_cursor_ || health_changed) {
    auto held_up = std::exchange(newly_set_aside_, {});
    auto batch = std::exchange(outcomes_, {});
    auto stored = co_await parts_.store.record(subscription_, held_up, batch, cursor);
    if (!stored) {
      newly_set_aside_.insert(newly_set_aside_.begin(), held_up.begin(), held_up.end());
      outcomes_.insert(outcomes_.begin(), std::make_move_iterator(batch.begin()), std::make_move_iterator(batch.end()));
      co_return stored.error();
    }
    stored_cursor_ = cursor;
    stored_failing_since_ = subscription_.failing_since;
  }
  if (gone_.empty() || !subscription_.enabled()) co_return Result<void>();
  CO_TRY_VOID(co_await parts_.store.disable(subscription_, gone_, parts_.clock.now()));
  subscription_.disabled_reason = gone_;
  ++parts_.counters.disabled;
  log::warn("webhook_disabled", {{"subscription", subscription_.id.text()}, {"reason", gone_}});
  co_return Result<void>();
}

}  // namespace wherry::webhooks
