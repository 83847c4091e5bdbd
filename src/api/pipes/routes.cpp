#include "api/pipes/routes.h"

#include "api/pipes/guard.h"
#include "api/pipes/operations.h"

namespace wherry::api::pipes {

void add_pipes_routes(http::Router& router, PipesServices services) {
  auto shared = std::make_shared<const PipesServices>(std::move(services));  // shared by the routes' handlers
  const auto guarded_by = [&](Scope scope, Operation operation) {
    return [shared, scope, operation](http::Request& request) { return guarded(*shared, request, scope, operation); };
  };
  router.add(http::Method::post, "/v1/messages/send", guarded_by(Scope::send, send_message));
  router.add(http::Method::post, "/v1/media/upload", guarded_by(Scope::send, upload_media));
  router.add(http::Method::get, "/v1/media/download/{mediaId}", guarded_by(Scope::read, download_media));
  router.add(http::Method::get, "/v1/media/files/{mediaId}", [shared](http::Request& request) { return media_file(*shared, request); });
  router.add(http::Method::get, "/ws", [shared](http::Request& request) { return open_websocket(shared, request); });
  router.fallback("/v1/", [shared](http::Request& request) { return guarded_path(*shared, request); });
}

}  // namespace wherry::api::pipes
