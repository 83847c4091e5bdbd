// Messages whose outcome nobody told: what the channel's policy makes of them.
#include "base/log.h"
#include "services/outbox/expiry.h"
#include "services/outbox/outbox.h"

namespace wherry {

namespace {

constexpr std::uint32_t page_size = 500;

UpstreamError unknown_outcome() {
  UpstreamError error;
  error.title = "the outcome stayed unknown";
  error.details = "No status told in time whether WhatsApp took the message. A late one still corrects this.";
  return error;
}

}  // namespace

Task<Result<void>> Outbox::sweep() {
  delivery_.sweep();
  CO_TRY_VOID(co_await fail_expired());
  CO_TRY_VOID(co_await count());
  auto shortest = Channel().uncertain_after;
  for (const auto& channel : channels_.all()) shortest = std::min(shortest, channel->uncertain_after);
  const auto since = clock_.now() - shortest;
  std::optional<MessageId> after;
  while (!stopping_) {
    CO_TRY(auto page, co_await store_.uncertain(after, since, page_size));
    if (page.empty()) break;
    after = page.back().id;
    for (auto& message : page) {
      CO_TRY_VOID(co_await settle_uncertain(std::move(message)));
    }
  }
  co_return Result<void>();
}

Task<Result<void>> Outbox::settle_uncertain(Message message) {
  const auto channel = channels_.find(message.channel);
  const auto deadline = channel ? channel->uncertain_after : Channel().uncertain_after;
  const auto now = clock_.now();
  if (message.updated_at + deadline > now) co_return Result<void>();
  const bool resend = channel && channel->uncertain_policy == UncertainPolicy::resend && message.resends == 0 && !is_expired(message, now);

  MessageMove move;
  move.id = message.id;
  move.from = MessageState::uncertain;
  move.to = resend ? MessageState::accepted : MessageState::failed;
  if (!resend) move.error = unknown_outcome();
  move.attempts = message.attempts;
  move.at = now;
  move.again_though_uncertain = resend;
  if (resend) move.give_up_at = message.expires_at.value_or(now + options_.keep_trying);
  auto moved = co_await store_.move(move, message);
  if (!moved && moved.error().code == ErrorCode::conflict) co_return Result<void>();  // a status has just told
  if (!moved) co_return moved.error();
  log::warn("uncertain_message_settled", {{"message", message.id.text()}, {"resent", resend}});
  if (!resend) {
    ++counters_.failed;
    co_return Result<void>();
  }
  auto executor = co_await boost::asio::this_coro::executor;
  ++counters_.waiting;
  start_or_leave(message, executor);
  co_return Result<void>();
}

}  // namespace wherry
