#include "api/sessions/send_result.h"

#include "api/sessions/fields.h"

namespace wherry::api::sessions {

std::string_view to_string(Mode mode) { return mode == Mode::async ? "async" : "sync"; }

Mode mode_of(const Message& message) { return message.client_data == to_string(Mode::async) ? Mode::async : Mode::sync; }

http::Response send_response(const SendResult& result) {
  json::object body;
  body["messageId"] = result.message_id;
  body["waMessageId"] = result.message_id;
  body["status"] = result.status;
  body["timestamp"] = to_unix_millis(result.at);
  body["mode"] = to_string(result.mode);
  body["outboxId"] = result.outbox_id;
  body["replayed"] = false;
  return object_response(result.mode == Mode::async ? 202 : 200, body);
}

SendResult queued_result(const Message& message) { return {message.wamid, "queued", message.created_at, Mode::async, message.id.text()}; }

SendResult result_of(const Message& message) {
  if (mode_of(message) == Mode::async) return queued_result(message);
  const bool known = message.state == MessageState::sent || message.state == MessageState::delivered ||
                     message.state == MessageState::read || message.state == MessageState::played;
  return {message.wamid, known ? "sent" : "pending", message.updated_at, Mode::sync, {}};
}

std::string replayed_body(std::string_view body) {
  auto parsed = json::parse(body);
  if (!parsed || !parsed->is_object()) return std::string(body);
  auto& object = parsed->get_object();
  object["replayed"] = true;
  return json::serialize(object);
}

}  // namespace wherry::api::sessions
