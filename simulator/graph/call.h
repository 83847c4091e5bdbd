#pragma once

#include <boost/json/monotonic_resource.hpp>
#include <boost/json/object.hpp>
#include <boost/json/value.hpp>
#include <optional>
#include <string>
#include <string_view>

#include "net/message.h"
#include "simulator/hooks.h"
#include "simulator/world.h"

namespace wherry::sim {

/// A failed check, or nothing.
using Failure = std::optional<GraphError>;

/// What every handler works with. The interceptor and the listener may be null.
struct GraphContext {
  World& world;
  Interceptor* interceptor;
  GraphEvents* events;
};

/// One request, taken apart.
struct Call {
  GraphContext& context;
  http::Method method;
  http::Request& request;
  int version = 0;                 ///< major; the oldest live one for anything older
  std::string path;                ///< without version and trailing slash: /123/messages
  std::string_view node;           ///< first segment
  std::string_view edge;           ///< second; empty when there is none
  std::string_view rest;           ///< third and following
  std::string raw;                 ///< the body as received; empty for multipart
  boost::json::monotonic_resource arena;  // the parameters live here
  boost::json::value body;         ///< the parsed JSON body, an object
  boost::json::object params;      ///< query and body together; the body's members win. Empty for sends, which read `body`
  Registry<Token>::Ptr token;
  Registry<App>::Ptr app;
  int code = 0;                    ///< of the error answered, for the log

  Call(GraphContext& c, http::Request& r) : context(c), method(r.method), request(r), arena(1024) {}
  World& world() const { return context.world; }
  Timestamp now() const { return context.world.now(); }
};

/// Splits /vN.M/node/edge/rest. Errors: 2500 for a version above the newest and for an empty path.
Failure take_path(Call& call);

/// A parameter as text; numbers and booleans are written out. nullopt when absent, null or structured.
std::optional<std::string> text_param(const boost::json::object& params, std::string_view name);
/// A whole number, also when it came as text.
std::optional<std::int64_t> int_param(const boost::json::object& params, std::string_view name);
/// A boolean, also as text or 0 and 1.
std::optional<bool> bool_param(const boost::json::object& params, std::string_view name);

/// Adds application/x-www-form-urlencoded pairs; a value that is a JSON object, array or text in quotes is parsed.
void add_form(boost::json::object& params, std::string_view encoded);
/// One value of a form.
void add_form_value(boost::json::object& params, std::string_view name, std::string value);

/// Reads the body into `call` by its content type and fills `params` (or only `body` when `body_only`). A body that cannot be
/// parsed counts as empty. Errors: 1 with HTTP 413 for more than a mebibyte.
Task<Failure> take_params(Call& call, bool body_only);

}  // namespace wherry::sim
