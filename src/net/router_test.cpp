#include "net/router.h"

#include <gtest/gtest.h>

#include "tests/support/run.h"

namespace wherry::http {
namespace {

/// A handler that answers with its own name and the parameters it was given.
Handler named(std::string name) {
  struct Answer {
    static Task<Response> give(std::string text, Request& request) {
      for (const auto& [key, value] : request.params) text += " " + key + "=" + value;
      co_return text_response(200, text);
    }
  };
  return [name](Request& request) { return Answer::give(name, request); };
}

struct Answer {
  int status;
  std::string body;
  std::string allow;
};

Answer ask(const Router& router, Method method, std::string path) {
  Request request;
  request.method = method;
  request.path = std::move(path);
  auto response = test::run(router.handle(request));
  return {response.status, std::get<std::string>(response.body), std::string(response.headers.find("Allow").value_or(""))};
}

Router sample() {
  Router router;
  router.add(Method::get, "/", named("root"));
  router.add(Method::get, "/items", named("list"));
  router.add(Method::post, "/items", named("create"));
  router.add(Method::get, "/items/{id}", named("item"));
  router.add(Method::get, "/items/special", named("special"));
  router.add(Method::get, "/items/special/{part}/x", named("part-x"));
  router.add(Method::get, "/items/{id}/{part}/y", named("part-y"));
  router.add(Method::delete_, "/items/{item}", named("remove"));
  router.add(Method::get, "/files/{path*}", named("files"));
  return router;
}

TEST(Router, FixedSegmentsWinOverNames) {
  const auto router = sample();
  EXPECT_EQ(ask(router, Method::get, "/").body, "root");
  EXPECT_EQ(ask(router, Method::get, "/items/7").body, "item id=7");
  EXPECT_EQ(ask(router, Method::get, "/items/special").body, "special");
  EXPECT_EQ(ask(router, Method::get, "/items/specially").body, "item id=specially");
}

TEST(Router, ADeadEndIsLeftForTheNextBestRoute) {
  const auto router = sample();
  EXPECT_EQ(ask(router, Method::get, "/items/special/p/x").body, "part-x part=p");
  EXPECT_EQ(ask(router, Method::get, "/items/special/p/y").body, "part-y id=special part=p");
  EXPECT_EQ(ask(router, Method::delete_, "/items/special").body, "remove item=special");
}

TEST(Router, TheRestOfAPathIsOneParameter) {
  const auto router = sample();
  EXPECT_EQ(ask(router, Method::get, "/files/a/b/c.txt").body, "files path=a/b/c.txt");
  EXPECT_EQ(ask(router, Method::get, "/files/").body, "files path=");
  EXPECT_EQ(ask(router, Method::get, "/files").status, 404);
}

TEST(Router, UnknownPathsAreNotFound) {
  const auto router = sample();
  for (const auto* path : {"/item", "/items/", "/items/7/", "//items", "/items//p/y", "/items/a/b/z", "", "items"}) {
    EXPECT_EQ(ask(router, Method::get, path).status, 404) << path;
  }
  EXPECT_EQ(ask(router, Method::get, "/nope").body, R"({"error":"Not found","code":"NOT_FOUND"})");
}

TEST(Router, AWrongMethodIsToldTheRightOnes) {
  const auto router = sample();
  const auto answer = ask(router, Method::put, "/items/special");
  EXPECT_EQ(answer.status, 405);
  EXPECT_EQ(answer.allow, "GET, HEAD, DELETE, OPTIONS");
  EXPECT_EQ(ask(router, Method::other, "/items").allow, "GET, HEAD, POST, OPTIONS");
}

TEST(Router, HeadIsServedByGet) {
  const auto router = sample();
  EXPECT_EQ(ask(router, Method::head, "/items").body, "list");
  Router own = sample();
  own.add(Method::head, "/items", named("head"));
  EXPECT_EQ(ask(own, Method::head, "/items").body, "head");
  Router post_only;
  post_only.add(Method::post, "/x", named("x"));
  EXPECT_EQ(ask(post_only, Method::head, "/x").status, 405);
}

TEST(Router, OptionsListsTheMethods) {
  auto router = sample();
  const auto answer = ask(router, Method::options, "/items");
  EXPECT_EQ(answer.status, 204);
  EXPECT_EQ(answer.allow, "GET, HEAD, POST, OPTIONS");
  EXPECT_EQ(ask(router, Method::options, "*").status, 204);
  EXPECT_EQ(ask(router, Method::options, "/nope").status, 404);
  router.add(Method::options, "/items", named("own"));
  EXPECT_EQ(ask(router, Method::options, "/items").body, "own");
}

TEST(Router, TheFallbackWithTheLongestPrefixAnswers) {
  auto router = sample();
  const auto fallback = [](std::string name) -> Handler {
    struct Answer {
      static Task<Response> give(std::string text, std::string allowed) { co_return text_response(404, text + allowed); }
    };
    return [name](Request& request) { return Answer::give(name, request.allowed_methods); };
  };
  router.fallback("/admin/", fallback("admin"));
  router.fallback("/", fallback("all"));
  EXPECT_EQ(ask(router, Method::get, "/admin/x").body, "admin");
  EXPECT_EQ(ask(router, Method::get, "/adminx").body, "all");
  const auto wrong = ask(router, Method::put, "/items");
  EXPECT_EQ(wrong.status, 405);
  EXPECT_EQ(wrong.body, "allGET, HEAD, POST, OPTIONS");
  EXPECT_EQ(wrong.allow, "GET, HEAD, POST, OPTIONS");
}

TEST(Router, AVeryDeepPathIsJustNotFound) {
  const auto router = sample();
  std::string path;
  for (int i = 0; i < 5000; ++i) path += "/a";
  EXPECT_EQ(ask(router, Method::get, path).status, 404);
}

TEST(Router, RoutesAreListedAndChecked) {
  auto router = sample();
  EXPECT_EQ(router.routes().size(), 9u);
  EXPECT_EQ(router.routes()[1].pattern, "/items");
  EXPECT_THROW(router.add(Method::get, "/items", named("again")), std::logic_error);
  EXPECT_THROW(router.add(Method::get, "items", named("relative")), std::logic_error);
  EXPECT_THROW(router.add(Method::get, "/x/{rest*}/y", named("middle")), std::logic_error);
}

}  // namespace
}  // namespace wherry::http
