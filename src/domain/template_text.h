#pragma once

#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace wherry {

/// The variables of a template's text, {{1}} or {{first_name}}, in order of first appearance, each once.
std::vector<std::string> variables_of(std::string_view text);

using TemplateValues = std::map<std::string, std::string, std::less<>>;
/// The text with each known variable replaced.
std::string fill_variables(std::string_view text, const TemplateValues& values);

/// Calls visit(start, end, name) for each well-formed {{name}} of the text.
template <class Visit>
void each_variable(std::string_view text, Visit visit) {
  const auto is_plain = [](char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_'; };
  std::size_t at = 0;
  while ((at = text.find("{{", at)) != std::string_view::npos) {
    const auto close = text.find("}}", at + 2);
    if (close == std::string_view::npos) return;
    std::string_view name = text.substr(at + 2, close - at - 2);
    while (name.starts_with(' ')) name.remove_prefix(1);
    while (name.ends_with(' ')) name.remove_suffix(1);
    bool plain = !name.empty();
    for (const char c : name) plain = plain && is_plain(c);
    if (plain) visit(at, close + 2, name);
    at = plain ? close + 2 : at + 2;
  }
}

}  // namespace wherry
