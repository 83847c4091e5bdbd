#include "api/pipes/operations.h"
#include "api/pipes/wire.h"

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

MediaContent media_content(const Media& media, std::string caption) {
  MediaContent content;
  content.kind = media_kind_for(media.mime_type);
  content.media = media.id;
  switch (content.kind) {
    case MediaKind::audio:
    case MediaKind::sticker: break;  // WhatsApp knows no caption for these
    case MediaKind::document: content.file_name = media.file_name; [[fallthrough]];
    case MediaKind::image:
    case MediaKind::video: content.caption = std::move(caption); break;
  }
  return content;
}

}  // namespace

Task<Result<http::Response>> send_message(const PipesServices& services, http::Request& request, Principal caller) {
  CO_TRY(auto body, co_await read_send(*request.body, services.media));
  const auto conversation = ConversationId::parse(body.conversation_id);
  if (!conversation) co_return about_conversation({ErrorCode::not_found, {}});
  auto sendable = co_await services.outbox.check_sendable(caller.tenant, *conversation);
  if (!sendable) co_return about_conversation(std::move(sendable).error());

  SendRequest message;
  message.tenant = caller.tenant;
  message.conversation = *conversation;
  if (body.media->kind() == MediaValue::Kind::empty) {
    message.content = TextContent{std::move(body.text), false};
  } else {
    CO_TRY(auto media, co_await resolve(services, caller.tenant, body));
    message.content = media_content(media, std::move(body.caption));
  }
  CO_TRY(auto receipt, co_await services.outbox.submit_and_wait(std::move(message)));
  co_return http::json_response(200, sent_json(receipt.wamid, body.conversation_id));
}

}  // namespace wherry::api::pipes
