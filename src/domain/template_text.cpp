#include "domain/template_text.h"

#include <algorithm>

namespace wherry {

std::vector<std::string> variables_of(std::string_view text) {
  std::vector<std::string> names;
  each_variable(text, [&](std::size_t, std::size_t, std::string_view name) {
    if (std::find(names.begin(), names.end(), name) == names.end()) names.emplace_back(name);
  });
  return names;
}

std::string fill_variables(std::string_view text, const TemplateValues& values) {
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

}  // namespace wherry
