#include "api/pipes/errors.h"
#include "api/pipes/operations.h"
#include "api/pipes/wire.h"
#include "net/hashing_body.h"
#include "services/idempotency/key.h"

namespace wherry::api::pipes {

namespace {

constexpr std::string_view idempotency_header = "Idempotency-Key";

// The two objects a send names are told apart in its errors.
Error about_conversation(Error error) {
  if (error.code == ErrorCode::not_found) error.message = "Conversation not found";
  if (error.code == ErrorCode::permission_denied) error.message = "Conversation belongs to another account";
  return error;
}

Task<Result<Media>> resolve(const PipesServices& services, TenantId tenant, SendBody& body) {
  auto& value = *body.media;
  if (value.kind() == MediaValue::Kind::id) {
    const auto id = MediaId::parse(value.text());
    if (!id) co_return Error{ErrorCode::not_found, "Media not found"};
    co_return co_await services.media.find(tenant, *id);
  }
  if (value.kind() == MediaValue::Kind::url) {
    if (value.url_too_long()) co_return Error{ErrorCode::url_blocked, "The URL is too long"};
    CO_TRY_VOID(check_scheme(value.text(), services.allow_http_media));
    co_return co_await services.media.fetch(tenant, value.text());
  }
  CO_TRY(auto upload, value.take_upload(std::move(body.mime_type), std::move(body.file_name)));
  co_return co_await services.media.finish(tenant, std::move(upload));
}

Task<Result<http::Response>> send(const PipesServices& services, TenantId tenant, SendBody body, std::optional<IdempotencyClaim> claim) {
  const auto conversation = ConversationId::parse(body.conversation_id);
  if (!conversation) co_return about_conversation({ErrorCode::not_found, {}});
  auto sendable = co_await services.outbox.check_sendable(tenant, *conversation);
  if (!sendable) co_return about_conversation(std::move(sendable).error());

  SendRequest message;
  message.tenant = tenant;
  message.conversation = *conversation;
  message.claim = std::move(claim);
  if (body.media->kind() == MediaValue::Kind::empty) {
    message.content = TextContent{std::move(body.text), false};
  } else {
    CO_TRY(auto media, co_await resolve(services, tenant, body));
    message.content = media_content(media, std::move(body.caption));
  }
  CO_TRY(auto receipt, co_await services.outbox.submit_and_wait(std::move(message)));
  co_return http::json_response(200, sent_json(receipt.wamid, body.conversation_id));
}

http::Response replayed(http::Response response) {
  response.headers.set("Idempotent-Replayed", "true");
  return response;
}

// The answer to a request whose own answer was lost, from what became of its message.
http::Response answer_from(const Message& message, std::string_view conversation_id) {
  if (message.state == MessageState::uncertain) return error_response({ErrorCode::outcome_unknown, std::string(unconfirmed_text)});
  if (message.state == MessageState::failed || message.state == MessageState::cancelled) return error_response({ErrorCode::rejected, {}});
  return http::json_response(200, sent_json(message.wamid, conversation_id));
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

Result<std::string> idempotency_key(const http::Headers& headers) {
  if (headers.count(idempotency_header) > 1) return Error{ErrorCode::invalid_argument, "Idempotency-Key was given more than once"};
  return parse_idempotency_key(headers.find(idempotency_header).value_or(""));
}

Task<Result<http::Response>> send_once(const PipesServices& services, SendBody body, IdempotencyClaim claim) {
  const auto tenant = claim.tenant;
  CO_TRY(auto begun, co_await services.idempotency.begin(std::move(claim)));
  if (auto* answer = std::get_if<IdempotentAnswer>(&begun)) {
    co_return replayed(http::json_response(answer->status, std::move(answer->body)));
  }
  if (const auto* message = std::get_if<Message>(&begun)) co_return replayed(answer_from(*message, body.conversation_id));

  const auto& hold = std::get<Idempotency::Hold>(begun);
  auto result = co_await send(services, tenant, std::move(body), hold.claim());
  if (!result && !is_final(result.error().code)) co_return std::move(result);
  auto answer = answer_of(result);
  co_await services.idempotency.finish(hold, std::move(answer));
  co_return std::move(result);
}

}  // namespace

Task<Result<http::Response>> send_message(const PipesServices& services, http::Request& request, Principal caller) {
  if (!request.headers.find(idempotency_header)) {
    CO_TRY(auto plain, co_await read_send(*request.body, services.media));
    co_return co_await send(services, caller.tenant, std::move(plain), std::nullopt);
  }
  CO_TRY(auto key, idempotency_key(request.headers));
  http::HashingBody hashed(*request.body);
  CO_TRY(auto body, co_await read_send(hashed, services.media));
  IdempotencyClaim claim{caller.tenant, "POST /v1/messages/send", std::move(key), hashed.finish()};
  co_return co_await send_once(services, std::move(body), std::move(claim));
}

}  // namespace wherry::api::pipes
