#pragma once

#include <boost/json/fwd.hpp>
#include <boost/json/object.hpp>
#include <boost/json/value.hpp>
#include <optional>
#include <string>
#include <string_view>

#include "base/result.h"

namespace wherry::json {

using boost::json::array;
using boost::json::object;
using boost::json::value;

/// Parses one JSON text. Depth at most `max_depth`, which is 64 when not given; trailing bytes, a BOM, invalid UTF-8, NaN and lone surrogates are refused.
/// Errors: invalid_argument.
Result<value> parse(std::string_view text, std::size_t max_depth);
Result<value> parse(std::string_view text);
std::string serialize(const value& value);

/// The member, or nullptr when it is absent or null.
const value* find(const object& parent, std::string_view name);
/// The member's text, or nullopt when it is absent, null or no string.
std::optional<std::string_view> find_string(const object& parent, std::string_view name);
const object* find_object(const object& parent, std::string_view name);
const array* find_array(const object& parent, std::string_view name);

}  // namespace wherry::json
