#include "base/bytes.h"

#include <openssl/crypto.h>
#include <openssl/evp.h>

namespace wherry {

namespace {
int hex_digit(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

bool is_base64_character(char c) {
  return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '+' || c == '/';
}

// EVP_DecodeBlock tolerates white space and counts padding as zero bytes, so callers check the characters first.
void decode_groups(std::string_view groups, std::string& out) {
  const auto at = out.size();
  out.resize(at + groups.size() / 4 * 3);
  EVP_DecodeBlock(reinterpret_cast<unsigned char*>(out.data() + at), reinterpret_cast<const unsigned char*>(groups.data()),
                  static_cast<int>(groups.size()));
}
}  // namespace

std::string to_hex(std::span<const std::uint8_t> bytes) {
  static constexpr char digits[] = "0123456789abcdef";
  std::string text(bytes.size() * 2, '0');
  for (std::size_t i = 0; i < bytes.size(); ++i) {
    text[2 * i] = digits[bytes[i] >> 4];
    text[2 * i + 1] = digits[bytes[i] & 15];
  }
  return text;
}

std::optional<Bytes> from_hex(std::string_view text) {
  if (text.size() % 2 != 0) return std::nullopt;
  Bytes bytes(text.size() / 2);
  for (std::size_t i = 0; i < bytes.size(); ++i) {
    const int high = hex_digit(text[2 * i]);
    const int low = hex_digit(text[2 * i + 1]);
    if (high < 0 || low < 0) return std::nullopt;
    bytes[i] = static_cast<std::uint8_t>(high * 16 + low);
  }
  return bytes;
}

std::string to_base64(std::span<const std::uint8_t> bytes) {
  std::string text((bytes.size() + 2) / 3 * 4 + 1, '\0');
  const int length = EVP_EncodeBlock(reinterpret_cast<unsigned char*>(text.data()), bytes.data(), static_cast<int>(bytes.size()));
  text.resize(static_cast<std::size_t>(length));
  return text;
}

std::optional<Bytes> from_base64(std::string_view text) {
  Base64Decoder decoder;
  std::string out;
  if (!decoder.feed(text, out) || !decoder.finish(out)) return std::nullopt;
  return Bytes(out.begin(), out.end());
}

bool Base64Decoder::feed(std::string_view text, std::string& out) {
  std::size_t i = 0;
  while (i < text.size()) {
    if (held_count_ == 0 && !padded_) {
      // The fast road: whole groups without padding.
      std::size_t end = i;
      while (end < text.size() && is_base64_character(text[end])) ++end;
      std::size_t whole = (end - i) / 4 * 4;
      while (whole > 0) {
        const std::size_t take = std::min<std::size_t>(whole, 1 << 20);
        decode_groups(text.substr(i, take), out);
        i += take;
        whole -= take;
      }
      if (i >= text.size()) break;
    }
    const char c = text[i++];
    if (c == '=') {
      if (held_count_ < 2) return false;
      padded_ = true;
    } else if (padded_ || !is_base64_character(c)) {
      return false;
    }
    if (held_count_ == 4) return false;
    held_[held_count_++] = c;
    if (held_count_ == 4 && !padded_) {
      decode_groups(std::string_view(held_.data(), 4), out);
      held_count_ = 0;
    }
  }
  return true;
}

bool Base64Decoder::finish(std::string& out) {
  if (held_count_ == 0) return true;
  std::size_t significant = 0;
  while (significant < held_count_ && held_[significant] != '=') ++significant;
  if (significant < 2 || (padded_ && held_count_ != 4)) return false;
  for (std::size_t i = significant; i < 4; ++i) held_[i] = 'A';
  decode_groups(std::string_view(held_.data(), 4), out);
  out.resize(out.size() - (4 - significant));
  held_count_ = 0;
  return true;
}

bool constant_time_equal(std::string_view a, std::string_view b) {
  return a.size() == b.size() && CRYPTO_memcmp(a.data(), b.data(), a.size()) == 0;
}

bool is_clean_utf8(std::string_view text) {
  const auto* p = reinterpret_cast<const std::uint8_t*>(text.data());
  const auto* end = p + text.size();
  auto tail = [&](const std::uint8_t* q) { return q < end && (*q & 0xC0) == 0x80; };
  while (p < end) {
    const std::uint8_t c = *p;
    if (c == 0) return false;
    if (c < 0x80) {
      p += 1;
    } else if (c >= 0xC2 && c <= 0xDF) {
      if (!tail(p + 1)) return false;
      p += 2;
    } else if (c >= 0xE0 && c <= 0xEF) {
      if (!tail(p + 1) || !tail(p + 2)) return false;
      if ((c == 0xE0 && p[1] < 0xA0) || (c == 0xED && p[1] > 0x9F)) return false;
      p += 3;
    } else if (c >= 0xF0 && c <= 0xF4) {
      if (!tail(p + 1) || !tail(p + 2) || !tail(p + 3)) return false;
      if ((c == 0xF0 && p[1] < 0x90) || (c == 0xF4 && p[1] > 0x8F)) return false;
      p += 4;
    } else {
      return false;
    }
  }
  return true;
}

std::size_t count_code_points(std::string_view text) {
  std::size_t count = 0;
  for (const char c : text) count += (static_cast<unsigned char>(c) & 0xC0) != 0x80;
  return count;
}

std::string to_lower_ascii(std::string_view text) {
  std::string out(text);
  for (char& c : out) c = c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
  return out;
}

std::string to_upper_ascii(std::string_view text) {
  std::string out(text);
  for (char& c : out) c = c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c;
  return out;
}

}  // namespace wherry
