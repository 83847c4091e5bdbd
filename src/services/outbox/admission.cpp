// Who may send what to whom: everything that is looked at before a message is taken.
#include "domain/linked_message_id.h"
#include "services/outbox/outbox.h"
#include "services/outbox/window.h"

namespace wherry {

namespace {

Error window_closed() { return {ErrorCode::window_closed, "Service window expired — last inbound message is older than 24 hours."}; }

Error invalid(std::string text) { return {ErrorCode::invalid_argument, std::move(text)}; }

Result<ContactIdentity> identity_of(const Channel& channel, std::variant<WaId, Jid> who) {
  ContactIdentity identity;
  const auto* jid = std::get_if<Jid>(&who);
  identity.wa_id = jid == nullptr ? std::move(std::get<WaId>(who)) : jid->number();
  if (identity.wa_id) return identity;
  const bool writable = channel.kind == ChannelKind::linked && (jid->is_person() || jid->kind() == JidKind::group);
  if (!writable) return invalid("to: the channel cannot write to " + jid->text());
  identity.bsuid = jid->text();
  return identity;
}

}  // namespace

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
  CO_TRY(auto who, identity_of(*channel, std::move(to.who)));
  const auto now = clock_.now();
  co_return co_await conversations_.open(tenant, to.channel, std::move(who), now);
}

Task<Result<Conversation>> Outbox::check_sendable(TenantId tenant, ConversationId id) {
  CO_TRY(auto conversation, co_await find_own(tenant, id));
  const auto channel = channels_.find(conversation.channel);
  const bool linked = channel && channel->kind == ChannelKind::linked;
  if (!linked && !window_open(conversation.last_inbound_at, clock_.now())) co_return window_closed();
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

Task<Result<Conversation>> Outbox::conversation_of(TenantId tenant, ConversationId id, std::optional<Recipient> to) {
  if (to) co_return co_await open_conversation(tenant, std::move(*to));
  co_return co_await find_own(tenant, id);
}

// What the content is held to; of a channel that is not there, the usual.
ChannelKind Outbox::kind_of(std::optional<ChannelId> id) const {
  const auto channel = id ? channels_.find(*id) : nullptr;
  return channel ? channel->kind : ChannelKind::cloud;
}

// All checks; then the message as it will be stored, counted among those that wait.
Task<Result<Message>> Outbox::admit(SendRequest request, milliseconds patience, Waits waits) {
  if (stopping_) co_return Error{ErrorCode::cancelled, "The server is stopping"};
  if (request.client_data.size() > longest_client_data || !is_clean_utf8(request.client_data)) {
    co_return Error{ErrorCode::invalid_argument, "What is sent along with a message is text of at most 16 KiB"};
  }
  const auto now = clock_.now();
  if (request.send_at && *request.send_at > now + furthest_send_at) co_return invalid("send_at is at most 30 days ahead");
  const bool scheduled = request.send_at && *request.send_at > now;
  auto channel_id = request.to ? std::optional(request.to->channel) : std::nullopt;
  if (!request.to) {
    CO_TRY(const auto known, co_await conversations_.find(request.conversation));
    if (known) channel_id = known->channel;
  }
  CO_TRY_VOID(check_content(request.content, kind_of(channel_id)));
  CO_TRY_VOID(check_reply(request.content, request.reply_to));
  CO_TRY(auto conversation, co_await conversation_of(request.tenant, request.conversation, std::move(request.to)));
  const auto channel = channels_.find(conversation.channel);
  if (!scheduled) {
    if (!may_write(channel.get(), request.content, request.window_check, conversation.last_inbound_at, now)) co_return window_closed();
    CO_TRY_VOID(delivery_.check_circuit(conversation.channel));
  }
  CO_TRY_VOID(co_await check_template(conversation.channel, request.content));
  for (const auto& file : files_of(request.content)) {
    CO_TRY_VOID(co_await check_file(request.tenant, file, request.send_at));
  }
  if (counters_.waiting + counters_.scheduled >= options_.max_queued) co_return Outbox::too_busy();
  if (channel && waits == Waits::the_caller) {
    CO_TRY_VOID(delivery_.reserve(*channel));
  }

  Message message;
  message.created_at = clock_.now();
  message.updated_at = message.created_at;
  const auto due = scheduled ? *request.send_at : message.created_at;
  if (request.time_to_live) message.expires_at = due + *request.time_to_live;
  message.give_up_at = std::min(due + patience, message.expires_at.value_or(Timestamp::max()));
  message.id = MessageId::make(message.created_at);
  message.tenant = request.tenant;
  message.channel = conversation.channel;
  message.conversation = conversation.id;
  if (channel && channel->kind == ChannelKind::linked) message.wamid = linked::make_message_id();
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

}  // namespace wherry
