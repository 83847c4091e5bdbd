#pragma once

#include <string_view>

namespace wherry::http {

/// Whether a text that arrives in pieces, each checked by somebody else, ends between two characters.
class Utf8Tail {
 public:
  void feed(std::string_view piece) {
    constexpr std::size_t longest = 3;  // bytes of a character that may be missing its last
    if (piece.size() > longest) {
      missing_ = 0;
      piece.remove_prefix(piece.size() - longest);
    }
    for (const char c : piece) take(static_cast<unsigned char>(c));
  }
  bool complete() const { return missing_ == 0; }

 private:
  void take(unsigned char byte) {
    if (byte >= 0xf0) missing_ = 3;
    else if (byte >= 0xe0) missing_ = 2;
    else if (byte >= 0xc0) missing_ = 1;
    else if (byte < 0x80) missing_ = 0;
    else if (missing_ > 0) --missing_;
  }
  int missing_ = 0;
};

}  // namespace wherry::http
