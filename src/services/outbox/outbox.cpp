#include "services/outbox/outbox.h"

namespace wherry {

namespace {

// An answer with success in its status line, whatever its body lacks.
bool says_yes(const Error& error) {
  const auto* answer = error.peer_answer.get();
  return error.code == ErrorCode::outcome_unknown && answer != nullptr && answer->status >= 200 && answer->status < 300;
}

}  // namespace

Error Outbox::too_busy() {
  Error busy{ErrorCode::unavailable, "Too many messages are waiting to be sent; try again shortly"};
  busy.retry_after = seconds(1);
  return busy;
}

Outbox::Outbox(MessageStore& store, Channels& channels, Conversations& conversations, MediaService& media, Upstream& upstream, Clock& clock,
               OutboxOptions options)
    : store_(store),
      channels_(channels),
      conversations_(conversations),
      media_(media),
      clock_(clock),
      options_(options),
      backlog_(options.lanes),
      delivery_({store, channels, conversations, media, upstream, clock, options.linked_budget}, lanes_, counters_) {}

Task<Result<Message>> Outbox::submit(SendRequest request) {
  auto executor = co_await boost::asio::this_coro::executor;
  auto claim = std::move(request.claim);
  const auto patience = request.time_to_live.value_or(options_.keep_trying);
  CO_TRY(auto message, co_await admit(std::move(request), patience, Waits::nobody));
  if (message.place == 0) co_return co_await schedule(std::move(message), std::move(claim));
  const auto lane = lane_of(message);
  const bool clear = backlog_.has_room(message.channel, message.priority) && backlog_.is_clear(message.channel, lane);
  const bool held = clear && lanes_.hold(lane);
  auto stored = co_await store_.accept(message, std::move(claim));
  if (!stored) {
    --counters_.waiting;
    if (held) give_up_lane(lane, message.channel, executor);
    co_return stored.error();
  }
  ++counters_.accepted;
  if (held) {
    OutboxJob job{message, Responder(), lane};
    lanes_.put_back(std::move(job));
    start_runner(lane, message.channel, executor);
  } else {
    start_or_leave(message, executor);
  }
  co_return message;
}

Task<Result<Message>> Outbox::submit_refused(SendRequest request, UpstreamError why) {
  auto claim = std::move(request.claim);
  request.window_check = WindowCheck::upstream;  // it is refused already
  request.send_at.reset();
  CO_TRY(auto message, co_await admit(std::move(request), options_.keep_trying, Waits::nobody));
  --counters_.waiting;
  message.state = MessageState::failed;
  message.error = std::move(why);
  CO_TRY_VOID(co_await store_.accept(message, std::move(claim)));
  ++counters_.accepted;
  ++counters_.failed;
  co_return message;
}

Task<Result<Message>> Outbox::schedule(Message message, std::optional<IdempotencyClaim> claim) {
  auto stored = co_await store_.accept(message, std::move(claim));
  if (!stored) {
    --counters_.scheduled;
    co_return stored.error();
  }
  ++counters_.accepted;
  expect_due(*message.next_attempt_at);
  co_return message;
}

// A synchronous caller's place among those the server can hold.
struct Outbox::Seat {
  std::atomic<std::int64_t>& taken;
  bool granted;
  Seat(std::atomic<std::int64_t>& count, std::int64_t most) : taken(count), granted(count.fetch_add(1) < most) {}
  Seat(const Seat&) = delete;
  Seat& operator=(const Seat&) = delete;
  ~Seat() { --taken; }
};

Task<Result<SendReceipt>> Outbox::submit_and_wait(SendRequest request) {
  const Seat seat(callers_, options_.max_waiting);
  if (!seat.granted) co_return too_busy();
  if (request.send_at) co_return Error{ErrorCode::invalid_argument, "nobody can wait for a scheduled message"};
  auto claim = std::move(request.claim);
  const auto unnamed = request.unnamed;
  CO_TRY(auto message, co_await admit(std::move(request), options_.answer_within, Waits::the_caller));
  const auto id = message.id;
  auto receipt = co_await send_admitted(std::move(message), std::move(claim));
  if (!receipt && unnamed == Unnamed::is_taken && says_yes(receipt.error())) co_return SendReceipt{id, {}};
  co_return receipt;
}

Task<Result<SendReceipt>> Outbox::send_admitted(Message message, std::optional<IdempotencyClaim> claim) {
  const auto lane = lane_of(message);
  if (backlog_.is_clear(message.channel, lane) && lanes_.hold(lane)) {
    co_return co_await send_at_once(lane, std::move(message), std::move(claim));
  }
  co_return co_await wait_in_lane(lane, std::move(message), std::move(claim));
}

// Gives the lane up however its holder ends.
struct Outbox::LaneHold {
  Outbox& outbox;
  LaneId lane;
  ChannelId channel;
  Executor executor;
  bool passed_on = false;
  ~LaneHold() {
    if (!passed_on) outbox.give_up_lane(lane, channel, executor);
  }
};

Task<Result<SendReceipt>> Outbox::send_at_once(LaneId lane, Message message, std::optional<IdempotencyClaim> claim) {
  auto executor = co_await boost::asio::this_coro::executor;
  LaneHold hold{*this, lane, message.channel, executor};
  auto answer = std::make_shared<Answer>();
  OutboxJob job{std::move(message), Responder(answer), lane, true};
  auto first = co_await delivery_.try_at_once(std::move(job), claim);
  if (first.kind == Delivery::FirstTry::Kind::must_wait) {
    auto stored = co_await store_.accept(first.job.message, std::move(claim));
    if (!stored) {
      --counters_.waiting;
      co_return stored.error();
    }
    ++counters_.accepted;
  }
  if (first.kind == Delivery::FirstTry::Kind::answered) {
    --counters_.waiting;
  } else {
    hold.passed_on = true;
    watch(answer, first.job.message.give_up_at);
    lanes_.put_back(std::move(first.job));
    start_runner(lane, hold.channel, executor);
  }
  co_return co_await answer->wait();
}

Task<Result<SendReceipt>> Outbox::wait_in_lane(LaneId lane, Message message, std::optional<IdempotencyClaim> claim) {
  auto executor = co_await boost::asio::this_coro::executor;
  auto answer = std::make_shared<Answer>();
  lanes_.expect(lane, message.id, Responder(answer));
  auto stored = co_await store_.accept(message, std::move(claim));
  if (!stored) {
    --counters_.waiting;
    lanes_.forget(lane, message.id);
    co_return stored.error();
  }
  ++counters_.accepted;
  watch(answer, message.give_up_at);
  start_lane(lane, message.channel, executor);
  co_return co_await answer->wait();
}

}  // namespace wherry
