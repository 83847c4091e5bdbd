#include "api/magpipe/send.h"

namespace wherry::api::magpipe {

namespace {

// What Graph would say to a parameter that is wrong in itself.
std::shared_ptr<const PeerAnswer> parameter_answer(const std::string& reason) {
  const json::object error{{"message", "(#100) Invalid parameter"},
                           {"type", "OAuthException"},
                           {"code", 100},
                           {"error_data", {{"messaging_product", "whatsapp"}, {"details", reason}}}};
  return std::make_shared<PeerAnswer>(PeerAnswer{400, json::serialize(json::object{{"error", error}})});
}

}  // namespace

Task<Result<Sent>> send_content(const MagpipeServices& services, TenantId tenant, Recipient to, Content content, std::string metadata) {
  SendRequest wanted;
  wanted.tenant = tenant;
  wanted.to = std::move(to);
  wanted.content = std::move(content);
  wanted.window_check = WindowCheck::upstream;
  wanted.unnamed = Unnamed::is_taken;
  wanted.client_data = std::move(metadata);
  auto receipt = co_await services.outbox.submit_and_wait(std::move(wanted));
  if (receipt) co_return Sent{receipt->id, std::move(receipt->wamid)};
  auto error = std::move(receipt).error();
  if (error.code == ErrorCode::invalid_argument && !error.peer_answer) error.peer_answer = parameter_answer(error.message);
  co_return error;
}

bool is_upstream_failure(const Error& error) {
  switch (error.code) {
    case ErrorCode::invalid_argument:
    case ErrorCode::rejected:
    case ErrorCode::upload_failed:
    case ErrorCode::upstream_unavailable:
    case ErrorCode::outcome_unknown:
    case ErrorCode::window_closed: return true;
    default: return false;
  }
}

std::string raw_detail(const Error& error) { return error.peer_answer ? error.peer_answer->body : error.message; }

std::string message_detail(const Error& error) {
  if (!error.peer_answer) return error.message;
  const auto answer = json::parse(error.peer_answer->body);
  const auto* object = answer ? answer->if_object() : nullptr;
  const auto* envelope = object == nullptr ? nullptr : json::find_object(*object, "error");
  const auto message = envelope == nullptr ? std::nullopt : json::find_string(*envelope, "message");
  return message ? std::string(*message) : error.message;
}

}  // namespace wherry::api::magpipe
