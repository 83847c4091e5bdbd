#include "simulator/graph/template_text.h"

#include <algorithm>

#include "net/headers.h"

namespace wherry::sim {
namespace {

bool is_blank(std::string_view text) {
  return std::all_of(text.begin(), text.end(), [](char c) { return c == ' ' || c == '\n' || c == '\t'; });
}

}  // namespace

bool are_positional(const std::vector<std::string>& variables) {
  for (std::size_t i = 1; i <= variables.size(); ++i) {
    if (std::find(variables.begin(), variables.end(), std::to_string(i)) == variables.end()) return false;
  }
  return true;
}

bool has_edge_variable(std::string_view text) {
  bool edge = false;
  each_variable(text, [&](std::size_t start, std::size_t end, std::string_view) {
    edge = edge || is_blank(text.substr(0, start)) || is_blank(text.substr(end));
  });
  return edge;
}

bool has_adjacent_variables(std::string_view text) {
  bool adjacent = false;
  std::size_t previous = std::string_view::npos;
  each_variable(text, [&](std::size_t start, std::size_t end, std::string_view) {
    adjacent = adjacent || (previous != std::string_view::npos && is_blank(text.substr(previous, start - previous)));
    previous = end;
  });
  return adjacent;
}

const json::object* find_component(const json::array& components, std::string_view type) {
  for (const auto& value : components) {
    const auto* component = value.if_object();
    if (component && http::equal_ignoring_case(json::find_string(*component, "type").value_or(""), type)) return component;
  }
  return nullptr;
}

}  // namespace wherry::sim
