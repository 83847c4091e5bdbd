#include "api/openapi/routes.h"

#include "api/openapi/documents.h"
#include "base/json.h"

namespace wherry::api::openapi {

namespace {

constexpr std::string_view suffix = ".json";

http::Response page(int status, std::string text) {
  auto response = http::json_response(status, std::move(text));
  response.headers.add("Access-Control-Allow-Origin", "*");  // they hold no secrets, and viewers live on other origins
  return response;
}

Task<http::Response> serve_document(http::Request& request) {
  const auto file = request.param("file");
  if (file.ends_with(suffix)) {
    const auto door = file.substr(0, file.size() - suffix.size());
    for (const auto& document : documents()) {
      if (document.door == door) co_return page(200, std::string(document.json));
    }
  }
  co_return page(404, R"({"error":"There is no such description; GET /openapi lists them"})");
}

Task<http::Response> list_documents(http::Request&) {
  json::array doors;
  for (const auto& document : documents()) {
    json::object entry;
    entry["door"] = document.door;
    entry["href"] = "/openapi/" + std::string(document.door) + std::string(suffix);
    doors.push_back(std::move(entry));
  }
  json::object body;
  body["documents"] = std::move(doors);
  co_return page(200, json::serialize(body));
}

}  // namespace

void add_openapi_routes(http::Router& router) {
  router.add(http::Method::get, "/openapi", list_documents);
  router.add(http::Method::get, "/openapi/{file}", serve_document);
}

}  // namespace wherry::api::openapi
