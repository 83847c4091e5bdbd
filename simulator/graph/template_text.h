#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/json.h"
#include "domain/template_text.h"

namespace wherry::sim {

/// Whether every variable is a number: 1, 2, 3 … without gaps.
bool are_positional(const std::vector<std::string>& variables);

/// Whether the text begins or ends with a variable (punctuation and space aside it does not count as text).
bool has_edge_variable(std::string_view text);
bool has_adjacent_variables(std::string_view text);

/// The component of a type, compared without regard to case; null when there is none.
const json::object* find_component(const json::array& components, std::string_view type);

}  // namespace wherry::sim
