#include "net/router.h"

#include <algorithm>
#include <array>
#include <map>
#include <optional>
#include <stdexcept>

namespace wherry::http {

namespace {

constexpr std::size_t method_count = static_cast<std::size_t>(Method::other) + 1;
constexpr std::size_t index_of(Method method) { return static_cast<std::size_t>(method); }

/// What a pattern's last segment leads to: one entry for each method.
struct Endpoint {
  struct Entry {
    Handler handler;
    std::vector<std::string> names;
  };
  std::array<std::optional<Entry>, method_count> entries;

  const Entry* find(Method method) const {
    const auto& exact = entries[index_of(method)];
    if (exact) return &*exact;
    const auto& get = entries[index_of(Method::get)];
    return method == Method::head && get ? &*get : nullptr;
  }
};

struct Node {
  std::map<std::string, std::unique_ptr<Node>, std::less<>> fixed;
  std::unique_ptr<Node> named;
  Endpoint here;
  Endpoint rest;  ///< {name*} in this place
};

/// The state of one look-up.
struct Search {
  Method method;
  std::array<bool, method_count> allowed{};
  std::vector<std::string_view> values;
  const Endpoint::Entry* found = nullptr;

  bool take(const Endpoint& endpoint) {
    found = endpoint.find(method);
    if (found) return true;
    for (std::size_t i = 0; i < method_count; ++i) allowed[i] = allowed[i] || endpoint.entries[i].has_value();
    return false;
  }
};

/// `path` is what follows the slash in front of this node's children; nullopt when nothing follows.
bool match(const Node& node, std::optional<std::string_view> path, Search& search) {
  if (!path) return search.take(node.here);
  const auto slash = path->find('/');
  const auto segment = path->substr(0, slash);
  std::optional<std::string_view> tail;
  if (slash != std::string_view::npos) tail = path->substr(slash + 1);

  const auto fixed = node.fixed.find(segment);
  if (fixed != node.fixed.end() && match(*fixed->second, tail, search)) return true;
  if (node.named && !segment.empty()) {
    search.values.push_back(segment);
    if (match(*node.named, tail, search)) return true;
    search.values.pop_back();
  }
  search.values.push_back(*path);
  if (search.take(node.rest)) return true;
  search.values.pop_back();
  return false;
}

std::string allow_text(const std::array<bool, method_count>& allowed) {
  std::string text;
  const auto add = [&](Method method) {
    if (!text.empty()) text += ", ";
    text += to_string(method);
  };
  for (std::size_t i = 0; i < index_of(Method::other); ++i) {
    const auto method = static_cast<Method>(i);
    const bool implied = (method == Method::head && allowed[index_of(Method::get)]) || method == Method::options;
    if (allowed[i] || implied) add(method);
  }
  return text;
}

Task<Response> answer_options(std::string allow) {
  Response response;
  response.status = 204;
  response.headers.add("Allow", allow);
  co_return response;
}

Task<Response> answer_wrong_method(const Handler& fallback, Request& request, std::string allow) {
  request.allowed_methods = allow;
  auto response = co_await fallback(request);
  if (response.status == 404) response.status = 405;
  response.headers.set("Allow", allow);
  co_return response;
}

Task<Response> default_fallback(Request& request) {
  co_return request.allowed_methods.empty() ? json_response(404, R"({"error":"Not found","code":"NOT_FOUND"})")
                                            : json_response(405, R"({"error":"Method not allowed","code":"METHOD_NOT_ALLOWED"})");
}

}  // namespace

struct Router::Tree {
  Node root;
  std::vector<std::pair<std::string, Handler>> fallbacks{{"", default_fallback}};
  std::vector<Route> routes;

  const Handler& fallback_for(std::string_view path) const {
    const std::pair<std::string, Handler>* best = &fallbacks.front();
    for (const auto& entry : fallbacks) {
      if (path.starts_with(entry.first) && entry.first.size() >= best->first.size()) best = &entry;
    }
    return best->second;
  }
};

Router::Router() : tree_(std::make_unique<Tree>()) {}
Router::~Router() = default;
Router::Router(Router&&) noexcept = default;
Router& Router::operator=(Router&&) noexcept = default;

void Router::add(Method method, std::string_view pattern, Handler handler) {
  if (!pattern.starts_with('/')) throw std::logic_error("a route begins with '/': " + std::string(pattern));
  Endpoint::Entry entry{std::move(handler), {}};
  Node* node = &tree_->root;
  Endpoint* endpoint = nullptr;
  std::optional<std::string_view> left = pattern.substr(1);
  while (left) {
    const auto slash = left->find('/');
    const auto segment = left->substr(0, slash);
    left = slash == std::string_view::npos ? std::nullopt : std::optional(left->substr(slash + 1));
    if (segment.starts_with('{') && segment.ends_with("*}")) {
      if (left) throw std::logic_error("{name*} ends a route: " + std::string(pattern));
      entry.names.emplace_back(segment.substr(1, segment.size() - 3));
      endpoint = &node->rest;
    } else if (segment.starts_with('{') && segment.ends_with('}')) {
      entry.names.emplace_back(segment.substr(1, segment.size() - 2));
      if (!node->named) node->named = std::make_unique<Node>();
      node = node->named.get();
    } else {
      auto& child = node->fixed[std::string(segment)];
      if (!child) child = std::make_unique<Node>();
      node = child.get();
    }
  }
  if (!endpoint) endpoint = &node->here;
  auto& place = endpoint->entries[index_of(method)];
  if (place) throw std::logic_error("two routes for one path: " + std::string(pattern));
  place = std::move(entry);
  tree_->routes.push_back(Route{method, std::string(pattern)});
}

void Router::fallback(std::string_view prefix, Handler handler) { tree_->fallbacks.emplace_back(prefix, std::move(handler)); }

// Not a coroutine: the handler's own task is given back, so that routing costs no frame.
Task<Response> Router::handle(Request& request) const {
  request.params.clear();
  request.allowed_methods.clear();
  const std::string_view path = request.path;
  Search search;
  search.method = request.method;
  if (path.starts_with('/') && match(tree_->root, path.substr(1), search)) {
    for (std::size_t i = 0; i < search.values.size(); ++i) request.params.emplace_back(search.found->names[i], search.values[i]);
    return search.found->handler(request);
  }
  if (path == "*" && request.method == Method::options) return answer_options("GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS");
  const bool known = std::find(search.allowed.begin(), search.allowed.end(), true) != search.allowed.end();
  const auto& fallback = tree_->fallback_for(path);
  if (!known) return fallback(request);
  if (request.method == Method::options) return answer_options(allow_text(search.allowed));
  return answer_wrong_method(fallback, request, allow_text(search.allowed));
}

std::vector<Router::Route> Router::routes() const { return tree_->routes; }

}  // namespace wherry::http
