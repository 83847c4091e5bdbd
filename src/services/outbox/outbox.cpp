#include "services/outbox/outbox.h"

namespace wherry {

namespace {

Error window_closed() { return {ErrorCode::window_closed, "Service window expired — last inbound message is older than 24 hours."}; }

Error too_busy() {
  Error busy{ErrorCode::unavailable, "Too many messages are waiting to be sent; try again shortly"};
  busy.retry_after = seconds(1);
  return busy;
}

// An answer with success in its status line, whatever its body lacks.
bool says_yes(const Error& error) {
  const auto* answer = error.peer_answer.get();
  return error.code == ErrorCode::outcome_unknown && answer != nullptr && answer->status >= 200 && answer->status < 300;
}

Error invalid(std::string text) { return {ErrorCode::invalid_argument, std::move(text)}; }

}  // namespace

Outbox::Outbox(MessageStore& store, Channels& channels, Conversations& conversations, MediaService& media, Upstream& upstream, Clock& clock,
               OutboxOptions options)
    : store_(store),
      channels_(channels),
      conversations_(conversations),
      media_(media),
      clock_(clock),
      options_(options),
      backlog_(options.lanes),
      delivery_(store, channels, conversations, media, upstream, clock, lanes_, counters_) {}

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

Task<Result<void>> Outbox::check_file(TenantId tenant, MediaId id, std::optional<Timestamp> send_at) {
  CO_TRY(const auto media, co_await media_.find(tenant, id));
  if (send_at && media.expires_at <= *send_at) co_return invalid("the file will be gone by the time the message is due");
  co_return Result<void>();
}

// Larger than any before it, in this process and those before: time alone may stand still or go back.
std::int64_t Outbox::next_place() {
  const auto now = to_unix_millis(clock_.now()) * 1000;
  auto last = last_place_.load();
  while (!last_place_.compare_exchange_weak(last, std::max(last + 1, now))) continue;
  return std::max(last + 1, now);
}

Task<Result<void>> Outbox::check_template(ChannelId id, const Content& content) {
  const auto* message = std::get_if<TemplateContent>(&content);
  auto channel = channels_.find(id);
  if (message == nullptr || !judge_ || !channel) co_return Result<void>();
  co_return co_await judge_(std::move(channel), *message);
}

// All checks; then the message as it will be stored, counted among those that wait.
Task<Result<Message>> Outbox::admit(SendRequest request, milliseconds patience) {
  if (stopping_) co_return Error{ErrorCode::cancelled, "The server is stopping"};
  if (request.client_data.size() > longest_client_data || !is_clean_utf8(request.client_data)) {
    co_return Error{ErrorCode::invalid_argument, "What is sent along with a message is text of at most 16 KiB"};
  }
  const auto now = clock_.now();
  if (request.send_at && *request.send_at > now + furthest_send_at) co_return invalid("send_at is at most 30 days ahead");
  const bool scheduled = request.send_at && *request.send_at > now;
  CO_TRY_VOID(check_content(request.content));
  CO_TRY_VOID(check_reply(request.content, request.reply_to));
  Result<Conversation> conversation = Conversation();
  if (request.to) {
    conversation = co_await open_conversation(request.tenant, std::move(*request.to));
  } else {
    conversation = co_await find_own(request.tenant, request.conversation);
  }
  if (!conversation) co_return conversation.error();
  if (!scheduled) {
    if (!window_allows(request.content, request.window_check, conversation->last_inbound_at, now)) co_return window_closed();
    CO_TRY_VOID(delivery_.check_circuit(conversation->channel));
  }
  CO_TRY_VOID(co_await check_template(conversation->channel, request.content));
  for (const auto& file : files_of(request.content)) {
    CO_TRY_VOID(co_await check_file(request.tenant, file, request.send_at));
  }
  if (counters_.waiting + counters_.scheduled >= options_.max_queued) co_return too_busy();

  Message message;
  message.created_at = clock_.now();
  message.updated_at = message.created_at;
  const auto due = scheduled ? *request.send_at : message.created_at;
  if (request.time_to_live) message.expires_at = due + *request.time_to_live;
  message.give_up_at = std::min(due + patience, message.expires_at.value_or(Timestamp::max()));
  message.id = MessageId::make(message.created_at);
  message.tenant = request.tenant;
  message.channel = conversation->channel;
  message.conversation = conversation->id;
  message.content = std::move(request.content);
  message.reply_to = std::move(request.reply_to);
  message.window_check = request.window_check;
  message.client_data = std::move(request.client_data);
  message.priority = request.priority;
  message.send_at = request.send_at;
  if (scheduled) {
    message.next_attempt_at = request.send_at;
    ++counters_.scheduled;
  } else {
    message.place = next_place();
    ++counters_.waiting;
  }
  co_return message;
}

Task<Result<Message>> Outbox::submit(SendRequest request) {
  auto executor = co_await boost::asio::this_coro::executor;
  auto claim = std::move(request.claim);
  const auto patience = request.time_to_live.value_or(options_.keep_trying);
  CO_TRY(auto message, co_await admit(std::move(request), patience));
  if (message.place == 0) co_return co_await schedule(std::move(message), std::move(claim));
  const auto conversation = message.conversation;
  const bool clear = backlog_.has_room(message.channel, message.priority) && backlog_.is_clear(message.channel, conversation);
  const bool held = clear && lanes_.hold(conversation);
  auto stored = co_await store_.accept(message, std::move(claim));
  if (!stored) {
    --counters_.waiting;
    if (held) give_up_lane(conversation, message.channel, executor);
    co_return stored.error();
  }
  ++counters_.accepted;
  if (held) {
    OutboxJob job{message, Responder()};
    lanes_.put_back(std::move(job));
    start_runner(conversation, message.channel, executor);
  } else {
    start_or_leave(message, executor);
  }
  co_return message;
}

Task<Result<Message>> Outbox::submit_refused(SendRequest request, UpstreamError why) {
  auto claim = std::move(request.claim);
  request.window_check = WindowCheck::upstream;  // it is refused already
  request.send_at.reset();
  CO_TRY(auto message, co_await admit(std::move(request), options_.keep_trying));
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
  if (request.send_at) co_return invalid("nobody can wait for a scheduled message");
  auto claim = std::move(request.claim);
  const auto unnamed = request.unnamed;
  CO_TRY(auto message, co_await admit(std::move(request), options_.answer_within));
  const auto id = message.id;
  auto receipt = co_await send_admitted(std::move(message), std::move(claim));
  if (!receipt && unnamed == Unnamed::is_taken && says_yes(receipt.error())) co_return SendReceipt{id, {}};
  co_return receipt;
}

Task<Result<SendReceipt>> Outbox::send_admitted(Message message, std::optional<IdempotencyClaim> claim) {
  if (backlog_.is_clear(message.channel, message.conversation) && lanes_.hold(message.conversation)) {
    co_return co_await send_at_once(std::move(message), std::move(claim));
  }
  co_return co_await wait_in_lane(std::move(message), std::move(claim));
}

// Gives the lane up however its holder ends.
struct Outbox::LaneHold {
  Outbox& outbox;
  ConversationId conversation;
  ChannelId channel;
  Executor executor;
  bool passed_on = false;
  ~LaneHold() {
    if (!passed_on) outbox.give_up_lane(conversation, channel, executor);
  }
};

Task<Result<SendReceipt>> Outbox::send_at_once(Message message, std::optional<IdempotencyClaim> claim) {
  auto executor = co_await boost::asio::this_coro::executor;
  LaneHold hold{*this, message.conversation, message.channel, executor};
  auto answer = std::make_shared<Answer>();
  OutboxJob job{std::move(message), Responder(answer)};
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
    start_runner(hold.conversation, hold.channel, executor);
  }
  co_return co_await answer->wait();
}

Task<Result<SendReceipt>> Outbox::wait_in_lane(Message message, std::optional<IdempotencyClaim> claim) {
  auto executor = co_await boost::asio::this_coro::executor;
  auto answer = std::make_shared<Answer>();
  lanes_.expect(message.conversation, message.id, Responder(answer));
  auto stored = co_await store_.accept(message, std::move(claim));
  if (!stored) {
    --counters_.waiting;
    lanes_.forget(message.conversation, message.id);
    co_return stored.error();
  }
  ++counters_.accepted;
  watch(answer, message.give_up_at);
  start_lane(message.conversation, message.channel, executor);
  co_return co_await answer->wait();
}

}  // namespace wherry
