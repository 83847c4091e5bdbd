#include "simulator/graph/checks.h"

#include <boost/json/serialize.hpp>
#include <charconv>

#include "base/bytes.h"

namespace wherry::sim {

std::string ParamPath::text() const {
  if (!parent) return std::string(name);
  std::string whole = parent->text();
  if (index >= 0) return whole + "[" + std::to_string(index) + "]";
  return whole + "['" + std::string(name) + "']";
}

GraphError required(const ParamPath& path) { return parameter_error("The parameter " + path.text() + " is required."); }

GraphError missing(const ParamPath& path) { return graph_error(131008, "Missing required parameter: " + path.text()); }

GraphError not_valid(std::string details) { return graph_error(131009, std::move(details)); }

GraphError too_long(const ParamPath& path, std::size_t limit) {
  return parameter_error("Param " + path.text() + " must be at most " + std::to_string(limit) + " characters long.");
}

GraphError not_one_of(std::string_view name, std::string_view choices, std::string_view got) {
  return parameter_error("Param " + std::string(name) + " must be one of {" + std::string(choices) + "} - got \"" +
                         std::string(got.substr(0, 128)) + "\".");
}

Failure check_text(const json::object& in, const ParamPath& at, std::string_view name, std::size_t limit, Absent absent) {
  const auto* value = json::find(in, name);
  if (value && !value->is_string()) return parameter_error("Param " + at.child(name).text() + " must be a string.");
  if (!value || value->get_string().empty()) {
    if (absent == Absent::allowed) return std::nullopt;
    return absent == Absent::required_100 ? required(at.child(name)) : missing(at.child(name));
  }
  const std::string_view text = value->get_string();
  if (limit != 0 && text.size() > limit && count_code_points(text) > limit) return too_long(at.child(name), limit);
  return std::nullopt;
}

std::string_view text_of(const json::object& in, std::string_view name) { return json::find_string(in, name).value_or(""); }

std::string scalar_of(const json::object& in, std::string_view name) {
  const auto* value = json::find(in, name);
  if (!value) return {};
  if (value->is_string()) return std::string(value->get_string());
  return value->is_number() ? boost::json::serialize(*value) : std::string();
}

bool is_http_url(std::string_view text) {
  const auto scheme = text.find("://");
  if (scheme == std::string_view::npos) return false;
  const std::string_view name = text.substr(0, scheme), after = text.substr(scheme + 3);
  if (!http::equal_ignoring_case(name, "http") && !http::equal_ignoring_case(name, "https")) return false;
  if (after.empty() || after.front() == '/' || after.front() == '?' || after.front() == '#') return false;
  for (const char c : text) {
    if (c == ' ' || (c >= 0 && c < ' ')) return false;
  }
  return true;
}

std::optional<double> decimal_of(const json::object& in, std::string_view name) {
  const auto* value = json::find(in, name);
  if (!value) return std::nullopt;
  if (value->is_number()) return value->to_number<double>();
  if (!value->is_string()) return std::nullopt;
  const std::string_view text = value->get_string();
  double number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc{} || end != text.data() + text.size()) return std::nullopt;
  return number;
}

}  // namespace wherry::sim
