#include "api/pipes/idempotent_send.h"
#include "api/pipes/operations.h"
#include "api/pipes/wire.h"
#include "net/hashing_body.h"
#include "services/media/media_content.h"

namespace wherry::api::pipes {

namespace {

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

class ConversationSend final : public Sending {
 public:
  ConversationSend(const PipesServices& services, TenantId tenant, SendBody body)
      : services_(services), tenant_(tenant), body_(std::move(body)) {}

  Task<Result<SendReceipt>> perform(std::optional<IdempotencyClaim> claim) override {
    const auto conversation = ConversationId::parse(body_.conversation_id);
    if (!conversation) co_return about_conversation({ErrorCode::not_found, {}});
    auto sendable = co_await services_.outbox.check_sendable(tenant_, *conversation);
    if (!sendable) co_return about_conversation(std::move(sendable).error());

    SendRequest message;
    message.tenant = tenant_;
    message.conversation = *conversation;
    message.claim = std::move(claim);
    if (body_.media->kind() == MediaValue::Kind::empty) {
      message.content = TextContent{std::move(body_.text), false};
    } else {
      CO_TRY(auto media, co_await resolve(services_, tenant_, body_));
      message.content = media_content(media, std::move(body_.caption));
    }
    co_return co_await services_.outbox.submit_and_wait(std::move(message));
  }

  std::string answer(std::string_view wamid) const override { return sent_json(wamid, body_.conversation_id); }

 private:
  const PipesServices& services_;
  TenantId tenant_;
  SendBody body_;
};

}  // namespace

Task<Result<http::Response>> send_message(const PipesServices& services, http::Request& request, Principal caller) {
  CO_TRY(auto key, idempotency_key(request.headers));
  if (!key) {
    CO_TRY(auto plain, co_await read_send(*request.body, services.media));
    ConversationSend sending(services, caller.tenant, std::move(plain));
    co_return co_await send_now(sending);
  }
  http::HashingBody hashed(*request.body);
  CO_TRY(auto body, co_await read_send(hashed, services.media));
  IdempotencyClaim claim{caller.tenant, "POST /v1/messages/send", std::move(*key), hashed.finish()};
  ConversationSend sending(services, caller.tenant, std::move(body));
  co_return co_await send_once(services, std::move(claim), sending);
}

}  // namespace wherry::api::pipes
