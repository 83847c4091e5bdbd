#include "net/field_value.h"

#include <algorithm>

namespace wherry::http {

namespace {

std::string_view trim(std::string_view text) {
  const auto first = text.find_first_not_of(" \t");
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(" \t") - first + 1);
}

std::string lower(std::string_view text) {
  std::string out(text);
  for (auto& c : out) {
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c + ('a' - 'A'));
  }
  return out;
}

/// Takes a quoted string from the front of `text`.
std::optional<std::string> take_quoted(std::string_view& text) {
  std::string out;
  for (std::size_t i = 1; i < text.size(); ++i) {
    if (text[i] == '"') {
      text.remove_prefix(i + 1);
      return out;
    }
    const bool escape = text[i] == '\\' && i + 1 < text.size() && (text[i + 1] == '"' || text[i + 1] == '\\');
    if (escape) ++i;
    out.push_back(text[i]);
  }
  return std::nullopt;
}

}  // namespace

const std::string* ParameterizedValue::find(std::string_view name) const {
  for (const auto& [key, value] : parameters) {
    if (key == name) return &value;
  }
  return nullptr;
}

std::optional<ParameterizedValue> parse_parameterized(std::string_view text) {
  ParameterizedValue parsed;
  const auto first = text.find(';');
  parsed.main = lower(trim(text.substr(0, first)));
  if (parsed.main.empty()) return std::nullopt;
  text.remove_prefix(std::min(first, text.size()));
  while (!text.empty()) {
    text.remove_prefix(1);  // the semicolon
    const auto end = text.find_first_of("=;");
    const auto name = lower(trim(text.substr(0, end)));
    if (end == std::string_view::npos || text[end] == ';') {
      if (!name.empty()) return std::nullopt;  // an empty parameter is a stray semicolon
      text.remove_prefix(std::min(end, text.size()));
      continue;
    }
    if (name.empty() || parsed.find(name)) return std::nullopt;
    text = text.substr(end + 1);
    text.remove_prefix(std::min(text.find_first_not_of(" \t"), text.size()));
    if (text.starts_with('"')) {
      auto value = take_quoted(text);
      if (!value) return std::nullopt;
      parsed.parameters.emplace_back(name, std::move(*value));
      const auto next = text.find(';');
      if (!trim(text.substr(0, next)).empty()) return std::nullopt;
      text.remove_prefix(std::min(next, text.size()));
    } else {
      const auto next = text.find(';');
      parsed.parameters.emplace_back(name, trim(text.substr(0, next)));
      text.remove_prefix(std::min(next, text.size()));
    }
  }
  return parsed;
}

}  // namespace wherry::http
