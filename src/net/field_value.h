#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace wherry::http {

/// A field value of the form `main; name=value; name="quoted"`, as in Content-Type and Content-Disposition.
struct ParameterizedValue {
  std::string main;                                           ///< lower case
  std::vector<std::pair<std::string, std::string>> parameters;  ///< names in lower case, values without quotes

  const std::string* find(std::string_view name) const;
};

/// In quotes `\"` and `\\` are escapes, any other backslash stands for itself (browsers have sent paths unescaped).
/// nullopt on broken syntax or a parameter given twice.
std::optional<ParameterizedValue> parse_parameterized(std::string_view text);

}  // namespace wherry::http
