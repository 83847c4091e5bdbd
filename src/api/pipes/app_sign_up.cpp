// How the customers of an app connect their numbers: the app asks for a token, their browser opens our page with it, Meta's sign-up runs there,
// and what it gives comes back here.
#include "api/pipes/app_wire.h"
#include "api/pipes/errors.h"
#include "api/pipes/operations.h"
#include "api/pipes/sign_up.h"
#include "base/log.h"
#include "base/random.h"
#include "domain/object_reader.h"

namespace wherry::api::pipes {

namespace {

using Presence = ObjectReader::Presence;

constexpr std::size_t longest_redirect = 2048, longest_metadata = 2048;  // the token has to fit into a URL

constexpr std::string_view page_head = R"(<!doctype html><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<title>Connect your WhatsApp number</title><body style="font:16px system-ui;max-width:32em;margin:4em auto;padding:0 1em">
<h1>Connect your WhatsApp number</h1>)";

// Meta's documented way: the login gives a code, a message of its window gives the ids.
constexpr std::string_view page_script = R"(
const said = document.getElementById('said'), begin = document.getElementById('begin'), ids = {};
window.fbAsyncInit = () => { FB.init({appId: app.id, version: app.version}); begin.disabled = false; };
addEventListener('message', event => {
  if (!/^https:\/\/(\w+\.)?facebook\.com$/.test(event.origin)) return;
  try { const told = JSON.parse(event.data); if (told.type === 'WA_EMBEDDED_SIGNUP') Object.assign(ids, told.data); } catch { }
});
const finish = async code => {
  const body = {token: new URLSearchParams(location.search).get('token'), code, waba_id: ids.waba_id, phone_number_id: ids.phone_number_id};
  const answer = await fetch(location.pathname, {method: 'POST', headers: {'Content-Type': 'application/json'}, body: JSON.stringify(body)});
  const told = await answer.json();
  if (told.redirectUrl) location.assign(told.redirectUrl); else said.textContent = told.error;
};
begin.onclick = () => FB.login(answer => {
  if (answer.authResponse) finish(answer.authResponse.code); else said.textContent = 'It was not finished.';
}, {config_id: app.config, response_type: 'code', override_default_response_type: true, extras: {setup: {}, sessionInfoVersion: '3'}});
)";

http::Response page(int status, std::string body, const std::string& script_source) {
  http::Response response;
  response.status = status;
  response.headers.add("Content-Type", "text/html; charset=utf-8");
  response.headers.add("Content-Security-Policy",
                       "default-src 'none'; style-src 'unsafe-inline'; connect-src 'self' https://*.facebook.com; "
                       "frame-src https://*.facebook.com; base-uri 'none'; frame-ancestors 'none'" +
                           script_source);
  response.headers.add("Cache-Control", "no-store");
  response.headers.add("Referrer-Policy", "no-referrer");  // the token is in the URL
  response.headers.add("X-Content-Type-Options", "nosniff");
  response.body = std::string(page_head) + std::move(body);
  return response;
}

http::Response stale_page() { return page(403, "<p>This link is not valid any more. Ask for a new one.</p>", ""); }

Error stale_link() { return {ErrorCode::permission_denied, "This link is not valid any more"}; }

// WhatsApp's no to a code or a number is the signer's to mend; that of a message would be a failed send.
Error about_sign_up(Error error) {
  if (error.code == ErrorCode::rejected) error.code = ErrorCode::invalid_argument;
  return error;
}

Error no_app() { return {ErrorCode::unavailable, "No Meta app is set up for the sign-up"}; }

Result<void> check_redirect(std::string_view url, bool allow_http) {
  const bool begins = url.starts_with("https://") || (allow_http && url.starts_with("http://"));
  const bool plain = url.find_first_of(" \t\r\n\"<>\\#") == std::string_view::npos;
  if (begins && plain && url.size() > std::string_view("https://").size()) return {};
  return Error{ErrorCode::invalid_argument, "redirectUrl must be a URL that begins with https:// and has no fragment"};
}

bool is_ready(const PipesServices& services) { return !services.app.id.empty() && !services.app.secret.empty(); }

