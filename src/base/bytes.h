#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace wherry {

using Bytes = std::vector<std::uint8_t>;

inline std::span<const std::uint8_t> as_bytes(std::string_view text) {
  return {reinterpret_cast<const std::uint8_t*>(text.data()), text.size()};
}

/// Lower-case hex.
std::string to_hex(std::span<const std::uint8_t> bytes);
/// Accepts upper and lower case.
std::optional<Bytes> from_hex(std::string_view text);

/// Standard base64 with padding.
std::string to_base64(std::span<const std::uint8_t> bytes);
/// Strict standard base64: padding optional but right if present, no white space, no URL alphabet.
std::optional<Bytes> from_base64(std::string_view text);

/// Decodes base64 that arrives in pieces, e.g. from a streaming JSON body. Same strictness as from_base64.
class Base64Decoder {
 public:
  /// Appends the decoded bytes to `out`. False when the text is not base64; the decoder is then spent.
  bool feed(std::string_view text, std::string& out);
  /// Call once at the end. False when the text stops in the middle of a group.
  bool finish(std::string& out);

 private:
  std::array<char, 4> held_{};
  std::size_t held_count_ = 0;
  bool padded_ = false;
};

/// Compares without telling by its duration where the first difference is. Lengths are not secret.
bool constant_time_equal(std::string_view a, std::string_view b);

/// Whether the text is well-formed UTF-8 without NUL (RFC 3629: no surrogates, no over-long forms).
bool is_clean_utf8(std::string_view text);
/// Unicode code points in a well-formed UTF-8 text.
std::size_t count_code_points(std::string_view text);
/// A-Z become a-z; every other byte stays.
std::string to_lower_ascii(std::string_view text);
/// a-z become A-Z; every other byte stays.
std::string to_upper_ascii(std::string_view text);

}  // namespace wherry
