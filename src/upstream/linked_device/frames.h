#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "base/json.h"

namespace wherry::linked {

inline constexpr int protocol_version = 1;

/// Limits of docs/formats/linked-device.md, section 2.
inline constexpr std::size_t max_line_bytes = 1 << 20;  ///< LF included
inline constexpr std::size_t max_blob_bytes = 8 << 20;
inline constexpr std::size_t max_nesting = 32;
inline constexpr std::size_t max_open_requests = 1024;  ///< each way

/// One frame of the protocol: a line and the bytes that follow it.
struct Frame {
  json::object line;
  std::string blob;      ///< empty: none
  std::size_t size = 0;  ///< bytes it took on the wire
};

/// The bytes of a frame; a `blob` member of the line is overwritten. Errors: too_large (line or blob).
Result<std::string> write_frame(json::object line, std::string_view blob);

/// Cuts a stream of bytes into frames, whatever pieces it comes in.
class FrameReader {
 public:
  void feed(std::string_view bytes) { held_.append(bytes); }
  /// The next complete frame; nullopt: more bytes are needed. Errors: invalid_argument (not a frame, or beyond a limit: the message says what);
  /// the stream cannot be read on after that.
  Result<std::optional<Frame>> next();

 private:
  Result<void> read_line();
  void discard_used();

  std::string held_;
  std::size_t at_ = 0;  ///< what is before it was given out
  std::size_t searched_ = 0;  ///< no LF from at_ to here
  std::optional<Frame> begun_;  ///< its blob is still coming
  std::size_t blob_size_ = 0;
};

}  // namespace wherry::linked
