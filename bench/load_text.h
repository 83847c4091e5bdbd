#pragma once

#include <algorithm>
#include <charconv>
#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace bench {

/// What a generated message says: whose it is, which of theirs, and when it was due, by the machine's monotonic clock.
struct LoadText {
  std::uint64_t conversation = 0;
  std::uint64_t number = 0;
  std::int64_t due_ns = 0;

  std::string text() const { return std::to_string(conversation) + " " + std::to_string(number) + " " + std::to_string(due_ns); }

  static std::optional<LoadText> parse(std::string_view text) {
    LoadText load;
    const auto* at = text.data();
    const auto* end = at + text.size();
    const auto take = [&](auto& value) {
      while (at < end && *at == ' ') ++at;
      const auto read = std::from_chars(at, end, value);
      at = read.ptr;
      return read.ec == std::errc();
    };
    if (!take(load.conversation) || !take(load.number) || !take(load.due_ns)) return std::nullopt;
    return load;
  }
};

inline std::int64_t now_ns() { return std::chrono::steady_clock::now().time_since_epoch().count(); }
inline float milliseconds_since(std::int64_t then_ns) { return static_cast<float>(now_ns() - then_ns) / 1e6F; }

inline double percentile(std::vector<float> values, double part) {
  if (values.empty()) return 0;
  const auto at = std::min(values.size() - 1, static_cast<std::size_t>(part * static_cast<double>(values.size())));
  std::nth_element(values.begin(), values.begin() + static_cast<std::ptrdiff_t>(at), values.end());
  return values[at];
}

}  // namespace bench
