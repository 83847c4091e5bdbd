#pragma once

#include <string>
#include <string_view>

namespace wherry {

inline constexpr std::size_t longest_file_name = 240;

/// A name that is safe to show and to pass on: the last path segment, without control characters, broken UTF-8 or dots that
/// name a folder; cut to longest_file_name bytes before its extension. Empty when nothing is left.
std::string clean_file_name(std::string_view name);

}  // namespace wherry
