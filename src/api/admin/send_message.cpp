#include "api/admin/operations.h"
#include "api/admin/problem.h"
#include "api/admin/send_request.h"
#include "api/admin/wire.h"
#include "net/hashing_body.h"
#include "services/idempotency/key.h"

namespace wherry::api::admin {

namespace {

using AnsweredBy = Idempotency::AnsweredBy;
constexpr std::string_view idempotency_header = "Idempotency-Key";
constexpr std::string_view route = "POST /admin/v1/messages";

http::Response render_accepted(const Message& message) {
  auto response = http::json_response(202, json::serialize(render(message)));
  response.headers.add("Location", "/admin/v1/messages/" + message.id.text());
  return response;
}

Task<Result<http::Response>> submit(AdminServices& services, SendRequest message, AnsweredBy answered_by) {
  if (answered_by == AnsweredBy::acceptance) {
    CO_TRY(const auto accepted, co_await services.outbox.submit(std::move(message)));
    co_return render_accepted(accepted);
  }
  CO_TRY(const auto receipt, co_await services.outbox.submit_and_wait(std::move(message)));
  CO_TRY(const auto sent, co_await services.messages.find_message(receipt.id));
  if (!sent) co_return Error{ErrorCode::internal, "", "a message that was sent is gone"};
  co_return http::json_response(200, json::serialize(render(*sent)));
}

// The answer to a request whose own answer was lost, from what became of its message.
Result<http::Response> answer_from(const Message& message, AnsweredBy answered_by) {
  if (answered_by == AnsweredBy::acceptance) return render_accepted(message);
  switch (message.state) {
    case MessageState::failed: return Error{ErrorCode::rejected, "WhatsApp refused the message"};
    case MessageState::cancelled: return Error{ErrorCode::conflict, "The message was cancelled before it was sent"};
    case MessageState::accepted:
    case MessageState::sending:
    case MessageState::uncertain: return Error{ErrorCode::outcome_unknown, std::string(unconfirmed_text)};
    case MessageState::sent:
    case MessageState::delivered:
    case MessageState::read:
    case MessageState::played: break;
  }
  return http::json_response(200, json::serialize(render(message)));
}

// A failure that says what became of the message, once and for all. Whatever else happens, the message's state will tell.
bool is_final(ErrorCode code) {
  return code != ErrorCode::outcome_unknown && code != ErrorCode::cancelled && code != ErrorCode::unavailable &&
         code != ErrorCode::internal;
}

IdempotentAnswer answer_of(const Result<http::Response>& result) {
  if (result) return {result->status, std::get<std::string>(result->body)};
  const auto response = problem(result.error(), "/admin/v1/messages");
  return {response.status, std::get<std::string>(response.body)};
}

http::Response again(IdempotentAnswer answer) {
  auto response = http::json_response(answer.status, std::move(answer.body));
  if (answer.status >= 400) response.headers.set("Content-Type", "application/problem+json");
  return response;
}

Task<Result<http::Response>> submit_once(AdminServices& services, SendRequest message, AnsweredBy answered_by, IdempotencyClaim claim) {
  CO_TRY(auto begun, co_await services.idempotency.begin(std::move(claim), answered_by));
  if (auto* hold = std::get_if<Idempotency::Hold>(&begun)) {
    message.claim = hold->claim();
    auto result = co_await submit(services, std::move(message), answered_by);
    if (!result && !is_final(result.error().code)) co_return std::move(result);
    auto answer = answer_of(result);
    co_await services.idempotency.finish(*hold, std::move(answer));
    co_return std::move(result);
  }
  auto* known = std::get_if<IdempotentAnswer>(&begun);
  CO_TRY(auto response,
         known != nullptr ? Result<http::Response>(again(std::move(*known))) : answer_from(std::get<Message>(begun), answered_by));
  response.headers.set("Idempotent-Replayed", "true");
  co_return response;
}

Result<AnsweredBy> answered_by(const http::Request& request) {
  const auto wait = http::query_value(request.query, "wait");
  if (!wait || *wait == "false") return AnsweredBy::acceptance;
  if (*wait == "true") return AnsweredBy::outcome;
  return Error{ErrorCode::invalid_argument, "wait must be true or false"};
}

}  // namespace

/// POST /admin/v1/messages?wait=   Takes what send_request.h says; an Idempotency-Key, kept for 24 hours. Gives 202 with the message once
/// it is on disk; with wait=true 200 once WhatsApp has taken it.
Task<Result<http::Response>> send_message(AdminServices& services, http::Request& request) {
  CO_TRY(const auto by, answered_by(request));
  http::HashingBody hashed(*request.body);
  CO_TRY(const auto body, co_await read_object(hashed));
  CO_TRY(auto message, parse_send_request(body));
  const auto field = request.headers.find(idempotency_header);
  if (!field) co_return co_await submit(services, std::move(message), by);
  if (request.headers.count(idempotency_header) > 1) {
    co_return Error{ErrorCode::invalid_argument, "Idempotency-Key was given more than once"};
  }
  CO_TRY(auto key, parse_idempotency_key(*field));
  IdempotencyClaim claim{message.tenant, std::string(route), std::move(key), hashed.finish()};
  co_return co_await submit_once(services, std::move(message), by, std::move(claim));
}

/// DELETE /admin/v1/messages/{id}   Takes back what is still accepted: in line, waiting for another try, or scheduled. Gives the message.
/// Errors: conflict, naming the state, when it is past that.
Task<Result<http::Response>> cancel_message(AdminServices& services, http::Request& request) {
  std::string text(request.param("id"));
  CO_TRY(const auto message, co_await find_outbound(services, std::move(text)));
  if (!message) co_return Error{ErrorCode::not_found, "no such message"};
  CO_TRY(const auto cancelled, co_await services.outbox.cancel(message->tenant, message->id));
  co_return http::json_response(200, json::serialize(render(cancelled)));
}

}  // namespace wherry::api::admin
