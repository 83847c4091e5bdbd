#include "api/sessions/action.h"
#include "api/sessions/fields.h"
#include "api/sessions/guard.h"
#include "api/sessions/outgoing.h"
#include "domain/linked_message_id.h"

namespace wherry::api::sessions {

namespace {

constexpr std::size_t most_options = 12;

// A message of ours that is known and is no text cannot get other words; about others the phone decides.
Task<Result<void>> check_editable(const SessionsServices& services, const Session& session, std::string id) {
  CO_TRY(const auto sent, co_await services.history.find_sent(session.channel->tenant, std::move(id)));
  const bool other = sent && sent->channel == session.channel->id && !std::holds_alternative<TextContent>(sent->content);
  if (other) co_return Error{ErrorCode::invalid_argument, "only a text of your own can be edited"};
  co_return Result<void>();
}

Task<Result<http::Response>> react(const SessionsServices& services, http::Request& request, Principal caller, bool remove) {
  CO_TRY(const auto session, session_of(services, request, caller));
  CO_TRY(const auto body, co_await read_object(request));
  Fields fields(body);
  const auto target = read_target(fields, request, session);
  auto emoji = remove ? std::string() : fields.required("emoji");
  if (emoji.size() > max_emoji_bytes) fields.refuse("emoji must be one emoji");
  CO_TRY_VOID(fields.result());
  linked::OutgoingReaction reaction{linked::make_message_id(), *target.chat, target.message, std::move(emoji)};
  auto id = reaction.message_id;
  auto outcome = co_await services.transport.react(name_of(session), std::move(reaction));
  Action action{remove ? "reaction.removed" : "reaction.added", target.message.id, std::move(id), *target.chat};
  co_return co_await conclude(services, session, std::move(action), std::move(outcome));
}

/// Another message once more.
class ForwardedMessage final : public Outgoing {
 public:
  explicit ForwardedMessage(SendRequest request) : request_(std::move(request)) {}
  Task<Result<SendRequest>> request() override { co_return std::move(request_); }
  Task<void> let_go() override { co_return; }
  Task<void> let_go_after(MessageId) override { co_return; }

 private:
  SendRequest request_;
};

}  // namespace

Task<Result<http::Response>> edit_message(const SessionsServices& services, http::Request& request, Principal caller) {
  CO_TRY(const auto session, session_of(services, request, caller));
  CO_TRY(const auto body, co_await read_object(request));
  Fields fields(body);
  const auto target = read_target(fields, request, session);
  TextContent text;
  text.body = fields.required("text");
  CO_TRY_VOID(fields.result());
  const Content content(text);
  CO_TRY_VOID(check_content(content, ChannelKind::linked));
  CO_TRY_VOID(co_await check_editable(services, session, target.message.id));
  MessageMark mark{target.message.id, "me", text.body};
  linked::OutgoingEdit edit{linked::make_message_id(), *target.chat, target.message.id, std::move(text.body), {}};
  auto id = edit.message_id;
  auto outcome = co_await services.transport.edit(name_of(session), std::move(edit));
  Action action{"edited", target.message.id, std::move(id), *target.chat, std::move(mark)};
  co_return co_await conclude(services, session, std::move(action), std::move(outcome));
}

Task<Result<http::Response>> revoke_message(const SessionsServices& services, http::Request& request, Principal caller) {
  CO_TRY(const auto session, session_of(services, request, caller));
  CO_TRY(const auto body, co_await read_object(request));
  Fields fields(body);
  const auto target = read_target(fields, request, session);
  CO_TRY_VOID(fields.result());
  linked::OutgoingRevoke revoke{linked::make_message_id(), *target.chat, target.message};
  auto id = revoke.message_id;
  MessageMark mark{target.message.id, "me", std::nullopt, true};
  auto outcome = co_await services.transport.revoke(name_of(session), std::move(revoke));
  Action action{"revoked", target.message.id, std::move(id), *target.chat, std::move(mark)};
  co_return co_await conclude(services, session, std::move(action), std::move(outcome));
}

Task<Result<http::Response>> add_reaction(const SessionsServices& services, http::Request& request, Principal caller) {
  co_return co_await react(services, request, std::move(caller), false);
}

Task<Result<http::Response>> remove_reaction(const SessionsServices& services, http::Request& request, Principal caller) {
  co_return co_await react(services, request, std::move(caller), true);
}

Task<Result<http::Response>> vote(const SessionsServices& services, http::Request& request, Principal caller) {
  CO_TRY(const auto session, session_of(services, request, caller));
  CO_TRY(const auto body, co_await read_object(request));
  Fields fields(body);
  const auto target = read_target(fields, request, session);
  auto options = fields.texts("options", most_options);
  if (!options) fields.refuse("options is required");
  CO_TRY_VOID(fields.result());
  linked::OutgoingVote choice{linked::make_message_id(), *target.chat, target.message, std::move(*options)};
  auto id = choice.message_id;
  auto outcome = co_await services.transport.vote(name_of(session), std::move(choice));
  Action action{"voted", target.message.id, std::move(id), *target.chat};
  co_return co_await conclude(services, session, std::move(action), std::move(outcome));
}

Task<Result<http::Response>> forward_message(const SessionsServices& services, http::Request& request, Principal caller) {
  CO_TRY(const auto session, session_of(services, request, caller));
  CO_TRY(auto key, idempotency_key(request.headers));
  CO_TRY(const auto body, co_await read_object(request));
  Fields fields(body);
  const auto target = read_target(fields, request, session);
  const auto to = fields.jid("to");
  const bool writable = to && (to->is_person() || to->kind() == JidKind::group);
  if (to && !writable) fields.refuse("to must be the JID of a person or a group");
  CO_TRY_VOID(fields.result());
  SendRequest message;
  message.tenant = caller.tenant;
  message.content = ForwardContent{target.message.id, target.chat->text()};
  message.to = Recipient{session.channel->id, *to};
  ForwardedMessage outgoing(std::move(message));
  co_return co_await send_out(services, session, Mode::sync, std::move(key), outgoing);
}

}  // namespace wherry::api::sessions
