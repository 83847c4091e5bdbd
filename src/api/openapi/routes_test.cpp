#include "api/openapi/routes.h"

#include <gtest/gtest.h>

#include "api/openapi/documents.h"
#include "base/json.h"
#include "tests/support/run.h"

namespace wherry::api::openapi {
namespace {

class OpenApi : public ::testing::Test {
 protected:
  OpenApi() { add_openapi_routes(router_); }
  http::Response get(std::string path) {
    http::Request request;
    request.path = std::move(path);
    return test::run(io_, router_.handle(request));
  }
  static std::string text_of(const http::Response& response) { return std::get<std::string>(response.body); }
  boost::asio::io_context io_;
  http::Router router_;
};

TEST_F(OpenApi, EveryPageIsServedAsJsonAndListed) {
  ASSERT_GE(documents().size(), 2u);
  const auto list = text_of(get("/openapi"));
  for (const auto& document : documents()) {
    const auto path = "/openapi/" + std::string(document.door) + ".json";
    const auto response = get(path);
    EXPECT_EQ(response.status, 200) << path;
    const auto parsed = json::parse(text_of(response));
    ASSERT_TRUE(parsed) << path;
    EXPECT_EQ(parsed->at("openapi").as_string(), "3.1.0");
    EXPECT_NE(list.find(path), std::string::npos);
  }
}

TEST_F(OpenApi, WhatIsNotThereIsNotFound) {
  for (const auto* path : {"/openapi/none.json", "/openapi/pipes.yaml", "/openapi/pipes", "/openapi/.json"})
    EXPECT_EQ(get(path).status, 404) << path;
}

}  // namespace
}  // namespace wherry::api::openapi
