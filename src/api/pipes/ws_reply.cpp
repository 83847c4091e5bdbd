#include "api/pipes/ws_reply.h"

#include "api/pipes/errors.h"
#include "api/pipes/wire.h"
#include "base/json.h"
#include "services/media/media_content.h"

namespace wherry::api::pipes {

namespace {

constexpr std::string_view text_reply = "whatsapp_reply";
constexpr std::string_view media_reply = "whatsapp_media_reply";
constexpr std::string_view reaction_reply = "whatsapp_reaction";

Error invalid(std::string text) { return {ErrorCode::invalid_argument, std::move(text)}; }

Result<Content> check_content(const ClientFrame& frame) {
  const auto& type = *frame.type.text;
  if (type == text_reply) {
    if (frame.text.empty()) return invalid("'text' is required");
    if (frame.text.wrong || count_code_points(*frame.text.text) > max_text_characters) {
      return invalid("'text' must be a string of at most 4096 characters");
    }
    return Content(TextContent{*frame.text.text, false});
  }
  if (type == reaction_reply) {
    if (!frame.message_id.present()) return invalid("'messageId' is required");
    if (frame.emoji.wrong) return invalid("'emoji' must be one emoji");
    return Content(ReactionContent{*frame.message_id.text, frame.emoji.text.value_or("")});
  }
  if (!frame.file && !frame.file_trouble) return invalid("'media' with 'data' is required");
  if (!frame.mime_type.present()) return invalid("'mimeType' is required");
  if (frame.file_name.wrong) return invalid("'fileName' is too long");
  if (frame.file_trouble && frame.file_trouble->code == ErrorCode::invalid_argument) return *frame.file_trouble;
  return Content(MediaContent());
}

// The conversation knows who is written to, and from where; the frame must agree.
Result<void> check_target(const Reply& reply, const Conversation& conversation) {
  if (reply.pool_number_id != conversation.channel.text()) return invalid("'poolNumberId' is not the conversation's");
  const auto& expected = conversation.identity.wa_id;
  if (!expected) return {};
  const auto given = parse_wa_id(reply.to_number);
  if (!given || contact_key(*given) != contact_key(*expected)) return invalid("'toNumber' is not the conversation's");
  return {};
}

Task<Result<Content>> take_file(const PipesServices& services, TenantId tenant, Reply& reply) {
  if (reply.file_trouble) co_return *reply.file_trouble;
  CO_TRY(auto upload, reply.file->take_upload(std::move(reply.mime_type), std::move(reply.file_name)));
  CO_TRY(auto media, co_await services.media.finish(tenant, std::move(upload)));
  co_return Content(media_content(media, {}));
}

// A client knows a customer's message by our id, and its own by WhatsApp's.
Task<Result<Content>> find_target(const PipesServices& services, ConversationId conversation, ReactionContent reaction) {
  const auto ours = MessageId::parse(reaction.message_id);
  if (!ours) co_return Content(std::move(reaction));
  CO_TRY(auto wamid, co_await services.messages.find_inbound_wamid(conversation, *ours));
  if (!wamid) co_return invalid("'messageId' is not known in this conversation");
  reaction.message_id = std::move(*wamid);
  co_return Content(std::move(reaction));
}

Task<Result<Content>> complete(const PipesServices& services, TenantId tenant, Reply& reply) {
  if (std::holds_alternative<MediaContent>(reply.content)) co_return co_await take_file(services, tenant, reply);
  auto* reaction = std::get_if<ReactionContent>(&reply.content);
  if (reaction == nullptr) co_return std::move(reply.content);
  co_return co_await find_target(services, reply.conversation, std::move(*reaction));
}

Task<Result<std::string>> send(const PipesServices& services, TenantId tenant, const Conversation& conversation, Reply& reply) {
  CO_TRY_VOID(check_target(reply, conversation));
  SendRequest message;
  message.tenant = tenant;
  message.conversation = reply.conversation;
  CO_TRY(message.content, co_await complete(services, tenant, reply));
  CO_TRY(auto receipt, co_await services.outbox.submit_and_wait(std::move(message)));
  co_return status_sent(reply.conversation_id, receipt.wamid);
}

}  // namespace

bool is_reply(const ClientFrame& frame) {
  if (!frame.type.present()) return false;
  const auto& type = *frame.type.text;
  return type == text_reply || type == media_reply || type == reaction_reply;
}

Result<Reply> check_reply(ClientFrame frame, const SocketScope& scope) {
  if (!frame.conversation_id.present()) return invalid("'conversationId' is required");
  Reply reply;
  reply.conversation_id = *frame.conversation_id.text;
  if (scope.conversation && scope.conversation->text() != reply.conversation_id) {
    return Error{ErrorCode::permission_denied, "This connection may answer its own conversation only"};
  }
  if (!scope.may_send) return Error{ErrorCode::permission_denied, "The API key lacks the scope 'send'"};
  if (!frame.pool_number_id.present()) return invalid("'poolNumberId' is required");
  if (!frame.to_number.present()) return invalid("'toNumber' is required");
  TRY(reply.content, check_content(frame));
  const auto conversation = ConversationId::parse(reply.conversation_id);
  if (!conversation) return Error{ErrorCode::not_found, {}};
  reply.conversation = *conversation;
  reply.pool_number_id = std::move(*frame.pool_number_id.text);
  reply.to_number = std::move(*frame.to_number.text);
  reply.file = std::move(frame.file);
  reply.file_trouble = std::move(frame.file_trouble);
  reply.mime_type = frame.mime_type.text.value_or("");
  reply.file_name = frame.file_name.text.value_or("");
  return reply;
}

Task<std::string> carry_out(const PipesServices& services, SocketScope scope, Reply reply) {
  auto conversation = co_await services.outbox.check_sendable(scope.tenant, reply.conversation);
  if (!conversation) {
    const auto code = conversation.error().code;
    const bool hidden = code == ErrorCode::not_found || code == ErrorCode::permission_denied;
    if (hidden && !scope.conversation) co_return std::string();
    co_return status_failed(reply.conversation_id, conversation.error());
  }
  auto sent = co_await send(services, scope.tenant, *conversation, reply);
  if (!sent) co_return status_failed(reply.conversation_id, sent.error());
  co_return std::move(*sent);
}

std::string status_sent(std::string_view conversation_id, std::string_view wamid) {
  json::object data;
  data["conversationId"] = conversation_id;
  data["success"] = true;
  data["messageId"] = wamid;
  json::object frame;
  frame["type"] = "reply_status";
  frame["data"] = std::move(data);
  return json::serialize(frame);
}

std::string status_failed(std::string_view conversation_id, const Error& error) {
  json::object data;
  data["conversationId"] = conversation_id;
  data["success"] = false;
  data["error"] = wire_text(error);
  data["code"] = wire_error(error.code).code;
  json::object frame;
  frame["type"] = "reply_status";
  frame["data"] = std::move(data);
  return json::serialize(frame);
}

}  // namespace wherry::api::pipes
