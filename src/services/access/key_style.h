#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>

#include "domain/rate_limit.h"

namespace wherry {

/// What the keys of one front door look like, and what holds for them unless an operator says otherwise.
struct KeyStyle {
  std::string_view name;
  std::string_view start;        ///< how every key begins
  std::size_t random_characters;
  std::string_view alphabet;
  std::size_t shown;             ///< first characters that are kept, shown in lists and used to find the key
  RateLimits key_limits;         ///< of each key
  RateLimits tenant_limits;      ///< of all keys of a tenant together
  std::uint32_t most_active;     ///< keys of a tenant that work at once

  std::string make() const;
  /// Whether the text can be a key; what cannot never reaches the store.
  bool matches(std::string_view key) const;
  std::string prefix_of(std::string_view key) const { return std::string(key.substr(0, shown)); }
};

std::span<const KeyStyle> key_styles();
/// nullptr when there is none of that name.
const KeyStyle* find_key_style(std::string_view name);

}  // namespace wherry