// What the page sends: the token of its link, and what Meta's sign-up gave. Gives where the browser goes.
Task<Result<std::string>> connect_signed_up(const PipesServices& services, http::Request& request) {
  CO_TRY(const auto body, co_await read_app_body(*request.body));
  std::optional<Error> failure;
  const ObjectReader in(body, "", failure);
  const auto token = in.text("token", Presence::required);
  auto code = in.text("code", Presence::required);
  ConnectRequest wanted;
  wanted.waba_id = in.text("waba_id", Presence::required);
  wanted.phone_number_id = in.text("phone_number_id", Presence::required);
  if (failure) co_return std::move(*failure);
  const auto sign_up = open_sign_up(services.secrets, token, services.clock.now());
  if (!sign_up) co_return stale_link();
  wanted.tenant = sign_up->tenant;
  ChannelConnect connect(services.channels, services.accounts);
  auto complete = co_await connect.exchange(std::move(wanted), services.app, std::move(code));
  if (!complete) co_return about_sign_up(complete.error());
  const auto channel = co_await connect.connect(std::move(*complete));
  if (!channel) co_return about_sign_up(channel.error());
  co_return redirect_after(*sign_up, (*channel)->id.text());
}

}  // namespace

Task<Result<http::Response>> create_app_token(const PipesServices& services, http::Request& request, Principal caller) {
  CO_TRY(const auto body, co_await read_app_body(*request.body));
  std::optional<Error> failure;
  const ObjectReader in(body, "", failure);
  SignUp sign_up;
  sign_up.tenant = caller.tenant;
  sign_up.redirect_url = in.text("redirectUrl", Presence::required);
  if (const auto metadata = in.object("metadata")) sign_up.metadata = metadata->raw();
  if (failure) co_return std::move(*failure);
  CO_TRY_VOID(check_redirect(sign_up.redirect_url, services.allow_http_media));
  if (sign_up.redirect_url.size() > longest_redirect)
    co_return Error{ErrorCode::invalid_argument, "redirectUrl has at most 2048 characters"};
  if (json::serialize(sign_up.metadata).size() > longest_metadata) {
    co_return Error{ErrorCode::invalid_argument, "metadata has at most 2048 characters"};
  }
  if (!is_ready(services)) co_return no_app();
  sign_up.expires_at = services.clock.now() + sign_up_lifetime;
  const json::object answer{{"token", sign_up_token(services.secrets, sign_up)}};
  co_return http::json_response(200, json::serialize(answer));
}

Task<http::Response> sign_up_page(const PipesServices& services, http::Request& request) {
  const auto token = http::query_value(request.query, "token").value_or("");
  if (!is_ready(services) || !open_sign_up(services.secrets, token, services.clock.now())) co_return stale_page();
  const auto nonce = random_text(24, alphanumeric);
  const json::object app{
      {"id", services.app.id}, {"version", services.channels.default_graph_version()}, {"config", services.login_config}};
  std::string body =
      R"(<p>You will be asked to log in at Facebook.</p><p><button id="begin" disabled>Continue</button></p><p id="said"></p>)";
  body += "<script nonce=\"" + nonce + "\">const app = " + json::serialize(app) + ";" + std::string(page_script) + "</script>";
  body += R"(<script nonce=")" + nonce + R"(" async src="https://connect.facebook.net/en_US/sdk.js"></script>)";
  co_return page(200, std::move(body), "; script-src 'nonce-" + nonce + "' https://connect.facebook.net");
}

Task<http::Response> finish_sign_up(const PipesServices& services, http::Request& request) {
  auto redirect = co_await connect_signed_up(services, request);
  if (!redirect) {
    const auto& error = redirect.error();
    log::warn("pipes.sign_up.failed", {{"request_id", request.id}, {"code", to_string(error.code)}, {"reason", error.message}});
    auto response = error_response(error);
    response.close = true;  // whoever has no valid token is read no further
    co_return response;
  }
  co_return http::json_response(200, json::serialize(json::object{{"redirectUrl", std::move(*redirect)}}));
}

}  // namespace wherry::api::pipes
