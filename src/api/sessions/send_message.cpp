#include "api/sessions/errors.h"
#include "api/sessions/fields.h"
#include "api/sessions/guard.h"
#include "api/sessions/outgoing.h"
#include "api/sessions/send_body.h"
#include "services/media/bare_upload.h"
#include "services/media/media_content.h"

namespace wherry::api::sessions {

namespace {

Result<Mode> mode_asked(const http::Request& request) {
  const auto given = http::query_value(request.query, "async");
  if (!given || *given == "false" || *given == "0") return Mode::sync;
  if (*given == "true" || *given == "1") return Mode::async;
  return Error{ErrorCode::invalid_argument, "async must be true or false"};
}

/// A message of any type: its file is kept from the moment it is to be sent until nobody needs it any more.
class NewMessage final : public Outgoing {
 public:
  NewMessage(const SessionsServices& services, TenantId tenant, ChannelId channel, SendBody body, MediaBody& media)
      : services_(services), tenant_(tenant), channel_(channel), body_(std::move(body)), media_(media) {}

  Task<Result<SendRequest>> request() override {
    SendRequest message;
    message.tenant = tenant_;
    message.to = Recipient{channel_, body_.to};
    message.reply_to = body_.reply_to;
    if (auto* content = std::get_if<Content>(&body_.what)) {
      message.content = std::move(*content);
      co_return message;
    }
    auto& part = std::get<MediaPart>(body_.what);
    CO_TRY(auto bytes, media_.take_file());
    BareUpload upload{std::move(bytes), std::move(part.mime_type), std::move(part.file_name)};
    CO_TRY(auto file, co_await keep_bare(services_.media, services_.media_rows, services_.clock, tenant_, std::move(upload)));
    auto content = media_content(file, std::move(part.caption), part.kind);
    content.mentions = std::move(part.mentions);
    message.content = std::move(content);
    file_ = std::move(file);
    co_return message;
  }

  Task<void> let_go() override {
    if (!file_) co_return;
    auto gone = co_await services_.media.drop(*file_);
    if (!gone) log_kept(gone.error());
  }

  Task<void> let_go_after(MessageId message) override {
    if (file_) co_await services_.passing.keep_until(file_->id, message);
  }

 private:
  const SessionsServices& services_;
  TenantId tenant_;
  ChannelId channel_;
  SendBody body_;
  MediaBody& media_;
  std::optional<Media> file_;
};

}  // namespace

Task<Result<http::Response>> send_message(const SessionsServices& services, http::Request& request, Principal caller) {
  CO_TRY(const auto session, session_of(services, request, caller));
  CO_TRY(const auto mode, mode_asked(request));
  CO_TRY(auto key, idempotency_key(request.headers));
  MediaBody media(services.blobs);
  CO_TRY_VOID(co_await media.read(*request.body));
  CO_TRY(const auto object, parse_object(media.text()));
  CO_TRY(auto body, parse_send(object, media));
  if (body.to.kind() == JidKind::newsletter) co_return not_implemented("channels cannot be written to");
  if (std::holds_alternative<MediaPart>(body.what)) {
    CO_TRY_VOID(media.check());
  }
  NewMessage message(services, caller.tenant, session.channel->id, std::move(body), media);
  co_return co_await send_out(services, session, mode, std::move(key), message);
}

}  // namespace wherry::api::sessions
