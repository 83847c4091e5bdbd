#include "api/sessions/outgoing.h"

#include "api/sessions/errors.h"
#include "base/log.h"

namespace wherry::api::sessions {

namespace {

bool may_have_been_sent(ErrorCode code) {
  return code == ErrorCode::outcome_unknown || code == ErrorCode::cancelled || code == ErrorCode::timeout;
}

http::Response refusal(const SessionsServices& services, const Session& session, const Error& error) {
  json::object details;
  if (error.code == ErrorCode::conflict) {
    const auto now = services.sessions.find(session.channel->tenant, session.channel->id);
    if (now) details["status"] = to_string(now->status());
  }
  return error_response(error, std::move(details));
}

Task<Result<http::Response>> send_now(const SessionsServices& services, const Session& session, SendRequest request, Outgoing& outgoing) {
  auto receipt = co_await services.outbox.submit_and_wait(std::move(request));
  if (receipt) {
    co_await outgoing.let_go();
    co_return send_response({receipt->wamid, "sent", services.clock.now(), Mode::sync, {}});
  }
  if (may_have_been_sent(receipt.error().code)) co_return receipt.error();
  co_await outgoing.let_go();
  if (wire_error(receipt.error().code).status >= 500) co_return receipt.error();
  co_return refusal(services, session, receipt.error());
}

Task<Result<http::Response>> put_in_line(const SessionsServices& services, const Session& session, SendRequest request,
                                         Outgoing& outgoing) {
  auto message = co_await services.outbox.submit(std::move(request));
  if (message) {
    co_await outgoing.let_go_after(message->id);
    co_return send_response(queued_result(*message));
  }
  co_await outgoing.let_go();
  co_return refusal(services, session, message.error());
}

bool is_accepted(const http::Response& response) { return response.status == 200 || response.status == 202; }

}  // namespace

void Outgoing::log_kept(const Error& error) { log::warn("sent_media_not_removed", {{"error", wherry::to_string(error.code)}}); }

Task<Result<http::Response>> send_out(const SessionsServices& services, Session session, Mode mode, std::optional<std::string> key,
                                      Outgoing& outgoing) {
  const auto tenant = session.channel->tenant;
  auto begun_or = co_await begin_send(services, tenant, std::move(key));
  if (!begun_or) co_return begun_or.error();
  std::optional<Idempotency::Begun> begun(std::move(*begun_or));
  if (const auto* answer = std::get_if<IdempotentAnswer>(&*begun)) co_return replay(*answer);
  if (const auto* message = std::get_if<Message>(&*begun)) co_return replay(*message);
  const auto& hold = std::get<Idempotency::Hold>(*begun);
  auto claim = hold.claim();
  CO_TRY(auto request, co_await outgoing.request());
  request.claim = claim;
  request.client_data = to_string(mode);
  request.window_check = WindowCheck::upstream;
  Result<http::Response> response = Error{ErrorCode::internal, {}};
  if (mode == Mode::async) {
    response = co_await put_in_line(services, session, std::move(request), outgoing);
  } else {
    response = co_await send_now(services, session, std::move(request), outgoing);
  }
  if (response && is_accepted(*response)) {
    IdempotentAnswer answer{response->status, std::get<std::string>(response->body)};
    co_await services.idempotency.finish(hold, std::move(answer));
  }
  const bool unclear = !response && may_have_been_sent(response.error().code);
  if (!unclear) co_return response;
  begun.reset();
  CO_TRY(const auto message, co_await message_under(services, std::move(claim)));
  if (message) {
    co_await outgoing.let_go_after(message->id);
    co_return send_response(result_of(*message));
  }
  co_await outgoing.let_go();
  co_return response;
}

}  // namespace wherry::api::sessions
