#include <array>

#include "net/egress.h"

namespace wherry::http {

namespace {

using V4 = boost::asio::ip::address_v4;
using V6 = boost::asio::ip::address_v6;

struct Block4 {
  std::uint32_t network;
  int length;
};
constexpr std::uint32_t quad(unsigned a, unsigned b, unsigned c, unsigned d) { return a << 24 | b << 16 | c << 8 | d; }
constexpr Block4 closed_v4[] = {
    {quad(0, 0, 0, 0), 8},          {quad(10, 0, 0, 0), 8},     {quad(100, 64, 0, 0), 10}, {quad(127, 0, 0, 0), 8},
    {quad(169, 254, 0, 0), 16},     {quad(172, 16, 0, 0), 12},  {quad(192, 0, 0, 0), 24},  {quad(192, 0, 2, 0), 24},
    {quad(192, 88, 99, 0), 24},     {quad(192, 168, 0, 0), 16}, {quad(198, 18, 0, 0), 15}, {quad(198, 51, 100, 0), 24},
    {quad(203, 0, 113, 0), 24},     {quad(224, 0, 0, 0), 4},    {quad(240, 0, 0, 0), 4},   {quad(168, 63, 129, 16), 32},
    {quad(100, 100, 100, 200), 32},
};

bool is_public(const V4& address) {
  const std::uint32_t value = address.to_uint();
  for (const auto& block : closed_v4) {
    const std::uint32_t mask = 0xffffffffU << (32 - block.length);
    if ((value & mask) == (block.network & mask)) return false;
  }
  return true;
}

struct Block6 {
  std::array<std::uint8_t, 16> network;
  int length;
};
// Outside 2000::/3 nothing is assigned to the public Internet; inside it these are not, or lead elsewhere.
constexpr Block6 closed_v6[] = {
    {{0x20, 0x01, 0x00, 0x00}, 23},              // protocol assignments, with Teredo 2001::/32 and benchmarking
    {{0x20, 0x01, 0x0d, 0xb8}, 32},              // documentation
    {{0x20, 0x02}, 16},                          // 6to4 carries an IPv4 address
    {{0x3f, 0xff}, 20},                          // documentation
};

bool inside(const V6::bytes_type& bytes, const Block6& block) {
  for (int bit = 0; bit < block.length; ++bit) {
    const auto at = static_cast<std::size_t>(bit / 8);
    const int shift = 7 - bit % 8;
    if (((bytes[at] ^ block.network[at]) >> shift) & 1) return false;
  }
  return true;
}

// The IPv4 address in the last 32 bits.
V4 embedded(const V6::bytes_type& bytes) { return V4(V4::bytes_type{bytes[12], bytes[13], bytes[14], bytes[15]}); }

bool is_public(const V6& address) {
  const auto bytes = address.to_bytes();
  if (address.scope_id() != 0) return false;
  const Block6 mapped{{0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff}, 96};
  const Block6 nat64{{0x00, 0x64, 0xff, 0x9b}, 96};
  if (inside(bytes, mapped) || inside(bytes, nat64)) return is_public(embedded(bytes));
  if ((bytes[0] & 0xe0) != 0x20) return false;
  for (const auto& block : closed_v6) {
    if (inside(bytes, block)) return false;
  }
  return true;
}

}  // namespace

bool is_public_address(const IpAddress& address) { return address.is_v4() ? is_public(address.to_v4()) : is_public(address.to_v6()); }

}  // namespace wherry::http
