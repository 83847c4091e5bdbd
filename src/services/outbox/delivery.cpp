#include "services/outbox/delivery.h"

#include "base/log.h"
#include "services/outbox/expiry.h"
#include "services/outbox/local_failure.h"
#include "services/outbox/window.h"

namespace wherry {

namespace {
using namespace std::chrono_literals;

constexpr int pair_limit_code = 131056;
constexpr int throughput_code = 130429;
constexpr milliseconds store_retry_delay = 500ms;
constexpr int store_retries = 3;
constexpr milliseconds circuit_check = 5s;
constexpr milliseconds longest_nap = 30s;
constexpr milliseconds after_a_bug = 10s;

UpstreamError local_limit(int code, std::string title) {
  UpstreamError error;
  error.code = code;
  error.title = std::move(title);
  error.details = "Held back by the gateway: the limit is known, so WhatsApp was not called.";
  return error;
}

Error number_exhausted() { return {ErrorCode::upstream_unavailable, "The number's message throughput is used up", "number"}; }

Error number_blocked(milliseconds wait) {
  Error error{ErrorCode::upstream_unavailable, "WhatsApp refuses this number at the moment; its operator has been told"};
  error.retry_after = wait;
  return error;
}
}  // namespace

Delivery::Delivery(Parts parts, Lanes& lanes, OutboxCounters& counters)
    : store_(parts.store),
      channels_(parts.channels),
      conversations_(parts.conversations),
      media_(parts.media),
      upstream_(parts.upstream),
      clock_(parts.clock),
      lanes_(lanes),
      counters_(counters),
      pacer_(parts.clock),
      budgets_(parts.clock, parts.linked_budget),
      circuits_(parts.clock) {}

Task<Delivery::Delivered> Delivery::deliver(OutboxJob job) {
  auto& message = job.message;
  auto next = Next::try_again;
  while (next == Next::try_again) {
    job.attempt_started_at.reset();
    const auto wait = message.next_attempt_at ? *message.next_attempt_at - clock_.now() : 0ms;
    if (wait > longest_nap && may_be_parked(job)) co_return Delivered{Delivered::Kind::held_up, message, message.next_attempt_at};
    co_await nap(job, wait);
    if (is_withdrawn(job)) co_return Delivered{Delivered::Kind::cancelled, std::nullopt};
    if (is_expired(message, clock_.now())) {
      auto last = message.error ? message.error->title : std::string();
      auto error = expired_error(std::move(last));
      co_await fail(job, std::move(error), expired());
      break;
    }
    auto attempt = co_await prepare(message);
    if (!attempt) {
      co_await fail(job, local_failure(attempt.error()), attempt.error());
      break;
    }
    auto passage = co_await pass_circuit(job, attempt->channel);
    if (passage == Passage::free) passage = co_await pass_budget(job, attempt->channel);
    if (passage == Passage::held_up) co_return Delivered{Delivered::Kind::held_up, message};
    if (passage == Passage::failed) break;
    auto paced = co_await pace(attempt->channel, job);
    if (is_withdrawn(job)) co_return Delivered{Delivered::Kind::cancelled, std::nullopt};
    if (!paced) {
      const bool pair = paced.error().detail == "pair";
      auto limit = local_limit(pair ? pair_limit_code : throughput_code, paced.error().message);
      co_await give_up(job, limit, paced.error());
      break;
    }
    if (is_expired(message, clock_.now())) continue;
    if (circuits_.enter(attempt->channel)) continue;  // it opened while this message waited for its slot
    const bool committed = co_await commit_sending(job);
    if (!committed) break;
    job.has_budget = false;
    job.attempt_started_at = clock_.now();
    auto outcome = co_await upstream_.send(attempt->channel, message, attempt->to, attempt->files);
    next = co_await settle(job, attempt->channel, std::move(outcome));
  }
  co_return Delivered{message.state == MessageState::cancelled ? Delivered::Kind::cancelled : Delivered::Kind::finished, std::nullopt};
}

Task<Delivery::FirstTry> Delivery::try_at_once(OutboxJob job, const std::optional<IdempotencyClaim>& claim) {
  FirstTry first;
  auto attempt = co_await prepare(job.message);
  if (!attempt) {
    job.responder.answer(attempt.error());
    co_return first;
  }
  if (!may_go_now(*attempt->channel, job.message)) {
    first.kind = FirstTry::Kind::must_wait;
    first.job = std::move(job);
    co_return first;
  }
  if (const auto wait = circuits_.enter(attempt->channel)) {
    job.responder.answer(number_blocked(*wait));
    co_return first;
  }
  job.message.state = MessageState::sending;
  job.message.attempts = 1;
  auto stored = co_await store_.accept(job.message, claim);
  if (!stored) {
    job.responder.answer(stored.error());
    co_return first;
  }
  ++counters_.accepted;
  job.has_budget = false;
  job.attempt_started_at = clock_.now();
  auto outcome = co_await upstream_.send(attempt->channel, job.message, attempt->to, attempt->files);
  const auto next = co_await settle(job, attempt->channel, std::move(outcome));
  if (next == Next::try_again) first.kind = FirstTry::Kind::retrying;
  first.job = std::move(job);
  co_return first;
}

// In steps, so that a message that is cancelled meanwhile does not hold up its lane.
Task<void> Delivery::nap(const OutboxJob& job, milliseconds duration) {
  while (duration > 0ms && !is_withdrawn(job)) {
    const auto step = std::min<milliseconds>(duration, 1s);
    duration -= step;
    co_await clock_.sleep_for(step);
  }
}

// A message is as urgent as the most urgent one it holds up.
Urgency Delivery::urgency_of(const OutboxJob& job) const {
  if (job.responder.awaited()) return Urgency::awaited;
  const auto own = wherry::urgency_of(job.message.priority);
  return std::min(own, lanes_.urgency_behind(job.lane).value_or(own));
}

bool Delivery::may_go_now(const Channel& channel, const Message& message) {
  if (channel.kind == ChannelKind::linked) return true;  // it has a budget
  return pacer_.reserve_pair(channel, message.conversation, 0ms) && pacer_.reserve_number(channel, 0ms);
}

Task<Result<Delivery::Attempt>> Delivery::prepare(const Message& message) {
  Attempt attempt;
  attempt.channel = channels_.find(message.channel);
  if (!attempt.channel) co_return Error{ErrorCode::not_found, "The channel was removed"};
  CO_TRY(auto conversation, co_await conversations_.find(message.conversation));
  if (!conversation) co_return Error{ErrorCode::not_found, "Conversation not found"};
  if (!may_write(attempt.channel.get(), message.content, message.window_check, conversation->last_inbound_at, clock_.now())) {
    co_return Error{ErrorCode::window_closed, "Service window expired — last inbound message is older than 24 hours."};
  }
  attempt.to = std::move(conversation->identity);
  for (const auto& file : files_of(message.content)) {
    CO_TRY(auto media, co_await media_.find(message.tenant, file));
    CO_TRY(auto path, media_.path_of(media));
    attempt.files.push_back({std::move(media), std::move(path)});
  }
  co_return attempt;
}

Result<void> Delivery::check_circuit(ChannelId id) {
  const auto channel = channels_.find(id);
  const auto wait = channel ? circuits_.blocked(channel) : std::nullopt;
  if (wait) return number_blocked(*wait);
  return {};
}

// Waits while the number's circuit is open, if somebody waits for the message; fails when that would be for too long.
Task<Delivery::Passage> Delivery::pass_circuit(OutboxJob& job, ChannelPtr channel) {
  while (const auto wait = circuits_.blocked(channel)) {
    const bool ends_in_line = job.message.expires_at && may_be_parked(job);  // another lane's probe may come before its end
    if (!ends_in_line && clock_.now() + *wait > job.message.give_up_at) {
      auto reason = number_blocked(*wait);
      co_await give_up(job, local_failure(reason), reason);
      co_return Passage::failed;
    }
    if (may_be_parked(job)) co_return Passage::held_up;
    const auto pause = std::min(*wait, circuit_check);  // a probe of another lane may close it before
    co_await clock_.sleep_for(pause);
    channel = channels_.find(job.message.channel);
    if (!channel) co_return Passage::free;  // removed meanwhile: prepare() says so
  }
  co_return Passage::free;
}

Task<Result<void>> Delivery::pace(ChannelPtr channel, const OutboxJob& job) {
  if (channel->kind == ChannelKind::linked) co_return Result<void>();
  const auto patience = std::max(job.message.give_up_at - clock_.now(), milliseconds(0));
  auto pair_wait = pacer_.reserve_pair(*channel, job.message.conversation, patience);
  if (!pair_wait) co_return Error{ErrorCode::upstream_unavailable, "Too many messages to this recipient in a short time", "pair"};
  co_await nap(job, *pair_wait);
  co_return co_await wait_for_slot(channel, job);
}

Task<Result<void>> Delivery::wait_for_slot(ChannelPtr channel, const OutboxJob& job) {
  auto urgency = urgency_of(job);
  while (urgency != Urgency::awaited) {
    const auto place = pacer_.join_line(*channel, urgency);
    auto still = urgency;
    while (still == urgency && !is_withdrawn(job)) {
      const auto wait = pacer_.ask(*channel, place);
      if (wait == 0ms) co_return Result<void>();
      if (clock_.now() + wait > job.message.give_up_at) break;
      co_await clock_.sleep_for(wait);
      still = urgency_of(job);
    }
    pacer_.leave_line(*channel, place);
    if (still == urgency) co_return number_exhausted();  // or it was withdrawn, which the caller sees
    urgency = still;                                     // somebody more urgent stands behind it now
  }
  const auto patience = std::max(job.message.give_up_at - clock_.now(), milliseconds(0));
  const auto number_wait = pacer_.reserve_number(*channel, patience);
  if (!number_wait) co_return number_exhausted();
  co_await nap(job, *number_wait);
  co_return Result<void>();
}

Task<bool> Delivery::commit_sending(OutboxJob& job) {
  for (int tries = 1;; ++tries) {
    auto moved = co_await store_move(job.message, MessageState::sending, std::string(), std::nullopt);
    if (moved) co_return true;
    if (moved.error().code == ErrorCode::conflict) {
      co_await settle_overtaken(job);
      co_return false;
    }
    if (moved.error().code != ErrorCode::unavailable) {
      log::error("outbox_move_refused", {{"message", job.message.id.text()}, {"detail", moved.error().detail}});
      job.responder.answer(Error{ErrorCode::internal, "The message could not be sent", moved.error().detail});
      co_await clock_.sleep_for(after_a_bug);  // it is still in line, and its lane goes on with it
      co_return false;
    }
    // The message is on disk as `accepted` and stays in its lane until the store works again; the caller is not kept that long.
    if (tries == store_retries) {
      job.responder.answer(Error{ErrorCode::outcome_unknown, "The message is stored and will be sent once the server's disk works again"});
    }
    const auto wait = store_retry_delay * std::min(tries, 20);
    co_await clock_.sleep_for(wait);
  }
}

}  // namespace wherry
