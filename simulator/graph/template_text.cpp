#include "simulator/graph/template_text.h"

#include <algorithm>

#include "net/headers.h"

namespace wherry::sim {
namespace {

/// Calls visit(start, end, name) for each well-formed {{name}}.
template <class Visit>
void each_variable(std::string_view text, Visit visit) {
  std::size_t at = 0;
  while ((at = text.find("{{", at)) != std::string_view::npos) {
    const auto close = text.find("}}", at + 2);
    if (close == std::string_view::npos) return;
    std::string_view name = text.substr(at + 2, close - at - 2);
    while (name.starts_with(' ')) name.remove_prefix(1);
    while (name.ends_with(' ')) name.remove_suffix(1);
    const bool plain = !name.empty() && std::all_of(name.begin(), name.end(), [](char c) {
      return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_';
    });
    if (plain) visit(at, close + 2, name);
    at = plain ? close + 2 : at + 2;
  }
}

bool is_blank(std::string_view text) {
  return std::all_of(text.begin(), text.end(), [](char c) { return c == ' ' || c == '\n' || c == '\t'; });
}

}  // namespace

std::vector<std::string> variables_of(std::string_view text) {
  std::vector<std::string> names;
  each_variable(text, [&](std::size_t, std::size_t, std::string_view name) {
    if (std::find(names.begin(), names.end(), name) == names.end()) names.emplace_back(name);
  });
  return names;
}

std::string fill_variables(std::string_view text, const std::map<std::string, std::string, std::less<>>& values) {
  std::string filled;
  std::size_t copied = 0;
  each_variable(text, [&](std::size_t start, std::size_t end, std::string_view name) {
    filled.append(text.substr(copied, start - copied));
    const auto value = values.find(name);
    filled.append(value == values.end() ? text.substr(start, end - start) : std::string_view(value->second));
    copied = end;
  });
  filled.append(text.substr(copied));
  return filled;
}

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
