#include "api/sessions/send_once.h"

#include "api/sessions/send_result.h"
#include "services/idempotency/key.h"

namespace wherry::api::sessions {

namespace {

constexpr std::string_view header = "Idempotency-Key";
constexpr milliseconds patience = seconds(30);
constexpr milliseconds look_again = milliseconds(50);

bool came_to_nothing(const Message& message) {
  return message.state == MessageState::failed || message.state == MessageState::cancelled;
}

bool on_its_way(const Message& message) { return message.state == MessageState::accepted || message.state == MessageState::sending; }

}  // namespace

Result<std::optional<std::string>> idempotency_key(const http::Headers& headers) {
  const auto given = headers.find(header);
  if (!given || given->empty()) return std::optional<std::string>();
  if (headers.count(header) > 1) return Error{ErrorCode::invalid_argument, "Idempotency-Key was given more than once"};
  TRY(auto key, parse_idempotency_key(*given));
  return std::optional(std::move(key));
}

IdempotencyClaim claim_of(TenantId tenant, std::string key) { return {tenant, "POST /api/v1/messages", std::move(key), Sha256{}}; }

Task<Result<Idempotency::Begun>> begin_send(const SessionsServices& services, IdempotencyClaim claim) {
  const auto until = services.clock.now() + patience;
  while (true) {
    auto begun = co_await services.idempotency.begin(claim, Idempotency::AnsweredBy::acceptance);
    if (!begun && begun.error().code != ErrorCode::idempotency_conflict) co_return begun;
    const auto* message = begun ? std::get_if<Message>(&*begun) : nullptr;
    const bool late = services.clock.now() >= until;
    if (message != nullptr && came_to_nothing(*message)) {
      const auto id = message->id;
      CO_TRY_VOID(co_await services.idempotency.forget(claim, id));
      if (late) co_return key_in_use();
      continue;
    }
    const bool waits = !begun || (message != nullptr && mode_of(*message) == Mode::sync && on_its_way(*message) && !late);
    if (!waits || late) co_return begun;
    co_await services.clock.sleep_for(look_again);
  }
}

http::Response replay(const IdempotentAnswer& answer) { return http::json_response(answer.status, replayed_body(answer.body)); }

http::Response replay(const Message& message) {
  auto response = send_response(result_of(message));
  response.body = replayed_body(std::get<std::string>(response.body));
  return response;
}

}  // namespace wherry::api::sessions
