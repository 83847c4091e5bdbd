#pragma once

#include <cstdint>
#include <string_view>
#include <variant>

namespace wherry::api::pipes {

/// All of it: no range was asked for, or one that may be ignored (several ranges, another unit, bad syntax).
struct WholeFile {
  bool operator==(const WholeFile&) const = default;
};
struct ByteRange {
  std::uint64_t offset = 0;
  std::uint64_t length = 0;
  bool operator==(const ByteRange&) const = default;
};
/// No byte of the file is in the range: 416.
struct UnsatisfiableRange {
  bool operator==(const UnsatisfiableRange&) const = default;
};
using RangeChoice = std::variant<WholeFile, ByteRange, UnsatisfiableRange>;

/// What a Range header asks of a file of `size` bytes. Source: RFC 9110 section 14.
RangeChoice choose_range(std::string_view header, std::uint64_t size);

}  // namespace wherry::api::pipes
