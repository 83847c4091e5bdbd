#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>

namespace wherry {

/// Cryptographically strong random bytes. Threads: any.
void fill_random(std::span<std::uint8_t> out);

/// `length` characters drawn evenly from `alphabet` (at most 256 characters).
std::string random_text(std::size_t length, std::string_view alphabet);

inline constexpr std::string_view alphanumeric = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";

/// A seeded generator for jitter and simulations (SplitMix64). Not for secrets. Threads: one.
class SeededRandom {
 public:
  explicit SeededRandom(std::uint64_t seed) : state_(seed) {}
  std::uint64_t next();
  /// Even in [0, bound); 0 when bound is 0.
  std::uint64_t below(std::uint64_t bound);
  /// Even in [0, 1).
  double unit();

 private:
  std::uint64_t state_;
};

}  // namespace wherry
