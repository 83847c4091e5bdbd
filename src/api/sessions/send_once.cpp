#include "api/sessions/send_once.h"

#include "api/sessions/send_result.h"
#include "base/random.h"
#include "services/idempotency/key.h"

namespace wherry::api::sessions {

namespace {

constexpr std::string_view header = "Idempotency-Key";
constexpr milliseconds patience = seconds(30);
constexpr milliseconds look_again = milliseconds(50);

constexpr unsigned most_numbers = 1000;         // of sends under one key that failed
constexpr std::size_t own_key_length = 32;

// A key's texts are printable, so that the line break tells it from its number. Bodies are not compared: there is no fingerprint.
IdempotencyClaim claim_of(TenantId tenant, const std::optional<std::string>& key, unsigned number) {
  if (!key) return {tenant, "POST /api/v1/messages without a key", random_text(own_key_length, alphanumeric), Sha256{}};
  auto text = *key;
  if (number > 0) text += '\n' + std::to_string(number);
  return {tenant, "POST /api/v1/messages", std::move(text), Sha256{}};
}

bool came_to_nothing(const Message& message) { return message.state == MessageState::failed || message.state == MessageState::cancelled; }

bool on_its_way(const Message& message) { return message.state == MessageState::accepted || message.state == MessageState::sending; }

}  // namespace

Result<std::optional<std::string>> idempotency_key(const http::Headers& headers) {
  const auto given = headers.find(header);
  if (!given || given->empty()) return std::optional<std::string>();
  if (headers.count(header) > 1) return Error{ErrorCode::invalid_argument, "Idempotency-Key was given more than once"};
  TRY(auto key, parse_idempotency_key(*given));
  return std::optional(std::move(key));
}

Task<Result<Idempotency::Begun>> begin_send(const SessionsServices& services, TenantId tenant, std::optional<std::string> key) {
  const auto until = services.clock.now() + patience;
  auto claim = claim_of(tenant, key, 0);
  for (unsigned number = 0; number < most_numbers;) {
    auto begun = co_await services.idempotency.begin(claim, Idempotency::AnsweredBy::acceptance);
    if (!begun && begun.error().code != ErrorCode::idempotency_conflict) co_return begun;
    const auto* message = begun ? std::get_if<Message>(&*begun) : nullptr;
    if (message != nullptr && came_to_nothing(*message)) {
      claim = claim_of(tenant, key, ++number);
      continue;
    }
    const bool waits = !begun || (message != nullptr && mode_of(*message) == Mode::sync && on_its_way(*message));
    if (!waits || services.clock.now() >= until) co_return begun;
    co_await services.clock.sleep_for(look_again);
  }
  co_return Error{ErrorCode::conflict, "this Idempotency-Key has failed too often: take another"};
}

Task<Result<std::optional<Message>>> message_under(const SessionsServices& services, IdempotencyClaim claim) {
  CO_TRY(auto begun, co_await services.idempotency.begin(std::move(claim), Idempotency::AnsweredBy::acceptance));
  auto* message = std::get_if<Message>(&begun);
  co_return message == nullptr ? std::optional<Message>() : std::optional(std::move(*message));
}

http::Response replay(const IdempotentAnswer& answer) { return http::json_response(answer.status, replayed_body(answer.body)); }

http::Response replay(const Message& message) {
  auto response = send_response(result_of(message));
  response.body = replayed_body(std::get<std::string>(response.body));
  return response;
}

}  // namespace wherry::api::sessions
