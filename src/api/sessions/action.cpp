#include "api/sessions/action.h"

#include "api/sessions/errors.h"
#include "api/sessions/send_result.h"
#include "base/log.h"

namespace wherry::api::sessions {

namespace {

constexpr milliseconds after_throttling = seconds(60);

bool is_own(const Session& session, const Jid& sender) {
  const auto& number = session.link.linked_to;
  return number && (number->jid == sender || number->lid == sender);
}

ErrorCode code_of(linked::Refusal reason) {
  using enum linked::Refusal;
  switch (reason) {
    case not_running:
    case not_paired:
    case not_connected:
    case conflict: return ErrorCode::conflict;
    case bad_request: return ErrorCode::invalid_argument;
    case not_found: return ErrorCode::not_found;
    case rate: return ErrorCode::rate_limited;
    case too_large: return ErrorCode::invalid_argument;
    case media: return ErrorCode::upload_failed;
    case restricted:
    case bad_addressing:
    case not_allowed:
    case not_acceptable:
    case refused: return ErrorCode::rejected;
    case busy:
    case store: return ErrorCode::unavailable;
    case unsupported: return ErrorCode::rejected;
    case internal: return ErrorCode::internal;
  }
  return ErrorCode::internal;
}

http::Response refusal(const Session& session, const linked::SendRefused& refused) {
  if (refused.reason == linked::Refusal::unsupported) return not_implemented("this gateway's transport cannot do that");
  Error error{code_of(refused.reason), refused.error.message};
  json::object details;
  if (error.code == ErrorCode::conflict) details["status"] = wherry::to_string(session.status());
  if (error.code == ErrorCode::rate_limited) error.retry_after = after_throttling;
  return error_response(error, std::move(details));
}

Task<void> journal(const SessionsServices& services, const Session& session, const Action& action, std::string_view status) {
  JournalEvent event;
  event.tenant = session.channel->tenant;
  event.kind = "message.action";
  event.channel = session.channel->id;
  event.at = event.recorded_at = services.clock.now();
  const json::object body{{"sessionId", session.channel->id.text()},
                          {"action", action.what},
                          {"messageId", action.message_id},
                          {"actionId", action.own_id},
                          {"status", status},
                          {"chatJid", action.chat.text()}};
  event.body = json::serialize(body);
  auto told = co_await services.store.tell(std::move(event));
  // It is done, and cannot be undone: the caller hears so all the same.
  if (!told) log::warn("message_action_not_journaled", {{"error", wherry::to_string(told.error().code)}});
}

}  // namespace

namespace {

Task<void> keep_mark(const SessionsServices& services, const Session& session, const Action& action) {
  auto chat = co_await services.chats.find(session.channel->id, action.chat.text());
  if (chat && !*chat) co_return;
  Result<void> kept = chat ? Result<void>() : Result<void>(chat.error());
  if (chat) kept = co_await services.chats.mark((*chat)->conversation, *action.mark);
  if (!kept) log::warn("message_mark_not_stored", {{"error", wherry::to_string(kept.error().code)}});
}

}  // namespace

linked::SessionId name_of(const Session& session) { return {session.channel->id.text()}; }

Target read_target(Fields& fields, const http::Request& request, const Session& session) {
  Target target;
  target.message.id = request.param("mid");
  const bool fits = target.message.id.size() <= max_wamid_bytes;
  if (!fits) fields.refuse("the message id is too long");
  target.chat = fields.jid("chat");
  const auto sender = fields.text("sender");
  if (sender.empty()) {
    target.message.from_me = true;
    return target;
  }
  target.message.sender = Jid::parse(sender);
  if (!target.message.sender) fields.refuse("sender must be a JID");
  target.message.from_me = target.message.sender && is_own(session, *target.message.sender);
  return target;
}

Task<Result<http::Response>> conclude(const SessionsServices& services, Session session, Action action, linked::SendOutcome outcome) {
  if (const auto* refused = std::get_if<linked::SendRefused>(&outcome)) co_return refusal(session, *refused);
  SendResult result{action.own_id, "pending", services.clock.now(), Mode::sync, {}};
  if (const auto* accepted = std::get_if<linked::SendAccepted>(&outcome)) {
    result.message_id = accepted->message_id;
    result.status = "sent";
    result.at = accepted->at;
  }
  if (action.mark && result.status == "sent") co_await keep_mark(services, session, action);
  co_await journal(services, session, action, result.status);
  co_return send_response(result);
}

}  // namespace wherry::api::sessions
