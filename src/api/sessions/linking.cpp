#include "api/sessions/fields.h"
#include "api/sessions/guard.h"
#include "api/sessions/wire.h"
#include "base/qr_image.h"

namespace wherry::api::sessions {

namespace {

http::Response code_answer(std::string code, Timestamp expires_at) {
  return object_response(200, {{"code", std::move(code)}, {"expiresAt", to_unix_millis(expires_at)}});
}

enum class QrForm { text, png, svg };

Result<QrForm> qr_form(const http::Request& request) {
  const auto given = http::query_value(request.query, "format");
  if (!given || *given == "json") return QrForm::text;
  if (*given == "png") return QrForm::png;
  if (*given == "svg") return QrForm::svg;
  return Error{ErrorCode::invalid_argument, "format must be json, png or svg"};
}

// For a page's <img>; whoever sees it can link the number, so nobody keeps it.
Result<http::Response> image_answer(const std::string& code, QrForm form) {
  TRY(const auto image, QrImage::of(code));
  http::Response response;
  response.status = 200;
  response.headers.add("Cache-Control", "no-store");
  if (form == QrForm::svg) {
    response.headers.add("Content-Type", "image/svg+xml");
    response.body = image.svg();
    return response;
  }
  TRY(auto bytes, image.png());
  response.headers.add("Content-Type", "image/png");
  response.body = std::move(bytes);
  return response;
}

bool is_number(std::string_view text) {
  constexpr std::size_t fewest = 7, most = 15;
  return text.size() >= fewest && text.size() <= most && text.find_first_not_of("0123456789") == std::string_view::npos &&
         !text.starts_with('0');
}

}  // namespace

Task<Result<http::Response>> get_qr(const SessionsServices& services, http::Request& request, Principal caller) {
  CO_TRY(const auto session, session_of(services, request, caller));
  CO_TRY(const auto form, qr_form(request));
  CO_TRY(auto qr, co_await services.sessions.request_qr(caller.tenant, session.channel->id));
  if (form == QrForm::text) co_return code_answer(std::move(qr.code), qr.expires_at);
  co_return image_answer(qr.code, form);
}

Task<Result<http::Response>> request_pairing_code(const SessionsServices& services, http::Request& request, Principal caller) {
  CO_TRY(const auto session, session_of(services, request, caller));
  CO_TRY(const auto body, co_await read_object(request));
  Fields fields(body);
  auto phone = fields.required("phone");
  if (!is_number(phone)) fields.refuse("phone must be a number with its country code, digits only");
  CO_TRY_VOID(fields.result());
  WaId number{std::move(phone)};
  auto code = co_await services.sessions.request_pairing_code(caller.tenant, session.channel->id, std::move(number));
  const bool linked = !code && code.error().code == ErrorCode::already_exists;
  if (linked) co_return Error{ErrorCode::invalid_argument, code.error().message};
  if (!code) co_return code.error();
  co_return code_answer(pairing_code_text(code->code), code->expires_at);
}

Task<Result<http::Response>> get_me(const SessionsServices& services, http::Request& request, Principal caller) {
  CO_TRY(const auto found, session_of(services, request, caller));
  CO_TRY(const auto session, services.sessions.me(caller.tenant, found.channel->id));
  co_return object_response(200, me_object(session));
}

}  // namespace wherry::api::sessions
