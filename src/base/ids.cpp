#include "base/ids.h"

#include <algorithm>
#include <atomic>
#include <cstring>

#include "base/bytes.h"
#include "base/random.h"

namespace wherry {

namespace {

constexpr std::string_view base32_alphabet = "0123456789abcdefghjkmnpqrstvwxyz";
constexpr std::string_view media_alphabet = "-0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ_abcdefghijklmnopqrstuvwxyz";
constexpr std::size_t base32_length = 26;
constexpr std::size_t media_length = 21;

// Reads `width` bits of the 128 that begin at bit `from` (the first is the most significant); past the end reads zeros.
unsigned bits_at(const RawId& id, std::size_t from, std::size_t width) {
  unsigned value = 0;
  for (std::size_t i = from; i < from + width; ++i) {
    const unsigned bit = i < 128 ? (id.bytes[i / 8] >> (7 - i % 8)) & 1U : 0U;
    value = (value << 1) | bit;
  }
  return value;
}

void put_bits(RawId& id, std::size_t from, std::size_t width, unsigned value) {
  for (std::size_t k = 0; k < width; ++k) {
    const std::size_t i = from + k;
    if (i < 128 && ((value >> (width - 1 - k)) & 1U)) id.bytes[i / 8] |= static_cast<std::uint8_t>(1U << (7 - i % 8));
  }
}

std::string encode(const RawId& id, std::string_view alphabet, std::size_t width, std::size_t length) {
  std::string text(length, '0');
  for (std::size_t i = 0; i < length; ++i) text[i] = alphabet[bits_at(id, i * width, width)];
  return text;
}

// Strict: the unused low bits of the last character must be zero, so that one id has one text.
std::optional<RawId> decode(std::string_view text, std::string_view alphabet, std::size_t width, std::size_t length) {
  if (text.size() != length) return std::nullopt;
  RawId id;
  for (std::size_t i = 0; i < length; ++i) {
    const auto digit = alphabet.find(text[i]);
    if (digit == std::string_view::npos) return std::nullopt;
    put_bits(id, i * width, width, static_cast<unsigned>(digit));
  }
  if (encode(id, alphabet, width, length) != text) return std::nullopt;
  return id;
}

// Counts the ids of one millisecond, from a random start in the lower half of twelve bits, so that they sort in the order in which they were made.
unsigned place_in_millisecond(std::uint64_t millis, unsigned random) {
  constexpr unsigned bits = 12, lower_half = 0x7ff;
  static std::atomic<std::uint64_t> last{0};
  auto seen = last.load();
  while (true) {
    const auto fresh = millis << bits | (random & lower_half);
    const auto next = (seen + 1) >> bits == millis && seen >> bits == millis ? seen + 1 : fresh;
    if (last.compare_exchange_weak(seen, next)) return static_cast<unsigned>(next & 0xfffU);
  }
}

}  // namespace

RawId make_raw_id(Timestamp now) {
  RawId id;
  const auto millis = static_cast<std::uint64_t>(to_unix_millis(now));
  for (int i = 0; i < 6; ++i) id.bytes[static_cast<std::size_t>(i)] = static_cast<std::uint8_t>(millis >> (40 - 8 * i));
  fill_random(std::span(id.bytes).subspan(6));
  const auto place = place_in_millisecond(millis, static_cast<unsigned>(id.bytes[6]) << 8 | id.bytes[7]);
  id.bytes[6] = static_cast<std::uint8_t>(place >> 8 | 0x70U);  // version 7
  id.bytes[7] = static_cast<std::uint8_t>(place);
  id.bytes[8] = static_cast<std::uint8_t>((id.bytes[8] & 0x3fU) | 0x80U);  // the variant of RFC 9562
  return id;
}

std::string to_uuid(const RawId& id) {
  auto text = to_hex(id.bytes);
  for (const std::size_t dash : {20U, 16U, 12U, 8U}) text.insert(dash, 1, '-');
  return text;
}

std::optional<RawId> from_uuid(std::string_view text) {
  if (text.size() != 36) return std::nullopt;
  std::string digits;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const bool dash = i == 8 || i == 13 || i == 18 || i == 23;
    if (dash != (text[i] == '-')) return std::nullopt;
    if (!dash) digits.push_back(text[i]);
  }
  const auto bytes = from_hex(digits);
  if (!bytes) return std::nullopt;
  RawId id;
  std::copy(bytes->begin(), bytes->end(), id.bytes.begin());
  return id;
}

std::string to_base32(const RawId& id) { return encode(id, base32_alphabet, 5, base32_length); }
std::optional<RawId> from_base32(std::string_view text) { return decode(text, base32_alphabet, 5, base32_length); }

MediaId MediaId::make(Timestamp now) {
  auto id = make_raw_id(now);
  id.bytes[15] &= 0xfcU;  // 21 characters hold 126 bits
  return MediaId{id};
}

std::optional<MediaId> MediaId::parse(std::string_view text) {
  auto raw = decode(text, media_alphabet, 6, media_length);
  if (!raw) return std::nullopt;
  return MediaId{*raw};
}

bool MediaId::looks_like(std::string_view text) {
  return text.size() == media_length && text.find_first_not_of(media_alphabet) == std::string_view::npos;
}

std::string MediaId::text() const { return encode(raw, media_alphabet, 6, media_length); }

std::size_t RawIdHash::operator()(const RawId& id) const {
  std::uint64_t low = 0;  // the random half
  std::memcpy(&low, id.bytes.data() + 8, 8);
  return static_cast<std::size_t>(low);
}

}  // namespace wherry
