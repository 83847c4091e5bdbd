// The second half of a delivery: what WhatsApp said goes to disk, then to the caller.
#include "base/json.h"
#include "base/log.h"
#include "services/outbox/delivery.h"
#include "services/outbox/expiry.h"
#include "services/outbox/jitter.h"

namespace wherry {

namespace {
using namespace std::chrono_literals;

constexpr milliseconds store_retry_delay = 500ms;
constexpr int store_retries = 3;

JournalEvent account_event(const Channel& channel, std::string kind, json::object body, Timestamp at) {
  JournalEvent event;
  event.tenant = channel.tenant;
  event.kind = std::move(kind);
  event.channel = channel.id;
  event.at = at;
  body["channelId"] = channel.id.text();
  event.body = json::serialize(body);
  return event;
}

json::object alert_body(const UpstreamError& error) {
  json::object body;
  body["reason"] = error.title;
  body["code"] = error.code;
  body["fbtrace_id"] = error.fbtrace_id;
  return body;
}

// Whether an answer shows that the account is fine: the message was taken, or looked at and refused for its own sake.
bool is_about_message(const SendOutcome& outcome) {
  if (std::holds_alternative<SendAccepted>(outcome)) return true;
  const auto* refused = std::get_if<SendRefused>(&outcome);
  if (refused == nullptr) return false;
  switch (retry_class_of(refused->error)) {
    case RetryClass::recipient:
    case RetryClass::later:
    case RetryClass::bad_request:
    case RetryClass::asset: return refused->error.code != 0;
    case RetryClass::throttled:
    case RetryClass::transient:
    case RetryClass::account: return false;
  }
  return false;
}

bool was_sent(MessageState state) {
  return state == MessageState::sent || state == MessageState::delivered || state == MessageState::read || state == MessageState::played;
}

bool is_about_account(const SendOutcome& outcome) {
  const auto* refused = std::get_if<SendRefused>(&outcome);
  return refused != nullptr && retry_class_of(refused->error) == RetryClass::account;
}
}  // namespace

// Opens or closes the number's circuit; gives the event that tells of it.
std::optional<JournalEvent> Delivery::note_account(const ChannelPtr& channel, const SendOutcome& outcome) {
  if (is_about_account(outcome)) {
    if (circuits_.refused(channel) != Circuits::Change::opened) return std::nullopt;
    const auto& error = std::get<SendRefused>(outcome).error;
    log::error("channel_refused", {{"channel", channel->id.text()}, {"meta_code", error.code}, {"reason", error.title}});
    return account_event(*channel, "channel.alert", alert_body(error), clock_.now());
  }
  if (!is_about_message(outcome) || circuits_.passed(channel) != Circuits::Change::closed) return std::nullopt;
  log::info("channel_recovered", {{"channel", channel->id.text()}});
  return account_event(*channel, "channel.recovered", {}, clock_.now());
}

Task<Delivery::Next> Delivery::settle(OutboxJob& job, ChannelPtr channel, SendOutcome outcome) {
  auto event = note_account(channel, outcome);
  const auto next = co_await settle_message(job, channel, std::move(outcome));
  if (!event) co_return next;
  auto stored = co_await store_.record(std::move(*event));
  if (!stored) log::warn("channel_event_not_stored", {{"channel", channel->id.text()}, {"detail", stored.error().detail}});
  co_return next;
}

Task<Delivery::Next> Delivery::settle_message(OutboxJob& job, ChannelPtr channel, SendOutcome outcome) {
  auto& message = job.message;
  if (auto* refused = std::get_if<SendRefused>(&outcome)) {
    co_return co_await settle_refused(job, channel, std::move(*refused));
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
    Error unconfirmed{ErrorCode::outcome_unknown, std::string(unconfirmed_text)};
    if (auto* unknown = std::get_if<SendUnknown>(&outcome)) {
      log::warn("send_outcome_unknown", {{"message", message.id.text()}, {"detail", unknown->detail}});
      unconfirmed.peer_answer = std::move(unknown->peer_answer);
    }
    job.responder.answer(std::move(unconfirmed));
  }
  co_return Next::done;
}

Task<Delivery::Next> Delivery::settle_refused(OutboxJob& job, ChannelPtr channel, SendRefused refused) {
  auto& message = job.message;
  channels_.vitals().refused(refused.error.code);
  const auto probe = circuits_.blocked(channel);
  const auto delay = probe ? *probe : with_jitter(retry_delay(refused.error, static_cast<int>(message.attempts)));
  const auto due = clock_.now() + delay;
  if (delay == 0ms) {
    co_await fail(job, std::move(refused.error), std::move(refused.reason));
    co_return Next::done;
  }
  const bool ends_in_line = probe && message.expires_at && may_be_parked(job);
  if (due > message.give_up_at && !ends_in_line) {
    co_await give_up(job, std::move(refused.error), std::move(refused.reason));
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
  message.error = std::move(refused.error);
  if (probe) message.next_attempt_at.reset();  // while this process runs, the circuit says when
  co_return Next::try_again;
}

Task<void> Delivery::give_up(OutboxJob& job, UpstreamError last, Error reason) {
  if (job.message.expires_at && *job.message.expires_at <= job.message.give_up_at) last = expired_error(std::move(last.title));
  co_await fail(job, std::move(last), std::move(reason));
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

// Somebody was faster than we. It was cancelled; or a status webhook told that WhatsApp has the message, whatever its answers to us
// said. It is never sent again.
Task<void> Delivery::settle_overtaken(OutboxJob& job) {
  auto current = co_await store_.find_message(job.message.id);
  const bool known = current && *current;
  if (known && (*current)->state == MessageState::cancelled) {
    job.message.state = MessageState::cancelled;
    job.responder.answer(Error{ErrorCode::conflict, "The message was cancelled before it was sent"});
  } else if (known && (*current)->state == MessageState::failed) {
    ++counters_.failed;
    job.responder.answer(Error{ErrorCode::rejected, "WhatsApp refused the message"});
  } else if (known && was_sent((*current)->state)) {
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

}  // namespace wherry
