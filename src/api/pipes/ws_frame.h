#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "api/pipes/media_value.h"

namespace wherry::api::pipes {

inline constexpr std::uint64_t ws_file_limit = 50ull << 20;   ///< bytes of a file in a frame
inline constexpr std::uint64_t ws_frame_limit = 72ull << 20;  ///< that as base64, and room for the rest

/// One string of a client's frame. Null counts as absent.
struct FrameField {
  std::optional<std::string> text;
  bool wrong = false;  ///< no string, given twice, or longer than anything good

  bool empty() const { return !wrong && (!text || text->empty()); }
  bool present() const { return !wrong && text && !text->empty(); }
};

/// A client's frame, taken apart but not judged.
struct ClientFrame {
  FrameField type, conversation_id, pool_number_id, to_number, text, message_id, emoji, mime_type, file_name;
  std::unique_ptr<MediaValue> file;   ///< where data.media.data went; nullptr when there was none
  std::optional<Error> file_trouble;  ///< it was not base64, or too large
};

/// Parses a frame as it arrives, in bounded memory: base64 goes straight to a temporary file.
class FrameParser {
 public:
  explicit FrameParser(MediaService& media);
  ~FrameParser();
  void feed(std::string_view piece);
  /// nullopt when the message was no JSON object.
  std::optional<ClientFrame> finish();

 private:
  struct Parser;
  std::unique_ptr<Parser> parser_;
  bool broken_ = false;
};

}  // namespace wherry::api::pipes
