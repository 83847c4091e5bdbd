#include "services/outbox/delivery.h"

#include "base/log.h"
#include "domain/service_window.h"

namespace wherry {

namespace {
using namespace std::chrono_literals;

constexpr int pair_limit_code = 131056;
constexpr int throughput_code = 130429;
constexpr milliseconds store_retry_delay = 500ms;
constexpr int store_retries = 3;

UpstreamError local_limit(int code, std::string title) {
  UpstreamError error;
  error.code = code;
  error.title = std::move(title);
  error.details = "Held back by the gateway: the limit is known, so WhatsApp was not called.";
  return error;
}

UpstreamError local_failure(const Error& error) {
  UpstreamError failure;
  failure.title = error.message;
  return failure;
}
}  // namespace

Delivery::Delivery(MessageStore& store, Channels& channels, Conversations& conversations, MediaService& media, Upstream& upstream,
                   Clock& clock, OutboxCounters& counters)
    : store_(store),
      channels_(channels),
      conversations_(conversations),
      media_(media),
      upstream_(upstream),
      clock_(clock),
      counters_(counters),
      pacer_(clock) {}

Task<void> Delivery::deliver(OutboxJob job) {
  auto& message = job.message;
  const auto now = clock_.now();
  if (message.next_attempt_at && *message.next_attempt_at > now) {
    const auto wait = *message.next_attempt_at - now;
    co_await clock_.sleep_for(wait);
  }
  auto next = Next::try_again;
  while (next == Next::try_again) {
    job.attempt_started_at.reset();
    auto attempt = co_await prepare(message);
    if (!attempt) {
      co_await fail(job, local_failure(attempt.error()), attempt.error());
      co_return;
    }
    auto paced = co_await pace(*attempt->channel, message);
    if (!paced) {
      const bool pair = paced.error().detail == "pair";
      auto limit = local_limit(pair ? pair_limit_code : throughput_code, paced.error().message);
      co_await fail(job, limit, paced.error());
      co_return;
    }
    const bool committed = co_await commit_sending(job);
    if (!committed) co_return;
    job.attempt_started_at = clock_.now();
    auto outcome = co_await upstream_.send(attempt->channel, message, attempt->to, attempt->file);
    next = co_await settle(job, std::move(outcome));
  }
}

Task<Delivery::FirstTry> Delivery::try_at_once(Message message, const std::optional<IdempotencyClaim>& claim) {
  FirstTry first;
  auto attempt = co_await prepare(message);
  if (!attempt) {
    first.answer = attempt.error();
    co_return first;
  }
  if (!may_go_now(*attempt->channel, message)) {
    first.kind = FirstTry::Kind::must_wait;
    first.message = std::move(message);
    co_return first;
  }
  message.state = MessageState::sending;
  message.attempts = 1;
  auto stored = co_await store_.accept(message, claim);
  if (!stored) {
    first.answer = stored.error();
    co_return first;
  }
  ++counters_.accepted;
  OutboxJob job{std::move(message), Responder(first.answer), clock_.now()};
  auto outcome = co_await upstream_.send(attempt->channel, job.message, attempt->to, attempt->file);
  const auto next = co_await settle(job, std::move(outcome));
  if (next == Next::try_again) first.kind = FirstTry::Kind::retrying;
  first.message = std::move(job.message);
  co_return first;
}

bool Delivery::may_go_now(const Channel& channel, const Message& message) {
  return pacer_.reserve_pair(channel, message.conversation, 0ms) && pacer_.reserve_number(channel, 0ms);
}

Task<Result<Delivery::Attempt>> Delivery::prepare(const Message& message) {
  Attempt attempt;
  attempt.channel = channels_.find(message.channel);
  if (!attempt.channel) co_return Error{ErrorCode::not_found, "The channel was removed"};
  CO_TRY(auto conversation, co_await conversations_.find(message.conversation));
  if (!conversation) co_return Error{ErrorCode::not_found, "Conversation not found"};
  if (!window_open(conversation->last_inbound_at, clock_.now())) {
    co_return Error{ErrorCode::window_closed, "Service window expired — last inbound message is older than 24 hours."};
  }
  attempt.to = std::move(conversation->identity);
  if (const auto* content = std::get_if<MediaContent>(&message.content)) {
    CO_TRY(auto media, co_await media_.find(message.tenant, content->media));
    CO_TRY(auto path, media_.path_of(media));
    attempt.file = OutboundFile{std::move(media), std::move(path)};
  }
  co_return attempt;
}

Task<Result<void>> Delivery::pace(const Channel& channel, const Message& message) {
  const auto patience = std::max(message.give_up_at - clock_.now(), milliseconds(0));
  auto pair_wait = pacer_.reserve_pair(channel, message.conversation, patience);
  if (!pair_wait) co_return Error{ErrorCode::upstream_unavailable, "Too many messages to this recipient in a short time", "pair"};
  if (*pair_wait > 0ms) {
    co_await clock_.sleep_for(*pair_wait);
  }
  auto number_wait = pacer_.reserve_number(channel, patience);
  if (!number_wait) co_return Error{ErrorCode::upstream_unavailable, "The number's message throughput is used up", "number"};
  if (*number_wait > 0ms) {
    co_await clock_.sleep_for(*number_wait);
  }
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

Task<Delivery::Next> Delivery::settle(OutboxJob& job, SendOutcome outcome) {
  auto& message = job.message;
  if (auto* refused = std::get_if<SendRefused>(&outcome)) {
    co_return co_await settle_refused(job, std::move(*refused));
  }

  const auto* accepted = std::get_if<SendAccepted>(&outcome);
  const auto to = accepted != nullptr ? MessageState::sent : MessageState::uncertain;
  const auto wamid = accepted != nullptr ? accepted->wamid : std::string();
  auto stored = co_await store_move(message, to, wamid, std::nullopt, job.attempt_started_at);
  for (int tries = 1; !stored && stored.error().code == ErrorCode::unavailable && tries < store_retries; ++tries) {
    co_await clock_.sleep_for(store_retry_delay);
    stored = co_await store_move(message, to, wamid, std::nullopt, job.attempt_started_at);
  }
  const bool overtaken = !stored && stored.error().code == ErrorCode::conflict;  // a status webhook came first: it was sent
  if (accepted != nullptr && (stored || overtaken)) {
    ++counters_.sent;
    channels_.vitals().sent(message.channel, clock_.now());
    job.responder.answer(SendReceipt{message.id, wamid});
  } else {
    ++counters_.uncertain;
    if (const auto* unknown = std::get_if<SendUnknown>(&outcome)) {
      log::warn("send_outcome_unknown", {{"message", message.id.text()}, {"detail", unknown->detail}});
    }
    job.responder.answer(Error{ErrorCode::outcome_unknown, std::string(unconfirmed_text)});
  }
  co_return Next::done;
}

Task<Delivery::Next> Delivery::settle_refused(OutboxJob& job, SendRefused refused) {
  auto& message = job.message;
  channels_.vitals().refused(refused.error.code);
  const auto delay = retry_delay(refused.error, static_cast<int>(message.attempts));
  const auto due = clock_.now() + with_jitter(delay);
  if (delay == 0ms || due > message.give_up_at) {
    co_await fail(job, std::move(refused.error), std::move(refused.reason));
    co_return Next::done;
  }
  ++counters_.retried;
  message.next_attempt_at = due;
  auto stored = co_await store_move(message, MessageState::accepted, std::string(), refused.error, job.attempt_started_at);
  if (!stored && stored.error().code == ErrorCode::conflict) {
    co_await settle_overtaken(job);
    co_return Next::done;
  }
  if (!stored) {
    // Still `sending` on disk: a restart will call it uncertain rather than risk a second copy.
    ++counters_.uncertain;
    job.responder.answer(Error{ErrorCode::outcome_unknown, "The outcome could not be stored"});
    co_return Next::done;
  }
  const auto wait = due - clock_.now();
  co_await clock_.sleep_for(wait);
  co_return Next::try_again;
}

Task<void> Delivery::fail(OutboxJob& job, UpstreamError error, Error reason) {
  auto stored = co_await store_move(job.message, MessageState::failed, std::string(), error, job.attempt_started_at);
  if (!stored && stored.error().code == ErrorCode::conflict) {
    co_await settle_overtaken(job);
    co_return;
  }
  ++counters_.failed;
  log::info("send_failed", {{"message", job.message.id.text()},
                            {"meta_code", error.code},
                            {"http_status", error.http_status},
                            {"fbtrace_id", error.fbtrace_id},
                            {"reason", to_string(reason.code)}});
  job.responder.answer(std::move(reason));
}

// A status webhook was faster than we: WhatsApp has the message, whatever its answers to us said. It is never sent again.
Task<void> Delivery::settle_overtaken(OutboxJob& job) {
  auto current = co_await store_.find_message(job.message.id);
  const bool known = current && *current;
  if (known && (*current)->state == MessageState::failed) {
    ++counters_.failed;
    job.responder.answer(Error{ErrorCode::rejected, "WhatsApp refused the message"});
  } else if (known && !(*current)->wamid.empty()) {
    ++counters_.sent;
    job.responder.answer(SendReceipt{job.message.id, (*current)->wamid});
  } else {
    ++counters_.uncertain;
    job.responder.answer(Error{ErrorCode::outcome_unknown, std::string(unconfirmed_text)});
  }
}

Task<Result<void>> Delivery::store_move(Message& message, MessageState to, std::string wamid, std::optional<UpstreamError> error,
                                        std::optional<Timestamp> started) {
  MessageMove move;
  move.id = message.id;
  move.from = message.state;
  move.to = to;
  move.wamid = std::move(wamid);
  move.error = std::move(error);
  move.attempts = message.attempts + (to == MessageState::sending ? 1 : 0);
  if (to == MessageState::accepted) move.next_attempt_at = message.next_attempt_at;
  move.at = clock_.now();
  move.attempt_started_at = started;
  const auto attempts = move.attempts;
  CO_TRY_VOID(co_await store_.move(std::move(move), message));
  message.state = to;
  message.attempts = attempts;
  co_return Result<void>();
}

milliseconds Delivery::with_jitter(milliseconds delay) {
  std::uint8_t random = 0;
  fill_random(std::span(&random, 1));
  return delay + delay * random / 1024;  // up to a quarter more, so that held-back messages do not return all at once
}

}  // namespace wherry
