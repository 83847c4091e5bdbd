#include "api/magpipe/errors.h"
#include "api/magpipe/send.h"
#include "api/magpipe/wire.h"

namespace wherry::api::magpipe {

namespace {

// A leading plus, blanks and dashes are dropped; 7 to 15 digits must remain.
std::optional<WaId> recipient_in(std::string text) {
  if (text.starts_with('+')) text.erase(0, 1);
  std::erase_if(text, [](char c) { return c == ' ' || c == '-'; });
  const bool digits = text.find_first_not_of("0123456789") == std::string::npos;
  if (!digits || text.size() < 7 || text.size() > 15) return std::nullopt;
  return WaId{std::move(text)};
}

std::string sent_body(const Sent& sent, const std::string& text, Timestamp now) {
  json::object stored;
  stored["id"] = "msg_" + to_uuid(sent.id.raw);
  stored["content"] = text;
  stored["direction"] = "outbound";
  stored["status"] = "sent";
  stored["channel"] = "whatsapp";
  stored["sent_at"] = to_iso8601(now);
  json::object body;
  body["success"] = true;
  body["message_id"] = sent.wamid.empty() ? json::value(nullptr) : json::value(sent.wamid);
  body["stored"] = std::move(stored);
  return json::serialize(body);
}

http::Response failed(const Error& error) {
  const json::object body{{"error", "Failed to send WhatsApp message"}, {"detail", raw_detail(error)}};
  return http::json_response(502, json::serialize(body));
}

}  // namespace

Task<Result<http::Response>> send_message(const MagpipeServices& services, http::Request& request, Principal caller) {
  CO_TRY(auto body, co_await read_json(request));
  if (!body) co_return invalid_json();
  const auto phone_number_id = id_in(*body, "phone_number_id");
  const auto recipient = id_in(*body, "recipient_wa_id");
  const auto message = text_in(*body, "message");
  if (!phone_number_id || !recipient || !message) {
    co_return error_response(400, "phone_number_id, recipient_wa_id, and message are required");
  }
  const auto wa_id = recipient_in(*recipient);
  if (!wa_id) co_return error_response(400, "recipient_wa_id must be a valid WhatsApp ID");
  auto metadata = metadata_in(*body);
  if (metadata.size() > longest_client_data) co_return metadata_too_large();
  const auto channel = services.channels.find_by_phone_number_id(*phone_number_id);
  if (!channel || channel->tenant != caller.tenant) co_return error_response(404, "WhatsApp account not found");

  Recipient to{channel->id, *wa_id};
  Content content = TextContent{*message, false};
  auto sent = co_await send_content(services, caller.tenant, std::move(to), std::move(content), std::move(metadata));
  if (sent) co_return http::json_response(200, sent_body(*sent, *message, services.clock.now()));
  if (sent.error().code == ErrorCode::not_found) co_return error_response(404, "WhatsApp account not found");  // removed meanwhile
  if (!is_upstream_failure(sent.error())) co_return std::move(sent).error();
  co_return failed(sent.error());
}

}  // namespace wherry::api::magpipe
