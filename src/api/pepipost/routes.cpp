#include "api/pepipost/routes.h"

#include "api/pepipost/guard.h"
#include "api/pepipost/operations.h"

namespace wherry::api::pepipost {

void add_pepipost_routes(http::Router& router, PepipostServices services) {
  auto shared = std::make_shared<const PepipostServices>(std::move(services));  // shared by the routes' handlers
  const auto add = [&](http::Method method, const std::string& path, Operation operation) {
    const auto handler = [shared, operation](http::Request& request) { return guarded(*shared, request, operation); };
    router.add(method, path, handler);
    router.add(method, path.ends_with('/') ? path.substr(0, path.size() - 1) : path + "/", handler);
  };
  add(http::Method::post, "/api/v2/message/", send_message);
  add(http::Method::post, "/api/v2/message/nc", send_message);
  add(http::Method::post, "/api/v2/message/nc/priority", send_message);
  add(http::Method::post, "/api/v2/media/upload/", upload_media);
  add(http::Method::get, "/api/v2/media/{mediaId}", get_media);
  add(http::Method::delete_, "/api/v2/media/{mediaId}", delete_media);
  add(http::Method::post, "/api/v2/consent/", find_consent);
  add(http::Method::post, "/api/v2/consent/manage/", manage_consents);
  add(http::Method::post, "/api/v2/source/", create_source);
  router.fallback("/api/v2/", unknown_path);
}

}  // namespace wherry::api::pepipost
