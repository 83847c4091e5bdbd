#include "api/pipes/operations.h"

namespace wherry::api::pipes {

namespace {

bool is_plain_host(std::string_view host) {
  return !host.empty() && host.size() <= 255 &&
         host.find_first_not_of("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789.-_:[]") == std::string_view::npos;
}

// Clients that follow the redirect by hand need an absolute address. The Host is the caller's own word and goes back to nobody else.
std::string base_url(const PipesServices& services, const http::Request& request) {
  if (!services.public_url.empty()) {
    auto url = services.public_url;
    while (url.ends_with('/')) url.pop_back();
    return url;
  }
  const auto host = request.headers.find("Host").value_or("");
  if (!is_plain_host(host)) return {};
  const bool tls = http::equal_ignoring_case(request.headers.find("X-Forwarded-Proto").value_or(""), "https");
  return (tls ? "https://" : "http://") + std::string(host);
}

}  // namespace

Task<Result<http::Response>> download_media(const PipesServices& services, http::Request& request, Principal caller) {
  const auto id = MediaId::parse(request.param("mediaId"));
  if (!id) co_return Error{ErrorCode::not_found, "Media not found"};
  CO_TRY(auto media, co_await services.media.find(caller.tenant, *id));
  http::Response response;
  response.status = 302;
  response.headers.add("Location", base_url(services, request) + services.media.signed_link(media));
  response.headers.add("Cache-Control", "no-store");
  co_return response;
}

}  // namespace wherry::api::pipes
