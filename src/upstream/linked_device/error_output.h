#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/clock.h"

namespace wherry::linked {

/// What a transport writes for people, made fit for our log: lines of bounded length and number, without anything that may be a key, a token or a
/// phone number, whatever library wrote it.
class ErrorOutput {
 public:
  static constexpr std::size_t max_line = 300;  ///< bytes; the rest of a line is dropped
  static constexpr std::uint32_t max_lines = 20;  ///< in a window
  static constexpr milliseconds window{10'000};

  /// The lines that these bytes complete and that may be logged.
  std::vector<std::string> feed(std::string_view bytes, Timestamp now);
  /// Lines not given out because there were too many, since the last call.
  std::uint64_t take_dropped() { return std::exchange(dropped_, 0); }

 private:
  std::string line_;
  Timestamp window_from_;
  std::uint32_t in_window_ = 0;
  std::uint64_t dropped_ = 0;
};

/// The line with U+2026 for runs that may be secret: 20 or more characters of base64 or hex, 7 or more digits, dumps of buffers, and `?` for
/// bytes that are not printable ASCII.
std::string scrubbed(std::string_view line);

}  // namespace wherry::linked
