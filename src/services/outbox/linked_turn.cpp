// When a linked number may send: while it is connected, and never faster than its budget.
#include "services/outbox/delivery.h"
#include "services/outbox/local_failure.h"

namespace wherry {

namespace {
using namespace std::chrono_literals;
constexpr milliseconds look_again = 1s;

Error over_budget(milliseconds wait) {
  Error error{ErrorCode::rate_limited, "The number has sent as much as its budget allows"};
  error.retry_after = wait;
  return error;
}
}  // namespace

Result<void> Delivery::reserve(const Channel& channel) {
  if (channel.kind != ChannelKind::linked) return {};
  TRY_VOID(upstream_.ready(channel));
  const auto wait = budgets_.take(channel);
  if (wait > 0ms) return over_budget(wait);
  return {};
}

bool Delivery::is_held_up(const Channel& channel) {
  if (channel.kind != ChannelKind::linked) return false;
  return !upstream_.ready(channel) || budgets_.wait(channel) > 0ms;
}

// A message that nobody waits for stays in line for as long as it takes. A caller is kept until it is too late.
Task<Delivery::Passage> Delivery::pass_budget(OutboxJob& job, ChannelPtr channel) {
  while (channel && channel->kind == ChannelKind::linked && !is_withdrawn(job)) {
    const auto ready = upstream_.ready(*channel);
    if (ready && !job.has_budget) job.has_budget = lanes_.borrow_budget(job.lane);
    const auto wait = ready && !job.has_budget ? budgets_.take(*channel) : 0ms;
    if (ready && wait == 0ms) {
      job.has_budget = true;
      break;
    }
    if (may_be_parked(job)) co_return Passage::held_up;
    if (clock_.now() >= job.message.give_up_at && job.responder.awaited()) {
      auto reason = ready ? over_budget(wait) : ready.error();
      co_await give_up(job, local_failure(reason), reason);
      co_return Passage::failed;
    }
    co_await clock_.sleep_for(look_again);
    channel = channels_.find(job.message.channel);
  }
  co_return Passage::free;  // what else holds it back, its removal or its cancelling, the caller sees
}

void Delivery::sweep() {
  pacer_.sweep();
  budgets_.sweep();
}

}  // namespace wherry
