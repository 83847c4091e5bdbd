#include "api/pipes/routes.h"

#include "api/pipes/guard.h"
#include "api/pipes/operations.h"

namespace wherry::api::pipes {

void add_pipes_routes(http::Router& router, PipesServices services) {
  auto shared = std::make_shared<const PipesServices>(std::move(services));  // shared by the routes' handlers
  const auto add = [&](http::Method method, std::string_view path, Keys keys, Scope scope, Operation operation) {
    router.add(method, path,
               [shared, keys, scope, operation](http::Request& request) { return guarded(*shared, request, keys, scope, operation); });
  };
  using enum http::Method;
  add(post, "/v1/messages/send", Keys::tenant, Scope::send, send_message);
  add(post, "/v1/messages/app/send", Keys::app, Scope::send, app_send);
  add(post, "/v1/messages/passthrough", Keys::both, Scope::send, passthrough);
  add(get, "/v1/pool-numbers/{poolNumberId}/templates", Keys::app, Scope::read, list_templates);
  add(post, "/v1/pool-numbers/{poolNumberId}/templates", Keys::app, Scope::manage, create_template);
  add(get, "/v1/pool-numbers/{poolNumberId}/templates/{name}", Keys::app, Scope::read, get_template);
  add(patch, "/v1/pool-numbers/{poolNumberId}/templates/{name}", Keys::app, Scope::manage, edit_template);
  add(delete_, "/v1/pool-numbers/{poolNumberId}/templates/{name}", Keys::app, Scope::manage, remove_template);
  add(post, "/v1/apps/token", Keys::app, Scope::manage, create_app_token);
  add(post, "/v1/media/upload", Keys::both, Scope::send, upload_media);
  add(get, "/v1/media/download/{mediaId}", Keys::both, Scope::read, download_media);
  router.add(get, "/v1/media/files/{mediaId}", [shared](http::Request& request) { return media_file(*shared, request); });
  router.add(get, "/apps/{slug}", [shared](http::Request& request) { return sign_up_page(*shared, request); });
  router.add(post, "/apps/{slug}", [shared](http::Request& request) { return finish_sign_up(*shared, request); });
  router.add(get, "/ws", [shared](http::Request& request) { return open_websocket(shared, request); });
  router.fallback("/v1/", [shared](http::Request& request) { return guarded_path(*shared, request); });
}

}  // namespace wherry::api::pipes
