#pragma once

#include <string>
#include <string_view>

namespace wherry {

/// How many first bytes decide a file's type.
inline constexpr std::size_t sniff_bytes = 64 * 1024;

/// What content looks like by its first bytes, e.g. "image/png"; "application/octet-stream" when unknown. Threads: any.
/// Source: libmagic and its system database, one handle per thread.
std::string sniff_type(std::string_view first_bytes);

}  // namespace wherry
