#include "base/random.h"

#include <openssl/rand.h>

#include <array>
#include <cstring>
#include <stdexcept>

namespace wherry {

namespace {
void fill_from_openssl(std::span<std::uint8_t> out) {
  if (RAND_bytes(out.data(), static_cast<int>(out.size())) != 1) throw std::runtime_error("no random bytes from OpenSSL");
}
}  // namespace

void fill_random(std::span<std::uint8_t> out) {
  // RAND_bytes costs about a microsecond a call: small requests share one refill per thread.
  thread_local std::array<std::uint8_t, 1024> pool;
  thread_local std::size_t used = pool.size();
  if (out.size() > pool.size() / 4) return fill_from_openssl(out);
  if (pool.size() - used < out.size()) {
    fill_from_openssl(pool);
    used = 0;
  }
  std::memcpy(out.data(), pool.data() + used, out.size());
  std::memset(pool.data() + used, 0, out.size());
  used += out.size();
}

std::string random_text(std::size_t length, std::string_view alphabet) {
  const unsigned limit = 256U - 256U % static_cast<unsigned>(alphabet.size());  // reject the uneven tail
  std::string text;
  while (text.size() < length) {
    std::uint8_t byte = 0;
    fill_random(std::span(&byte, 1));
    if (byte < limit) text += alphabet[byte % alphabet.size()];
  }
  return text;
}

std::uint64_t SeededRandom::next() {
  state_ += 0x9e3779b97f4a7c15ULL;
  std::uint64_t z = state_;
  z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9ULL;
  z = (z ^ (z >> 27)) * 0x94d049bb133111ebULL;
  return z ^ (z >> 31);
}

std::uint64_t SeededRandom::below(std::uint64_t bound) {
  if (bound == 0) return 0;
  const std::uint64_t limit = UINT64_MAX - UINT64_MAX % bound;
  std::uint64_t value = next();
  while (value >= limit) value = next();
  return value % bound;
}

double SeededRandom::unit() { return static_cast<double>(next() >> 11) / 9007199254740992.0; }

}  // namespace wherry
