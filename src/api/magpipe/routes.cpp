#include "api/magpipe/routes.h"

#include "api/magpipe/guard.h"

namespace wherry::api::magpipe {

void add_magpipe_routes(http::Router& router, MagpipeServices services) {
  auto shared = std::make_shared<const MagpipeServices>(std::move(services));  // shared by the routes' handlers
  const auto add = [&](http::Method method, std::string_view path, Endpoint endpoint) {
    router.add(method, path, [shared, endpoint](http::Request& request) { return guarded(*shared, request, endpoint); });
  };
  using enum http::Method;
  add(post, "/functions/v1/send-whatsapp-message", {send_message, Scope::send});
  add(post, "/functions/v1/send-whatsapp-template", {send_template, Scope::send});
  add(get, "/functions/v1/whatsapp-connect", {list_accounts, Scope::read});
  add(post, "/functions/v1/whatsapp-connect", {connect_account, Scope::manage});
  add(patch, "/functions/v1/whatsapp-connect", {change_account, Scope::manage});
  add(delete_, "/functions/v1/whatsapp-connect", {remove_account, Scope::manage});
  add(post, "/functions/v1/list-messages", {list_messages, Scope::read, Shape::coded});
  add(post, "/functions/v1/get-message", {get_message, Scope::read, Shape::coded});
  add(post, "/functions/v1/manage-api-keys", {manage_api_keys, Scope::manage});
  for (const auto* path : {"/functions/v1/send-whatsapp-message", "/functions/v1/send-whatsapp-template", "/functions/v1/whatsapp-connect",
                           "/functions/v1/list-messages", "/functions/v1/get-message", "/functions/v1/manage-api-keys"}) {
    router.add(options, path, preflight);
  }
  router.fallback("/functions/v1/", [shared](http::Request& request) { return other_path(*shared, request); });
}

}  // namespace wherry::api::magpipe
