#include "api/pepipost/errors.h"

#include "base/json.h"

namespace wherry::api::pepipost {

namespace {

constexpr int window_closed_code = 131047;
constexpr int not_opted_in_code = 131050;

struct Wire {
  Code code;
  int status = 200;
  bool says_why = true;  ///< the error's own text is for the caller
};

Wire wire_of(ErrorCode code) {
  switch (code) {
    case ErrorCode::invalid_argument: return {Code::invalid};
    case ErrorCode::unauthenticated: return {Code::unknown_client, 401};
    case ErrorCode::permission_denied: return {Code::unknown_client, 403};
    case ErrorCode::not_found: return {Code::unknown_client, 200, false};
    case ErrorCode::already_exists: return {Code::technical};
    case ErrorCode::conflict: return {Code::technical};
    case ErrorCode::idempotency_conflict: return {Code::technical};
    case ErrorCode::idempotency_reused: return {Code::technical};
    case ErrorCode::gone: return {Code::bad_media, 200, false};
    case ErrorCode::too_large: return {Code::bad_media};
    case ErrorCode::unsupported_media: return {Code::bad_media};
    case ErrorCode::url_blocked: return {Code::bad_media};
    case ErrorCode::fetch_failed: return {Code::bad_media};
    case ErrorCode::window_closed: return {Code::window_closed, 200, false};
    case ErrorCode::rate_limited: return {Code::technical, 429};
    case ErrorCode::upload_failed: return {Code::bad_media, 200, false};
    case ErrorCode::rejected: return {Code::technical, 200, false};
    case ErrorCode::upstream_unavailable: return {Code::technical, 200, false};
    case ErrorCode::outcome_unknown: return {Code::technical, 200, false};
    case ErrorCode::timeout: return {Code::technical, 200, false};
    case ErrorCode::cancelled: return {Code::technical, 200, false};
    case ErrorCode::unavailable: return {Code::technical, 200, false};
    case ErrorCode::internal: return {Code::technical, 200, false};
  }
  return {Code::technical, 200, false};
}

// Meta's codes that have a code of their own here; what is left is the account's or the network's trouble.
Code code_of(const UpstreamError& error) {
  switch (error.code) {
    case window_closed_code: return Code::window_closed;
    case 131026:
    case 131030: return Code::not_on_whatsapp;
    case not_opted_in_code: return Code::not_opted_in;
    case 131052:
    case 131053: return Code::bad_media;
    case 100:
    case 131008:
    case 131009:
    case 131051: return Code::invalid;
    default: return error.code >= 132000 && error.code < 133000 ? Code::invalid : Code::technical;
  }
}

std::string number_of(Code code) { return std::to_string(static_cast<int>(code)); }

}  // namespace

std::string_view text_of(Code code) {
  switch (code) {
    case Code::missing: return "a required parameter is missing";
    case Code::not_opted_in: return "number is not opted in";
    case Code::not_on_whatsapp: return "contact is not on WhatsApp";
    case Code::unknown_client: return "client details not found";
    case Code::technical: return "technical error";
    case Code::invalid: return "validation failed";
    case Code::window_closed: return "outside support window";
    case Code::bad_media: return "media id is not valid";
  }
  return "technical error";
}

Refusal refused(Code code) { return {code, std::string(text_of(code))}; }

Refusal refusal_of(const Error& error) {
  const auto wire = wire_of(error.code);
  const bool own_text = wire.says_why && !error.message.empty();
  return {wire.code, own_text ? error.message : std::string(text_of(wire.code)), wire.status, error.detail};
}

http::Response failure_response(const Refusal& refusal) {
  const json::object body{{"status", "failure"}, {"error", json::object{{"code", number_of(refusal.code)}, {"message", refusal.text}}}};
  auto response = http::json_response(refusal.status, json::serialize(body));
  if (refusal.status == 401) response.headers.set("WWW-Authenticate", "Bearer");
  return response;
}

UpstreamError upstream_error_of(Code code) {
  UpstreamError error;
  error.code = code == Code::not_opted_in ? not_opted_in_code : window_closed_code;
  error.title = text_of(code);
  error.details = "Refused by the gateway after it was taken; WhatsApp was not called.";
  return error;
}

std::string status_remark(const std::optional<UpstreamError>& error) {
  if (!error) return number_of(Code::technical) + " " + std::string(text_of(Code::technical));
  const auto code = code_of(*error);
  const bool told_by_whatsapp = (code == Code::technical || code == Code::invalid) && !error->title.empty();
  return number_of(code) + " " + (told_by_whatsapp ? error->title : std::string(text_of(code)));
}

}  // namespace wherry::api::pepipost
