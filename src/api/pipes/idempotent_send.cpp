#include "api/pipes/idempotent_send.h"

#include "api/pipes/errors.h"
#include "services/idempotency/key.h"

namespace wherry::api::pipes {

namespace {

constexpr std::string_view idempotency_header = "Idempotency-Key";

http::Response replayed(http::Response response) {
  response.headers.set("Idempotent-Replayed", "true");
  return response;
}

// The answer to a request whose own answer was lost, from what became of its message.
http::Response answer_from(const Message& message, const Sending& sending) {
  if (message.state == MessageState::uncertain) return error_response({ErrorCode::outcome_unknown, std::string(unconfirmed_text)});
  if (message.state == MessageState::failed || message.state == MessageState::cancelled) return error_response({ErrorCode::rejected, {}});
  return http::json_response(200, sending.answer(message.wamid));
}

// A failure that says what became of the message, once and for all. Whatever else happens, the message's state will tell.
bool is_final(ErrorCode code) {
  return code != ErrorCode::outcome_unknown && code != ErrorCode::cancelled && code != ErrorCode::unavailable &&
         code != ErrorCode::internal;
}

IdempotentAnswer answer_of(const Result<http::Response>& result) {
  if (result) return {result->status, std::get<std::string>(result->body)};
  const auto response = error_response(result.error());
  return {response.status, std::get<std::string>(response.body)};
}

Task<Result<http::Response>> send(Sending& sending, std::optional<IdempotencyClaim> claim) {
  CO_TRY(const auto receipt, co_await sending.perform(std::move(claim)));
  co_return http::json_response(200, sending.answer(receipt.wamid));
}

}  // namespace

Result<std::optional<std::string>> idempotency_key(const http::Headers& headers) {
  const auto given = headers.find(idempotency_header);
  if (!given) return std::optional<std::string>();
  if (headers.count(idempotency_header) > 1) return Error{ErrorCode::invalid_argument, "Idempotency-Key was given more than once"};
  TRY(auto key, parse_idempotency_key(*given));
  return std::optional(std::move(key));
}

Task<Result<http::Response>> send_now(Sending& sending) { co_return co_await send(sending, std::nullopt); }

Task<Result<http::Response>> send_once(const PipesServices& services, IdempotencyClaim claim, Sending& sending) {
  CO_TRY(auto begun, co_await services.idempotency.begin(std::move(claim)));
  if (auto* answer = std::get_if<IdempotentAnswer>(&begun)) {
    co_return replayed(http::json_response(answer->status, std::move(answer->body)));
  }
  if (const auto* message = std::get_if<Message>(&begun)) co_return replayed(answer_from(*message, sending));

  const auto& hold = std::get<Idempotency::Hold>(begun);
  auto result = co_await send(sending, hold.claim());
  if (!result && !is_final(result.error().code)) co_return std::move(result);
  auto answer = answer_of(result);
  co_await services.idempotency.finish(hold, std::move(answer));
  co_return std::move(result);
}

}  // namespace wherry::api::pipes
