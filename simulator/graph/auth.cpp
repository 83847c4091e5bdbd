#include "simulator/graph/auth.h"

#include <algorithm>
#include <ctime>

#include "base/bytes.h"
#include "base/crypto.h"
#include "base/json.h"

namespace wherry::sim {
namespace {

GraphError token_error(std::string text, int http, int subcode = 0) {
  GraphError error = graph_error(190);
  error.title = text;
  error.message = std::move(text);
  error.http = http;
  error.subcode = subcode;
  return error;
}

/// Saturday, 21-Nov-26 06:00:00 PST, as Graph writes it (always Pacific standard time here).
std::string session_date(Timestamp at) {
  const std::time_t seconds_since = std::chrono::duration_cast<seconds>(at.time_since_epoch()).count() - 8 * 3600;
  std::tm parts{};
  gmtime_r(&seconds_since, &parts);
  char text[64];
  std::strftime(text, sizeof text, "%A, %d-%b-%y %H:%M:%S PST", &parts);
  return text;
}

bool is_token_character(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '|' || c == '-' || c == '_' || c == '.';
}

Failure unknown_token(std::string_view text) {
  if (!std::all_of(text.begin(), text.end(), is_token_character)) {
    return token_error("Malformed access token " + std::string(text.substr(0, 256)), 400);
  }
  if (text.starts_with("EAA")) return token_error("The access token could not be decrypted", 401);
  return token_error("Invalid OAuth access token - Cannot parse access token", 401);
}

Failure check_state(const Token& token, Timestamp now) {
  if (token.state == Token::State::revoked) {
    return token_error(
        "Error validating access token: The session has been invalidated because the user changed their password or Facebook has changed "
        "the "
        "session for security reasons.",
        401, 460);
  }
  const bool over = token.expires_at && *token.expires_at <= now;
  if (token.state != Token::State::expired && !over) return std::nullopt;
  const Timestamp expiry = over ? *token.expires_at : now;
  return token_error(
      "Error validating access token: Session has expired on " + session_date(expiry) + ". The current time is " + session_date(now) + ".",
      401, 463);
}

Failure check_proof(const Call& call, std::string_view token) {
  const auto given = http::query_value(call.request.query, "appsecret_proof");
  const auto in_body = call.body.is_object() ? json::find_string(call.body.get_object(), "appsecret_proof") : std::nullopt;
  const std::string proof = given ? *given : std::string(in_body.value_or(""));
  if (proof.empty()) {
    if (!call.app->proof_required) return std::nullopt;
    GraphError error = parameter_error("API calls from the server require an appsecret_proof argument");
    error.type = "GraphMethodException";
    return error;
  }
  const Sha256 expected = hmac_sha256(call.app->secret, token);
  if (constant_time_equal(proof, to_hex(expected))) return std::nullopt;
  GraphError error = parameter_error("Invalid appsecret_proof provided in the API argument");
  error.type = "GraphMethodException";
  error.message = error.title;
  return error;
}

}  // namespace

std::string token_text(const Call& call) {
  if (const auto header = call.request.headers.find("Authorization")) {
    const auto space = header->find(' ');
    const std::string_view scheme = header->substr(0, space);
    if (http::equal_ignoring_case(scheme, "Bearer") || http::equal_ignoring_case(scheme, "OAuth")) {
      std::string_view text = space == std::string_view::npos ? std::string_view() : header->substr(space + 1);
      while (text.starts_with(' ')) text.remove_prefix(1);
      return std::string(text);
    }
  }
  if (!call.request.query.empty()) {
    if (auto text = http::query_value(call.request.query, "access_token")) return *text;
  }
  if (call.body.is_object()) {
    if (const auto text = json::find_string(call.body.get_object(), "access_token")) return std::string(*text);
  }
  return {};
}

Failure authenticate(Call& call, std::string_view text) {
  World& world = call.world();
  if (text.empty()) {
    if (call.node == "me") return graph_error(2500);
    return graph_error(104);
  }
  call.token = world.tokens.find(text);
  if (!call.token && world.options().accept_any_token) call.token = world.tokens.find(world.first().token);
  if (!call.token) return unknown_token(text);
  if (auto failure = check_state(*call.token, call.now())) return failure;
  call.app = world.apps.find(call.token->app_id);
  if (!call.app) return token_error("Error validating application. Cannot get application info due to a system error.", 401);
  return check_proof(call, text);
}

bool sees(const Call& call, std::string_view waba_id) {
  const auto& assets = call.token->assets;
  return assets.empty() || assets.contains(std::string(waba_id));
}

Registry<Number>::Ptr visible_number(const Call& call, std::string_view id) {
  auto number = call.world().numbers.find(id);
  return number && sees(call, number->waba_id) ? number : nullptr;
}

Registry<Waba>::Ptr visible_waba(const Call& call, std::string_view id) {
  auto waba = call.world().wabas.find(id);
  return waba && sees(call, waba->id) ? waba : nullptr;
}

Registry<Template>::Ptr visible_template(const Call& call, std::string_view id) {
  auto value = call.world().templates.find(id);
  return value && sees(call, value->waba_id) ? value : nullptr;
}

Failure need_scope(const Call& call, std::string_view scope) {
  for (const auto& held : call.token->scopes) {
    if (held == scope) return std::nullopt;
  }
  GraphError error = graph_error(10);
  error.title = "Application does not have permission for this action";
  error.message = "(#10) " + error.title;
  return error;
}

}  // namespace wherry::sim
