// Taking a message back. Whether it comes in time is decided by the store: only `accepted` becomes `cancelled`.
#include "base/log.h"
#include "services/outbox/outbox.h"

namespace wherry {

namespace {
constexpr int most_tries = 3;

Error past_that(MessageState state) {
  return {ErrorCode::conflict, "The message is " + std::string(to_string(state)) + "; only an accepted one can be cancelled"};
}
}  // namespace

/// Moves a message that waits to its end, and has its lane forget it.
Task<Result<void>> Outbox::take_out(const Message& message, MessageMove move, Error told) {
  CO_TRY_VOID(co_await store_.move(std::move(move), message));
  --(message.place == 0 ? counters_.scheduled : counters_.waiting);
  lanes_.withdraw(lane_of(message), message.id, told);
  co_return Result<void>();
}

Task<Result<Message>> Outbox::cancel(TenantId tenant, MessageId id) {
  // A try that failed in between makes it accepted again, with another state to start from.
  for (int tries = 0; tries < most_tries; ++tries) {
    CO_TRY(auto message, co_await store_.find_message(id));
    if (!message) co_return Error{ErrorCode::not_found, "no such message"};
    if (message->tenant != tenant) co_return Error{ErrorCode::permission_denied, "The message belongs to another account"};
    if (message->state != MessageState::accepted) co_return past_that(message->state);
    MessageMove move{id, MessageState::accepted, MessageState::cancelled, {}, std::nullopt, message->attempts, std::nullopt, clock_.now()};
    Error told{ErrorCode::conflict, "The message was cancelled before it was sent"};
    auto moved = co_await take_out(*message, move, std::move(told));
    if (!moved && moved.error().code == ErrorCode::conflict) continue;
    if (!moved) co_return moved.error();
    ++counters_.cancelled;
    log::info("message_cancelled", {{"message", id.text()}});
    message->state = MessageState::cancelled;
    message->next_attempt_at.reset();
    message->updated_at = move.at;
    co_return std::move(*message);
  }
  co_return past_that(MessageState::sending);
}

}  // namespace wherry
