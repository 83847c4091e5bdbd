#include "api/pepipost/routes.h"

#include "api/pepipost/guard.h"
#include "api/pepipost/operations.h"

namespace wherry::api::pepipost {

void add_pepipost_routes(http::Router& router, PepipostServices services) {
  auto shared = std::make_shared<const PepipostServices>(std::move(services));  // shared by the routes' handlers
  const auto add = [&](http::Method method, const std::string& path, Scope scope, Operation operation) {
    const auto handler = [shared, scope, operation](http::Request& request) { return guarded(*shared, request, scope, operation); };
    router.add(method, path, handler);
    router.add(method, path.ends_with('/') ? path.substr(0, path.size() - 1) : path + "/", handler);
  };
  add(http::Method::post, "/api/v2/message/", Scope::send, send_message);
  add(http::Method::post, "/api/v2/message/nc", Scope::send, send_in_bulk);
  add(http::Method::post, "/api/v2/message/nc/priority", Scope::send, send_message);
  add(http::Method::post, "/api/v2/media/upload/", Scope::send, upload_media);
  add(http::Method::get, "/api/v2/media/{mediaId}", Scope::read, get_media);
  add(http::Method::delete_, "/api/v2/media/{mediaId}", Scope::send, delete_media);
  add(http::Method::post, "/api/v2/consent/", Scope::read, find_consent);
  add(http::Method::post, "/api/v2/consent/manage/", Scope::send, manage_consents);
  add(http::Method::post, "/api/v2/source/", Scope::manage, create_source);
  router.fallback("/api/v2/", unknown_path);
}

}  // namespace wherry::api::pepipost
