#pragma once

#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "net/message.h"

namespace wherry::http {

using Handler = std::function<Task<Response>(Request&)>;

/// Finds the handler for a method and a path. Patterns: /fixed/{name}/… ({name} is one non-empty segment), and a
/// trailing {name*} that takes the rest of the path. Fixed segments win over names. Fill it before serving; then it is read-only.
class Router {
 public:
  Router();
  ~Router();
  Router(Router&&) noexcept;
  Router& operator=(Router&&) noexcept;

  void add(Method method, std::string_view pattern, Handler handler);
  /// What answers a path no pattern knows (default: 404 with a small JSON body), for every path that begins with `prefix`;
  /// the longest prefix wins. The same handler answers a known path with a wrong method, with `Allow` set afterwards (405).
  void fallback(std::string_view prefix, Handler handler);

  /// HEAD is served by the GET handler (the server drops the body); OPTIONS is answered with Allow unless it has a handler.
  Task<Response> handle(Request& request) const;

  struct Route {
    Method method;
    std::string pattern;
  };
  std::vector<Route> routes() const;

 private:
  struct Tree;
  std::unique_ptr<Tree> tree_;
};

}  // namespace wherry::http
