#include "api/sessions/routes.h"

#include "api/sessions/errors.h"
#include "api/sessions/guard.h"
#include "api/sessions/realtime.h"

namespace wherry::api::sessions {

void add_sessions_routes(http::Router& router, SessionsServices services) {
  auto shared = std::make_shared<const SessionsServices>(std::move(services));  // shared by the routes' handlers
  const auto add = [&](http::Method method, std::string_view path, Endpoint endpoint) {
    router.add(method, path, [shared, endpoint](http::Request& request) { return guarded(*shared, request, endpoint); });
  };
  using enum http::Method;
  add(get, "/api/v1/sessions", {list_sessions, Scope::read});
  add(post, "/api/v1/sessions", {create_session, Scope::manage});
  add(get, "/api/v1/sessions/{session}", {get_session, Scope::read});
  add(patch, "/api/v1/sessions/{session}", {change_session, Scope::manage});
  add(delete_, "/api/v1/sessions/{session}", {delete_session, Scope::manage});
  add(post, "/api/v1/sessions/{session}", {act_on_session, Scope::manage});
  add(get, "/api/v1/sessions/{session}/qr", {get_qr, Scope::manage});
  add(post, "/api/v1/sessions/{session}/pairing-code", {request_pairing_code, Scope::manage});
  add(get, "/api/v1/sessions/{session}/me", {get_me, Scope::read});
  add(post, "/api/v1/sessions/{session}/messages", {send_message, Scope::send});
  add(patch, "/api/v1/sessions/{session}/messages/{mid}", {edit_message, Scope::send});
  add(delete_, "/api/v1/sessions/{session}/messages/{mid}", {revoke_message, Scope::send});
  add(post, "/api/v1/sessions/{session}/messages/{mid}/reaction", {add_reaction, Scope::send});
  add(delete_, "/api/v1/sessions/{session}/messages/{mid}/reaction", {remove_reaction, Scope::send});
  add(post, "/api/v1/sessions/{session}/messages/{mid}/vote", {vote, Scope::send});
  add(post, "/api/v1/sessions/{session}/messages/{mid}/forward", {forward_message, Scope::send});
  add(get, "/api/v1/sessions/{session}/chats", {list_chats, Scope::read});
  add(get, "/api/v1/sessions/{session}/chats/{cid}/messages", {list_chat_messages, Scope::read});
  add(patch, "/api/v1/sessions/{session}/chats/{cid}", {change_chat, Scope::send, unprocessable});
  add(delete_, "/api/v1/sessions/{session}/chats/{cid}", {delete_chat, Scope::send});
  add(post, "/api/v1/sessions/{session}/chats/{cid}/read", {read_chat, Scope::send});
  add(put, "/api/v1/sessions/{session}/chats/{cid}/presence", {show_presence, Scope::send, unprocessable});
  add(get, "/api/v1/sessions/{session}/contacts", {list_contacts, Scope::read});
  add(get, "/api/v1/sessions/{session}/contacts/check", {check_contact, Scope::read});
  add(get, "/api/v1/sessions/{session}/contacts/{contact}", {get_contact, Scope::read});
  add(get, "/api/v1/sessions/{session}/contacts/{contact}/about", {get_about, Scope::read});
  add(get, "/api/v1/sessions/{session}/contacts/{contact}/picture", {get_picture, Scope::read});
  add(post, "/api/v1/sessions/{session}/contacts/{contact}/block", {block_contact, Scope::send});
  add(post, "/api/v1/sessions/{session}/contacts/{contact}/unblock", {unblock_contact, Scope::send});
  add(get, "/api/v1/sessions/{session}/groups", {list_groups, Scope::read});
  add(post, "/api/v1/sessions/{session}/groups", {create_group, Scope::send});
  add(get, "/api/v1/sessions/{session}/groups/{gid}", {get_group, Scope::read});
  add(patch, "/api/v1/sessions/{session}/groups/{gid}", {change_group, Scope::send});
  add(get, "/api/v1/sessions/{session}/groups/{gid}/members", {list_members, Scope::read});
  add(post, "/api/v1/sessions/{session}/groups/{gid}/members", {add_members, Scope::send});
  add(get, "/api/v1/sessions/{session}/groups/{gid}/invite", {get_invite, Scope::read});
  add(delete_, "/api/v1/sessions/{session}/groups/{gid}/invite", {reset_invite, Scope::send});
  add(get, "/api/v1/sessions/{session}/channels/{jid}/messages", {list_channel_messages, Scope::send});
  for (const auto method : {get, post, put, patch, delete_}) {
    add(method, "/api/v1/sessions/{session}/channels", {no_channels, Scope::read});
    add(method, "/api/v1/sessions/{session}/channels/{rest*}", {no_channels, Scope::read});
  }
  add(get, "/api/v1/webhooks", {list_webhooks, Scope::manage});
  add(post, "/api/v1/webhooks", {create_webhook, Scope::manage, unprocessable});
  add(get, "/api/v1/webhooks/{webhook}", {get_webhook, Scope::manage});
  add(patch, "/api/v1/webhooks/{webhook}", {change_webhook, Scope::manage, unprocessable});
  add(delete_, "/api/v1/webhooks/{webhook}", {delete_webhook, Scope::manage});
  add(post, "/api/v1/realtime/ticket", {issue_ticket, Scope::read});
  router.add(get, "/api/v1/realtime", [shared](http::Request& request) { return open_stream(shared, request); });
  router.fallback("/api/v1/", [shared](http::Request& request) { return other_path(*shared, request); });
}

}  // namespace wherry::api::sessions
