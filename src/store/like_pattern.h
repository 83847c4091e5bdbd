#pragma once

#include <string>
#include <string_view>

namespace wherry::store {

/// Of LIKE, for what contains `search`; empty for an empty one. What LIKE gives a meaning to is left out: it cannot be searched for.
inline std::string like_pattern(std::string_view search) {
  if (search.empty()) return {};
  std::string text = "%";
  for (const char c : search) {
    if (c != '%' && c != '_') text.push_back(c);
  }
  return text + "%";
}

}  // namespace wherry::store
