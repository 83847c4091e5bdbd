#include "base/json.h"

#include <boost/json/parse.hpp>
#include <boost/json/parse_options.hpp>
#include <boost/json/serialize.hpp>

namespace wherry::json {

Result<value> parse(std::string_view text, std::size_t max_depth) {
  boost::json::parse_options options;
  options.max_depth = max_depth;
  boost::system::error_code failure;
  auto parsed = boost::json::parse(boost::json::string_view(text.data(), text.size()), failure, {}, options);
  if (failure) return Error{ErrorCode::invalid_argument, "the body is not valid JSON", failure.message()};
  return parsed;
}

Result<value> parse(std::string_view text) { return parse(text, 64); }

std::string serialize(const value& value) { return boost::json::serialize(value); }

const value* find(const object& parent, std::string_view name) {
  const auto* member = parent.if_contains(boost::json::string_view(name.data(), name.size()));
  return member == nullptr || member->is_null() ? nullptr : member;
}

std::optional<std::string_view> find_string(const object& parent, std::string_view name) {
  const auto* member = find(parent, name);
  if (member == nullptr || !member->is_string()) return std::nullopt;
  const auto& text = member->get_string();
  return std::string_view(text.data(), text.size());
}

const object* find_object(const object& parent, std::string_view name) {
  const auto* member = find(parent, name);
  return member == nullptr ? nullptr : member->if_object();
}

const array* find_array(const object& parent, std::string_view name) {
  const auto* member = find(parent, name);
  return member == nullptr ? nullptr : member->if_array();
}

}  // namespace wherry::json
