#include "services/outbox/outbox.h"

#include "base/log.h"

namespace wherry {

namespace {

constexpr std::uint32_t resume_page = 500;

Error window_closed() { return {ErrorCode::window_closed, "Service window expired — last inbound message is older than 24 hours."}; }

}  // namespace

Outbox::Outbox(MessageStore& store, Channels& channels, Conversations& conversations, MediaService& media, Upstream& upstream, Clock& clock,
               OutboxOptions options)
    : store_(store),
      channels_(channels),
      conversations_(conversations),
      media_(media),
      clock_(clock),
      options_(options),
      delivery_(store, channels, conversations, media, upstream, clock, counters_) {}

Task<Result<Conversation>> Outbox::find_own(TenantId tenant, ConversationId id) {
  CO_TRY(auto conversation, co_await conversations_.find(id));
  if (!conversation) co_return Error{ErrorCode::not_found, "Conversation not found"};
  if (conversation->tenant != tenant) co_return Error{ErrorCode::permission_denied, "The conversation belongs to another account"};
  if (!channels_.find(conversation->channel)) co_return Error{ErrorCode::not_found, "Conversation not found", "its channel was removed"};
  co_return std::move(*conversation);
}

Task<Result<Conversation>> Outbox::open_conversation(TenantId tenant, Recipient to) {
  const auto channel = channels_.find(to.channel);
  if (!channel) co_return Error{ErrorCode::not_found, "Channel not found"};
  if (channel->tenant != tenant) co_return Error{ErrorCode::permission_denied, "The channel belongs to another account"};
  const auto now = clock_.now();
  co_return co_await conversations_.open(tenant, to.channel, std::move(to.number), now);
}

Task<Result<Conversation>> Outbox::check_sendable(TenantId tenant, ConversationId id) {
  CO_TRY(auto conversation, co_await find_own(tenant, id));
  if (!window_open(conversation.last_inbound_at, clock_.now())) co_return window_closed();
  co_return conversation;
}

// All checks; then a place among those that wait, and the message as it will be stored.
Task<Result<Message>> Outbox::admit(SendRequest request, milliseconds patience) {
  if (stopping_) co_return Error{ErrorCode::cancelled, "The server is stopping"};
  CO_TRY_VOID(check_content(request.content));
  Result<Conversation> conversation = Conversation();
  if (request.to) {
    conversation = co_await open_conversation(request.tenant, std::move(*request.to));
  } else {
    conversation = co_await find_own(request.tenant, request.conversation);
  }
  if (!conversation) co_return conversation.error();
  const auto now = clock_.now();
  if (!window_allows(request.content, request.window_check, conversation->last_inbound_at, now)) co_return window_closed();
  CO_TRY_VOID(delivery_.check_circuit(conversation->channel));
  if (const auto file = file_of(request.content)) {
    CO_TRY_VOID(co_await media_.find(request.tenant, *file));
  }
  if (counters_.waiting.fetch_add(1) >= options_.max_waiting) {
    --counters_.waiting;
    Error busy{ErrorCode::unavailable, "Too many messages are waiting to be sent; try again shortly"};
    busy.retry_after = seconds(1);
    co_return busy;
  }

  Message message;
  message.created_at = clock_.now();
  message.updated_at = message.created_at;
  message.give_up_at = message.created_at + patience;
  message.id = MessageId::make(message.created_at);
  message.tenant = request.tenant;
  message.channel = conversation->channel;
  message.conversation = conversation->id;
  message.content = std::move(request.content);
  message.window_check = request.window_check;
  co_return message;
}

Task<Result<Message>> Outbox::submit(SendRequest request) {
  auto executor = co_await boost::asio::this_coro::executor;
  auto claim = std::move(request.claim);
  CO_TRY(auto message, co_await admit(std::move(request), options_.keep_trying));
  auto stored = co_await store_.accept(message, std::move(claim));
  if (!stored) {
    --counters_.waiting;
    co_return stored.error();
  }
  ++counters_.accepted;
  OutboxJob job{message, Responder()};
  start(std::move(job), executor);
  co_return message;
}

Task<Result<SendReceipt>> Outbox::submit_and_wait(SendRequest request) {
  auto claim = std::move(request.claim);
  CO_TRY(auto message, co_await admit(std::move(request), options_.answer_within));
  if (lanes_.hold(message.conversation)) {
    co_return co_await send_at_once(std::move(message), std::move(claim));
  }
  co_return co_await send_in_lane(std::move(message), std::move(claim), false);
}

// Gives the lane up however its holder ends.
struct Outbox::LaneHold {
  Outbox& outbox;
  ConversationId conversation;
  Executor executor;
  bool passed_on = false;
  ~LaneHold() {
    if (!passed_on) outbox.release_lane(conversation, executor);
  }
};

Task<Result<SendReceipt>> Outbox::send_at_once(Message message, std::optional<IdempotencyClaim> claim) {
  auto executor = co_await boost::asio::this_coro::executor;
  const auto conversation = message.conversation;
  LaneHold hold{*this, conversation, executor};
  auto first = co_await delivery_.try_at_once(std::move(message), claim);
  if (first.kind == Delivery::FirstTry::Kind::answered) {
    --counters_.waiting;
    co_return std::move(*first.answer);
  }
  hold.passed_on = true;
  if (first.kind == Delivery::FirstTry::Kind::retrying) {
    co_return co_await wait_in_lane(std::move(first.message), true);
  }
  co_return co_await send_in_lane(std::move(first.message), std::move(claim), true);
}

Task<Result<SendReceipt>> Outbox::send_in_lane(Message message, std::optional<IdempotencyClaim> claim, bool holds_lane) {
  auto executor = co_await boost::asio::this_coro::executor;
  const auto conversation = message.conversation;
  auto stored = co_await store_.accept(message, std::move(claim));
  if (!stored) {
    --counters_.waiting;
    if (holds_lane) release_lane(conversation, executor);
    co_return stored.error();
  }
  ++counters_.accepted;
  co_return co_await wait_in_lane(std::move(message), holds_lane);
}

Task<Result<SendReceipt>> Outbox::wait_in_lane(Message message, bool holds_lane) {
  auto executor = co_await boost::asio::this_coro::executor;
  const auto conversation = message.conversation;
  auto begin = [&](Completion<Result<SendReceipt>> waiter) {
    OutboxJob job{std::move(message), Responder(std::move(waiter))};
    if (!holds_lane) return start(std::move(job), executor);
    lanes_.put_back(std::move(job));
    runners_.spawn(executor, run_lane(conversation), "outbox_lane");
  };
  co_return co_await await_completion<Result<SendReceipt>>(std::move(begin));
}

// The holder is done: whoever queued up behind it gets a runner.
void Outbox::release_lane(ConversationId conversation, Executor executor) {
  auto waiting = lanes_.next(conversation);
  if (!waiting) return;
  lanes_.put_back(std::move(*waiting));
  runners_.spawn(executor, run_lane(conversation), "outbox_lane");
}

void Outbox::start(OutboxJob job, Executor executor) {
  const auto conversation = job.message.conversation;
  const auto entry = lanes_.push(std::move(job));
  if (entry == Lanes::Entry::idle_lane) runners_.spawn(executor, run_lane(conversation), "outbox_lane");
}

Task<void> Outbox::run_lane(ConversationId conversation) {
  while (!stopping_) {
    auto job = lanes_.next(conversation);
    if (!job) co_return;
    co_await delivery_.deliver(std::move(*job));
    --counters_.waiting;
  }
  // Stopping: what waits stays `accepted` on disk; its callers are told.
  while (auto left = lanes_.next(conversation)) --counters_.waiting;
}

Task<Result<void>> Outbox::resume() {
  auto executor = co_await boost::asio::this_coro::executor;
  std::optional<MessageId> after;
  std::uint64_t uncertain = 0;
  while (true) {
    CO_TRY(auto page, co_await store_.unfinished(after, resume_page));
    if (page.empty()) break;
    after = page.back().id;
    for (auto& message : page) {
      if (message.state == MessageState::sending) {
        MessageMove move{message.id,   MessageState::sending, MessageState::uncertain, {}, std::nullopt, message.attempts,
                         std::nullopt, clock_.now()};
        auto moved = co_await store_.move(move, message);
        if (!moved && moved.error().code != ErrorCode::conflict) co_return moved.error();
        ++uncertain;
        continue;
      }
      message.give_up_at = clock_.now() + options_.keep_trying;
      ++counters_.waiting;
      ++counters_.resumed;
      OutboxJob job{std::move(message), Responder()};
      start(std::move(job), executor);
    }
  }
  counters_.uncertain += uncertain;
  if (counters_.resumed > 0 || uncertain > 0) {
    log::info("outbox_resumed", {{"accepted", counters_.resumed.load()}, {"uncertain", uncertain}});
  }
  co_return Result<void>();
}

Task<void> Outbox::stop(milliseconds grace) {
  stopping_ = true;
  const auto end = clock_.now() + grace;
  const milliseconds step(10);
  while (runners_.size() > 0 && clock_.now() < end) {
    co_await clock_.sleep_for(step);
  }
  co_await runners_.stop();
  lanes_.clear();
}

}  // namespace wherry
