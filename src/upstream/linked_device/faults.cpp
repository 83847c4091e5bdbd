#include "upstream/linked_device/faults.h"

#include "upstream/linked_device/fields.h"
#include "upstream/linked_device/frames.h"

namespace wherry::linked {

namespace {

constexpr std::size_t max_message_bytes = 300;

std::string shown(const Fault& fault, std::string_view otherwise) {
  if (!fault.field.empty()) return fault.field + " is not accepted";
  return fault.message.empty() ? std::string(otherwise) : fault.message;
}

// Cuts between characters.
std::string shortened(std::string text) {
  if (text.size() <= max_message_bytes) return text;
  auto end = max_message_bytes;
  while (end > 0 && (static_cast<unsigned char>(text[end]) & 0xc0) == 0x80) --end;
  text.resize(end);
  return text;
}

Refusal refusal_of(const Fault& fault) {
  const auto& code = fault.code;
  if (code == "not_paired") return Refusal::not_paired;
  if (code == "not_connected") return Refusal::not_connected;
  if (code == "no_session") return Refusal::not_running;
  if (code == "bad_request") return Refusal::bad_request;
  if (code == "not_found") return Refusal::not_found;
  if (code == "conflict") return Refusal::conflict;
  if (code == "too_large") return Refusal::too_large;
  if (code == "media_failed") return fault.reason == "too_large" ? Refusal::too_large : Refusal::media;
  if (code == "store_failed") return Refusal::store;
  if (code == "busy" || code == "timeout") return Refusal::busy;
  if (code == "unsupported" || code == "unknown_op") return Refusal::unsupported;
  if (code != "refused") return Refusal::internal;
  if (fault.reason == "restricted") return Refusal::restricted;
  if (fault.reason == "bad_addressing") return Refusal::bad_addressing;
  if (fault.reason == "not_allowed") return Refusal::not_allowed;
  if (fault.reason == "not_acceptable") return Refusal::not_acceptable;
  if (fault.reason == "rate") return Refusal::rate;
  return Refusal::refused;
}

ErrorCode code_of(Refusal reason) {
  switch (reason) {
    case Refusal::not_running:
    case Refusal::not_paired:
    case Refusal::conflict: return ErrorCode::conflict;
    case Refusal::not_connected:
    case Refusal::busy: return ErrorCode::upstream_unavailable;
    case Refusal::bad_request: return ErrorCode::invalid_argument;
    case Refusal::not_found: return ErrorCode::not_found;
    case Refusal::restricted:
    case Refusal::bad_addressing:
    case Refusal::not_allowed:
    case Refusal::not_acceptable:
    case Refusal::rate:
    case Refusal::refused:
    case Refusal::unsupported: return ErrorCode::rejected;
    case Refusal::too_large: return ErrorCode::too_large;
    case Refusal::media: return ErrorCode::upload_failed;
    case Refusal::store: return ErrorCode::unavailable;
    case Refusal::internal: return ErrorCode::internal;
  }
  return ErrorCode::internal;
}

std::string_view text_of(Refusal reason) {
  switch (reason) {
    case Refusal::not_running: return "the session is not running";
    case Refusal::not_paired: return "the session is not linked to a number";
    case Refusal::not_connected: return "the session is not connected";
    case Refusal::bad_request: return "the request is not accepted";
    case Refusal::not_found: return "there is no such thing";
    case Refusal::conflict: return "it is being done already";
    case Refusal::restricted: return "WhatsApp refuses new conversations for now";
    case Refusal::bad_addressing: return "WhatsApp did not accept the addressing";
    case Refusal::not_allowed: return "WhatsApp does not allow it";
    case Refusal::not_acceptable: return "WhatsApp does not accept it";
    case Refusal::rate: return "WhatsApp says that it is too often";
    case Refusal::refused: return "WhatsApp refused it";
    case Refusal::too_large: return "it is too large";
    case Refusal::media: return "the file could not be transferred";
    case Refusal::busy: return "too much is being done; try again";
    case Refusal::store: return "it could not be stored";
    case Refusal::unsupported: return "linked devices cannot do this";
    case Refusal::internal: return "the transport failed";
  }
  return "the transport failed";
}

}  // namespace

Fault decode_fault(const json::object& error) {
  std::string wrong;
  const Fields fields(error, wrong);
  Fault fault;
  fault.code = fields.text("code");
  fault.message = shortened(fields.text("message"));
  fault.retryable = fields.flag("retryable");
  fault.field = shortened(fields.text("field"));
  fault.reason = fields.text("reason");
  fault.wa_code = static_cast<int>(fields.number("wa_code", 0, 1e6));
  return fault;
}

json::object encode_fault(const Fault& fault) {
  json::object error;
  error["code"] = fault.code;
  error["message"] = fault.message;
  error["retryable"] = fault.retryable;
  if (!fault.field.empty()) error["field"] = fault.field;
  if (fault.code == "protocol_unsupported") error["supported"] = json::object{{"min", protocol_version}, {"max", protocol_version}};
  return error;
}

Error to_error(const Fault& fault) {
  if (fault.code == "already_paired") return {ErrorCode::already_exists, shown(fault, "the session is linked already")};
  if (fault.code == "timeout") return {ErrorCode::timeout, shown(fault, "no answer came in time")};
  const auto reason = refusal_of(fault);
  auto code = code_of(reason);
  if (fault.code == "media_failed" && reason == Refusal::media)
    code = fault.reason == "gone" ? ErrorCode::not_found : ErrorCode::fetch_failed;
  return {code, shown(fault, text_of(reason)), fault.code};
}

SendRefused to_refusal(const Fault& fault) {
  const auto reason = refusal_of(fault);
  SendRefused refused{reason, fault.wa_code, fault.retryable || reason == Refusal::not_connected, {}};
  refused.error = {code_of(reason), shown(fault, text_of(reason)), fault.code};
  return refused;
}

Fault store_fault(const Error& error) {
  const bool passes = error.code == ErrorCode::unavailable || error.code == ErrorCode::rate_limited || error.code == ErrorCode::timeout;
  return {passes && error.code != ErrorCode::unavailable ? "busy" : "store_failed", "the gateway could not do it now", passes, {}, {}, 0};
}

}  // namespace wherry::linked
