#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/json.h"
#include "simulator/graph/call.h"

namespace wherry::sim {

/// Where a parameter stands, for error texts: text['body'], interactive['action']['buttons'][0]. Built only when something is wrong.
struct ParamPath {
  const ParamPath* parent = nullptr;
  std::string_view name;
  int index = -1;

  ParamPath child(std::string_view key) const { return {this, key, -1}; }
  ParamPath at(std::size_t i) const { return {this, {}, static_cast<int>(i)}; }
  std::string text() const;
};

/// 100 "The parameter x is required."
GraphError required(const ParamPath& path);
/// 131008, for values nested deeper.
GraphError missing(const ParamPath& path);
/// 131009 with this sentence.
GraphError not_valid(std::string details);
/// 100 "Param x must be at most N characters long."
GraphError too_long(const ParamPath& path, std::size_t limit);
/// 100 "Param x must be one of {…} - got "y"."
GraphError not_one_of(std::string_view name, std::string_view choices, std::string_view got);

/// What is wrong when a text is absent.
enum class Absent { allowed, required_100, missing_131008 };

/// A text member: presence, kind, length in characters (limit 0: none). An empty text counts as absent.
Failure check_text(const json::object& in, const ParamPath& at, std::string_view name, std::size_t limit, Absent absent);

/// The text of a member; empty when absent.
std::string_view text_of(const json::object& in, std::string_view name);
/// A text or a number as text.
std::string scalar_of(const json::object& in, std::string_view name);
bool is_http_url(std::string_view text);
/// The decimal number in a JSON number or a numeric text.
std::optional<double> decimal_of(const json::object& in, std::string_view name);

}  // namespace wherry::sim
