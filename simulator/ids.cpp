#include "simulator/ids.h"

#include <algorithm>
#include <cstdio>

#include "base/bytes.h"

namespace wherry::sim {
namespace {

std::uint64_t mix(std::uint64_t x) {  // SplitMix64's finaliser
  x += 0x9e3779b97f4a7c15;
  x = (x ^ (x >> 30)) * 0xbf58476d1ce4e5b9;
  x = (x ^ (x >> 27)) * 0x94d049bb133111eb;
  return x ^ (x >> 31);
}

std::uint64_t hash_of(std::string_view text) {  // FNV-1a, then mixed: the same on every machine
  std::uint64_t hash = 0xcbf29ce484222325;
  for (const char c : text) hash = (hash ^ static_cast<unsigned char>(c)) * 0x100000001b3;
  return mix(hash);
}

constexpr char base64url[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
constexpr char upper_hex[] = "0123456789ABCDEF";

}  // namespace

std::uint64_t IdSource::draw(Kind kind, std::uint64_t count, std::uint64_t salt) const {
  return mix(mix(seed_ + 0x1000 * kind + salt) + count);
}

std::string IdSource::node() {
  // A step without a common factor with the modulus visits every id once.
  constexpr std::uint64_t smallest = 1'000'000'000'000'000, span = 9 * smallest, step = 7'919'431;
  const std::uint64_t count = next_[kind_node].fetch_add(1, std::memory_order_relaxed);
  return std::to_string(smallest + (mix(seed_) % span + count * step) % span);
}

std::string IdSource::message(Kind kind, std::string_view wa_id, bool outbound, std::size_t key_length) {
  const std::uint64_t count = next_[kind].fetch_add(1, std::memory_order_relaxed);
  wa_id = wa_id.substr(0, 120);
  std::array<char, 160> bytes;
  std::size_t size = 0;
  const auto put = [&](char c) { bytes[size++] = c; };
  put(0x1c);
  put(0x18);
  put(static_cast<char>(wa_id.size()));
  for (const char c : wa_id) put(c);
  put(0x15);
  put(0x02);
  put(0x00);
  put(outbound ? 0x11 : 0x12);
  put(0x18);
  put(static_cast<char>(key_length));
  std::size_t written = 0;
  if (!outbound) {
    put('3');
    put('A');
    written = 2;
  }
  std::uint64_t word = 0;
  for (std::size_t i = 0; written < key_length; ++i, ++written) {
    if (i % 16 == 0) word = draw(kind, count, 1 + i / 16);
    put(upper_hex[word & 15]);
    word >>= 4;
  }
  put(0x00);
  return "wamid." + to_base64(as_bytes(std::string_view(bytes.data(), size)));
}

std::string IdSource::outbound_message(std::string_view wa_id) { return message(kind_outbound, wa_id, true, 18); }
std::string IdSource::inbound_message(std::string_view wa_id) { return message(kind_inbound, wa_id, false, 20); }

std::string IdSource::call() {
  const std::uint64_t count = next_[kind_call].fetch_add(1, std::memory_order_relaxed);
  std::string id = "wacid.";
  for (std::uint64_t part = 0; part < 3; ++part) {
    std::uint64_t word = draw(kind_call, count, part);
    for (int i = 0; i < 8; ++i, word >>= 6) id += base64url[word & 63];
  }
  return id;
}

std::string IdSource::trace() {
  const std::uint64_t count = next_[kind_trace].fetch_add(1, std::memory_order_relaxed);
  std::string id(23, 'A');
  std::uint64_t word = 0;
  for (std::size_t i = 0; i < 22; ++i, word >>= 6) {
    if (i % 10 == 0) word = draw(kind_trace, count, i);
    id[i + 1] = base64url[word & 63];
  }
  return id;
}

std::string IdSource::hash() {
  const std::uint64_t count = next_[kind_hash].fetch_add(1, std::memory_order_relaxed);
  char text[33];
  std::snprintf(text, sizeof text, "%016llx%016llx", static_cast<unsigned long long>(draw(kind_hash, count, 1)),
                static_cast<unsigned long long>(draw(kind_hash, count, 2)));
  return text;
}

void IdSource::reset() {
  for (auto& counter : next_) counter.store(0);
}

std::string_view country_of(std::string_view digits) {
  struct Prefix {
    std::string_view calling_code, country;
  };
  static constexpr Prefix prefixes[] = {
      {"1", "US"},   {"7", "RU"},   {"20", "EG"},  {"27", "ZA"},  {"30", "GR"},  {"31", "NL"},  {"32", "BE"},  {"33", "FR"},  {"34", "ES"},
      {"36", "HU"},  {"39", "IT"},  {"40", "RO"},  {"41", "CH"},  {"43", "AT"},  {"44", "GB"},  {"45", "DK"},  {"46", "SE"},  {"47", "NO"},
      {"48", "PL"},  {"49", "DE"},  {"51", "PE"},  {"52", "MX"},  {"54", "AR"},  {"55", "BR"},  {"56", "CL"},  {"57", "CO"},  {"58", "VE"},
      {"60", "MY"},  {"61", "AU"},  {"62", "ID"},  {"63", "PH"},  {"64", "NZ"},  {"65", "SG"},  {"66", "TH"},  {"81", "JP"},  {"82", "KR"},
      {"84", "VN"},  {"86", "CN"},  {"90", "TR"},  {"91", "IN"},  {"92", "PK"},  {"94", "LK"},  {"212", "MA"}, {"213", "DZ"}, {"216", "TN"},
      {"233", "GH"}, {"234", "NG"}, {"254", "KE"}, {"351", "PT"}, {"353", "IE"}, {"358", "FI"}, {"380", "UA"}, {"420", "CZ"}, {"593", "EC"},
      {"852", "HK"}, {"880", "BD"}, {"886", "TW"}, {"966", "SA"}, {"971", "AE"}, {"972", "IL"}};
  for (const Prefix& prefix : prefixes) {
    if (digits.starts_with(prefix.calling_code)) return prefix.country;
  }
  return "ZZ";
}

// A BSUID is the wa_id behind a four-round Feistel network over two halves of ten decimal digits, keyed by the portfolio:
// unlike a table of issued ids it needs no memory and survives a reset.
namespace {

constexpr std::uint64_t half = 10'000'000'000;

std::uint64_t round_of(std::uint64_t key, unsigned round, std::uint64_t value) { return mix(key + round * 0x9e37 + mix(value)) % half; }

}  // namespace

std::string bsuid_of(std::string_view portfolio_id, std::string_view wa_id) {
  if (wa_id.empty() || wa_id.size() > 15 || !std::all_of(wa_id.begin(), wa_id.end(), [](char c) { return c >= '0' && c <= '9'; }))
    return {};
  std::uint64_t number = 0;
  for (const char c : wa_id) number = number * 10 + static_cast<std::uint64_t>(c - '0');
  const std::uint64_t key = hash_of(portfolio_id);
  std::uint64_t left = wa_id.size() * (half / 100) + number / half, right = number % half;  // 2 digits of length, 18 of number
  for (unsigned round = 0; round < 4; ++round) {
    const std::uint64_t next = (left + round_of(key, round, right)) % half;
    left = right;
    right = next;
  }
  char text[32];
  std::snprintf(text, sizeof text, "%.2s.%010llu%010llu", country_of(wa_id).data(), static_cast<unsigned long long>(left),
                static_cast<unsigned long long>(right));
  return text;
}

std::optional<std::string> wa_id_of_bsuid(std::string_view portfolio_id, std::string_view bsuid) {
  if (bsuid.size() != 23 || bsuid[2] != '.') return std::nullopt;
  std::uint64_t halves[2] = {0, 0};
  for (std::size_t i = 0; i < 20; ++i) {
    const char c = bsuid[3 + i];
    if (c < '0' || c > '9') return std::nullopt;
    halves[i / 10] = halves[i / 10] * 10 + static_cast<std::uint64_t>(c - '0');
  }
  const std::uint64_t key = hash_of(portfolio_id);
  std::uint64_t left = halves[0], right = halves[1];
  for (unsigned round = 4; round-- > 0;) {
    const std::uint64_t previous = (right + half - round_of(key, round, left)) % half;
    right = left;
    left = previous;
  }
  const std::uint64_t length = left / (half / 100), high = left % (half / 100);
  if (length == 0 || length > 15 || high > 99'999) return std::nullopt;
  std::string wa_id = std::to_string(high * half + right);
  if (wa_id.size() > length) return std::nullopt;
  wa_id.insert(0, length - wa_id.size(), '0');
  if (country_of(wa_id) != bsuid.substr(0, 2)) return std::nullopt;
  return wa_id;
}

}  // namespace wherry::sim
