#include "api/pipes/byte_range.h"

#include <algorithm>
#include <charconv>
#include <optional>

#include "net/headers.h"

namespace wherry::api::pipes {

namespace {

std::string_view trim(std::string_view text) {
  while (!text.empty() && (text.front() == ' ' || text.front() == '\t')) text.remove_prefix(1);
  while (!text.empty() && (text.back() == ' ' || text.back() == '\t')) text.remove_suffix(1);
  return text;
}

// Digits only; a number beyond 64 bits is as good as the largest.
std::optional<std::uint64_t> number(std::string_view text) {
  if (text.empty() || text.find_first_not_of("0123456789") != std::string_view::npos) return std::nullopt;
  std::uint64_t value = 0;
  const auto read = std::from_chars(text.data(), text.data() + text.size(), value);
  return read.ec == std::errc() ? value : UINT64_MAX;
}

}  // namespace

RangeChoice choose_range(std::string_view header, std::uint64_t size) {
  const auto equals = header.find('=');
  if (equals == std::string_view::npos || !http::equal_ignoring_case(trim(header.substr(0, equals)), "bytes")) return WholeFile{};
  const auto spec = trim(header.substr(equals + 1));
  const auto dash = spec.find('-');
  if (dash == std::string_view::npos || spec.find(',') != std::string_view::npos) return WholeFile{};
  const auto first_text = trim(spec.substr(0, dash));
  const auto last_text = trim(spec.substr(dash + 1));

  if (first_text.empty()) {
    const auto suffix = number(last_text);
    if (!suffix) return WholeFile{};
    if (*suffix == 0 || size == 0) return UnsatisfiableRange{};
    const auto length = std::min(*suffix, size);
    return ByteRange{size - length, length};
  }
  const auto first = number(first_text);
  if (!first) return WholeFile{};
  std::uint64_t last = UINT64_MAX;
  if (!last_text.empty()) {
    const auto given = number(last_text);
    if (!given || *given < *first) return WholeFile{};
    last = *given;
  }
  if (*first >= size) return UnsatisfiableRange{};
  return ByteRange{*first, std::min(last, size - 1) - *first + 1};
}

}  // namespace wherry::api::pipes
