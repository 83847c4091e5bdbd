#include "api/sessions/outgoing.h"

#include "api/sessions/errors.h"
#include "base/log.h"
#include "base/random.h"

namespace wherry::api::sessions {

namespace {

constexpr std::size_t own_key_length = 32;

// Every send has a key, so that its message can be found when nobody knows what became of it.
IdempotencyClaim own_claim(TenantId tenant) {
  return {tenant, "POST /api/v1/messages without a key", random_text(own_key_length, alphanumeric), Sha256{}};
}

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

// What is answered about a send that came to no good end.
Task<Result<http::Response>> after_failure(const SessionsServices& services, const Session& session, const Idempotency::Hold& hold,
                                           Error error, Outgoing& outgoing) {
  if (may_have_been_sent(error.code)) {
    CO_TRY(const auto message, co_await services.idempotency.message_of(hold));
    if (message) co_return send_response(result_of(*message));
  }
  co_await outgoing.let_go();
  if (wire_error(error.code).status >= 500) co_return error;
  co_return refusal(services, session, error);
}

Task<Result<http::Response>> send_now(const SessionsServices& services, const Session& session, SendRequest request,
                                      const Idempotency::Hold& hold, Outgoing& outgoing) {
  auto receipt = co_await services.outbox.submit_and_wait(std::move(request));
  if (!receipt) {
    auto error = std::move(receipt).error();
    co_return co_await after_failure(services, session, hold, std::move(error), outgoing);
  }
  co_await outgoing.let_go();
  co_return send_response({receipt->wamid, "sent", services.clock.now(), Mode::sync, {}});
}

Task<Result<http::Response>> put_in_line(const SessionsServices& services, const Session& session, SendRequest request,
                                         Outgoing& outgoing) {
  auto message = co_await services.outbox.submit(std::move(request));
  if (message) co_return send_response(queued_result(*message));
  co_await outgoing.let_go();
  co_return refusal(services, session, message.error());
}

bool is_final(const http::Response& response) {
  const bool good = response.status == 200 || response.status == 202;
  return good && std::get<std::string>(response.body).find(R"("status":"pending")") == std::string::npos;
}

}  // namespace

void Outgoing::log_kept(const Error& error) { log::warn("sent_media_not_removed", {{"error", wherry::to_string(error.code)}}); }

Task<Result<http::Response>> send_out(const SessionsServices& services, Session session, Mode mode, std::optional<std::string> key,
                                      Outgoing& outgoing) {
  const auto tenant = session.channel->tenant;
  auto claim = key ? claim_of(tenant, std::move(*key)) : own_claim(tenant);
  CO_TRY(auto begun, co_await begin_send(services, std::move(claim)));
  if (const auto* answer = std::get_if<IdempotentAnswer>(&begun)) co_return replay(*answer);
  if (const auto* message = std::get_if<Message>(&begun)) co_return replay(*message);
  const auto& hold = std::get<Idempotency::Hold>(begun);
  CO_TRY(auto request, co_await outgoing.request());
  request.claim = hold.claim();
  request.client_data = to_string(mode);
  request.window_check = WindowCheck::upstream;
  Result<http::Response> response = Error{ErrorCode::internal, {}};
  if (mode == Mode::async) {
    response = co_await put_in_line(services, session, std::move(request), outgoing);
  } else {
    response = co_await send_now(services, session, std::move(request), hold, outgoing);
  }
  if (!response || !is_final(*response)) co_return response;
  IdempotentAnswer answer{response->status, std::get<std::string>(response->body)};
  co_await services.idempotency.finish(hold, std::move(answer));
  co_return response;
}

}  // namespace wherry::api::sessions
