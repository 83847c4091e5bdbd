#include "services/access/key_style.h"

#include <array>

#include "base/random.h"

namespace wherry {

namespace {
constexpr std::string_view hex_digits = "0123456789abcdef";
constexpr std::uint32_t plenty = 1000;
}  // namespace

std::string KeyStyle::make() const { return std::string(start) + random_text(random_characters, alphabet); }

bool KeyStyle::matches(std::string_view key) const {
  return key.size() == start.size() + random_characters && key.starts_with(start) &&
         key.find_first_not_of(alphabet, start.size()) == std::string_view::npos;
}

std::span<const KeyStyle> key_styles() {
  static const RateLimits sixty{{60, seconds(60)}};
  static const RateLimits hundred_and_thousand{{100, seconds(60)}, {1000, std::chrono::hours(1)}};
  static const std::array<KeyStyle, 5> styles{{
      {"pipes", "pk_", 32, alphanumeric, 11, sixty, {}, plenty},
      {"pipes_app", "ak_", 32, alphanumeric, 11, sixty, {}, plenty},
      {"magpipe", "mgp_", 40, hex_digits, 8, {}, hundred_and_thousand, 10},
      {"pepipost", "", 32, hex_digits, 8, {}, {}, plenty},
      {"sessions", "wa_", 40, alphanumeric, 11, {}, {}, plenty},
  }};
  return styles;
}

const KeyStyle* find_key_style(std::string_view name) {
  for (const auto& style : key_styles()) {
    if (style.name == name) return &style;
  }
  return nullptr;
}

}  // namespace wherry
