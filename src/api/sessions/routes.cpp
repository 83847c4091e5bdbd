#include "api/sessions/routes.h"

#include "api/sessions/errors.h"
#include "api/sessions/guard.h"

namespace wherry::api::sessions {

void add_sessions_routes(http::Router& router, SessionsServices services) {
  auto shared = std::make_shared<const SessionsServices>(std::move(services));  // shared by the routes' handlers
  const auto add = [&](http::Method method, std::string_view path, Endpoint endpoint) {
    router.add(method, "/api/v1" + std::string(path),
               [shared, endpoint](http::Request& request) { return guarded(*shared, request, endpoint); });
  };
  using enum http::Method;
  add(get, "/sessions", {list_sessions, Scope::read});
  add(post, "/sessions", {create_session, Scope::manage});
  add(get, "/sessions/{session}", {get_session, Scope::read});
  add(patch, "/sessions/{session}", {change_session, Scope::manage});
  add(delete_, "/sessions/{session}", {delete_session, Scope::manage});
  add(post, "/sessions/{session}", {act_on_session, Scope::manage});
  add(get, "/sessions/{session}/qr", {get_qr, Scope::manage});
  add(post, "/sessions/{session}/pairing-code", {request_pairing_code, Scope::manage});
  add(get, "/sessions/{session}/me", {get_me, Scope::read});
  add(post, "/sessions/{session}/messages", {send_message, Scope::send});
  add(patch, "/sessions/{session}/messages/{mid}", {edit_message, Scope::send});
  add(delete_, "/sessions/{session}/messages/{mid}", {revoke_message, Scope::send});
  add(post, "/sessions/{session}/messages/{mid}/reaction", {add_reaction, Scope::send});
  add(delete_, "/sessions/{session}/messages/{mid}/reaction", {remove_reaction, Scope::send});
  add(post, "/sessions/{session}/messages/{mid}/vote", {vote, Scope::send});
  add(post, "/sessions/{session}/messages/{mid}/forward", {forward_message, Scope::send});
  add(get, "/webhooks", {list_webhooks, Scope::manage});
  add(post, "/webhooks", {create_webhook, Scope::manage, unprocessable});
  add(get, "/webhooks/{webhook}", {get_webhook, Scope::manage});
  add(patch, "/webhooks/{webhook}", {change_webhook, Scope::manage, unprocessable});
  add(delete_, "/webhooks/{webhook}", {delete_webhook, Scope::manage});
  router.fallback("/api/v1/", [shared](http::Request& request) { return other_path(*shared, request); });
}

}  // namespace wherry::api::sessions
