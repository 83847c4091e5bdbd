#include "api/pipes/app_wire.h"
#include "api/pipes/idempotent_send.h"
#include "api/pipes/operations.h"
#include "api/pipes/wire.h"
#include "domain/object_reader.h"

namespace wherry::api::pipes {

namespace {

using Presence = ObjectReader::Presence;

// Whom the message is for: a number from one of the tenant's own, or a conversation.
struct Addressee {
  std::string pool_number_id, number;
  std::string conversation_id;
};

struct Address {
  ConversationId conversation;
  std::string input, wa_id;   ///< for the answer
};

Error invalid(std::string text) { return {ErrorCode::invalid_argument, std::move(text)}; }

Result<Addressee> read_addressee(const json::object& body, std::string_view number_member) {
  std::optional<Error> failure;
  const ObjectReader in(body, "", failure);
  Addressee to{in.text("poolNumberId", Presence::required), in.text(number_member, Presence::required), {}};
  if (failure) return std::move(*failure);
  return to;
}

Result<Addressee> read_conversation(const json::object& body) {
  std::optional<Error> failure;
  Addressee to;
  to.conversation_id = ObjectReader(body, "", failure).text("conversationId", Presence::required);
  if (failure) return std::move(*failure);
  return to;
}

Result<void> fits(const Media& media, MediaKind kind) {
  if (kind == MediaKind::document || media_kind_for(media.mime_type) == kind) return {};
  return Error{ErrorCode::unsupported_media, "The file is no " + std::string(to_string(kind))};
}

class MetaSend final : public Sending {
 public:
  MetaSend(const PipesServices& services, TenantId tenant, Addressee to, MetaMessage message)
      : services_(services), tenant_(tenant), to_(std::move(to)), message_(std::move(message)) {
    if (const auto number = parse_wa_id(to_.number)) wa_id_ = number->digits;
  }

  Task<Result<SendReceipt>> perform(std::optional<IdempotencyClaim> claim) override {
    CO_TRY(auto conversation, co_await find());
    if (conversation.identity.wa_id) wa_id_ = conversation.identity.wa_id->digits;
    const auto* content = std::get_if<Content>(&message_.what);
    const bool any_time = content != nullptr && !needs_open_window(*content);
    if (!any_time) {
      CO_TRY_VOID(co_await services_.outbox.check_sendable(tenant_, conversation.id));
    }
    SendRequest request;
    request.tenant = tenant_;
    request.conversation = conversation.id;
    request.claim = std::move(claim);
    request.reply_to = message_.reply_to;
    CO_TRY(request.content, co_await complete());
    co_return co_await services_.outbox.submit_and_wait(std::move(request));
  }

  std::string answer(std::string_view wamid) const override {
    return meta_sent_json(to_.number.empty() ? wa_id_ : to_.number, wa_id_, wamid);
  }

 private:
  Task<Result<Conversation>> find() {
    if (to_.conversation_id.empty()) {
      CO_TRY(const auto channel, find_pool_number(services_, tenant_, to_.pool_number_id));
      Recipient recipient{channel->id, WaId{wa_id_}};
      co_return co_await services_.outbox.open_conversation(tenant_, std::move(recipient));
    }
    const auto id = ConversationId::parse(to_.conversation_id);
    if (!id) co_return Error{ErrorCode::not_found, "Conversation not found"};
    auto sendable = co_await services_.outbox.check_sendable(tenant_, *id);
    if (!sendable && sendable.error().code == ErrorCode::permission_denied) {
      co_return Error{ErrorCode::permission_denied, "Conversation belongs to another account"};
    }
    co_return sendable;
  }

  Task<Result<Content>> complete() {
    auto* file = std::get_if<NamedFile>(&message_.what);
    if (file == nullptr) co_return std::get<Content>(std::move(message_.what));
    CO_TRY(const auto media, co_await resolve(*file));
    CO_TRY_VOID(fits(media, file->kind));
    auto name = file->file_name.empty() && file->kind == MediaKind::document ? media.file_name : std::move(file->file_name);
    co_return Content(MediaContent{file->kind, media.id, std::move(file->caption), std::move(name), file->voice});
  }

  Task<Result<Media>> resolve(const NamedFile& file) {
    if (file.link.empty()) {
      const auto id = MediaId::parse(file.id);
      if (!id) co_return Error{ErrorCode::not_found, "Media not found"};
      co_return co_await services_.media.find(tenant_, *id);
    }
    CO_TRY_VOID(check_scheme(file.link, services_.allow_http_media));
    co_return co_await services_.media.fetch(tenant_, file.link);
  }

  const PipesServices& services_;
  TenantId tenant_;
  Addressee to_;
  MetaMessage message_;
  std::string wa_id_;
};

Task<Result<http::Response>> send(const PipesServices& services, const http::Request& request, MetaSend sending, TenantId tenant,
                                  Sha256 digest) {
  CO_TRY(auto key, idempotency_key(request.headers));
  if (!key) co_return co_await send_now(sending);
  IdempotencyClaim claim{tenant, "POST " + request.path, std::move(*key), digest};
  co_return co_await send_once(services, std::move(claim), sending);
}

Result<void> check_number(const Addressee& to) {
  if (!to.number.empty() && !parse_wa_id(to.number)) return invalid("The number must have 6 to 15 digits with its country code");
  return {};
}

}  // namespace

Task<Result<http::Response>> app_send(const PipesServices& services, http::Request& request, Principal caller) {
  Sha256 digest{};
  CO_TRY(const auto body, co_await read_app_body(*request.body, &digest));
  CO_TRY(auto to, read_addressee(body, "toNumber"));
  CO_TRY_VOID(check_number(to));
  std::optional<Error> failure;
  auto text = ObjectReader(body, "", failure).text("text", Presence::required);
  if (failure) co_return std::move(*failure);
  Content content = TextContent{std::move(text), false};
  CO_TRY_VOID(check_content(content));
  MetaSend sending(services, caller.tenant, std::move(to), MetaMessage{std::move(content), {}});
  co_return co_await send(services, request, std::move(sending), caller.tenant, digest);
}

Task<Result<http::Response>> passthrough(const PipesServices& services, http::Request& request, Principal caller) {
  const bool app = caller.style == "pipes_app";
  Sha256 digest{};
  CO_TRY(const auto body, co_await read_app_body(*request.body, &digest));
  const auto product = json::find_string(body, "messaging_product");
  if (app && product != "whatsapp") co_return invalid("messaging_product must be whatsapp");
  CO_TRY(auto to, app ? read_addressee(body, "to") : read_conversation(body));
  CO_TRY_VOID(check_number(to));
  CO_TRY(auto message, read_meta_message(body));
  if (const auto* content = std::get_if<Content>(&message.what)) {
    if (!app && std::holds_alternative<TemplateContent>(*content)) co_return invalid("Templates cannot be sent with this key");
    CO_TRY_VOID(check_content(*content));
    CO_TRY_VOID(check_reply(*content, message.reply_to));
  }
  MetaSend sending(services, caller.tenant, std::move(to), std::move(message));
  co_return co_await send(services, request, std::move(sending), caller.tenant, digest);
}

}  // namespace wherry::api::pipes
