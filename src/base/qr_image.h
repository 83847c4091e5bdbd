#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace wherry {

/// A QR code (ISO/IEC 18004, error correction level M) of the smallest size that holds the text.
class QrImage {
 public:
  /// Errors: invalid_argument (empty, a NUL in it, or more than a code of any size holds: some 2,300 bytes).
  static Result<QrImage> of(std::string_view text);

  /// Modules along one side, without the quiet zone.
  int size() const { return size_; }
  bool dark(int x, int y) const;

  /// Two modules a character, for dark and bright terminals alike: colours are set and reset in every line (ECMA-48).
  std::string terminal() const;
  /// A document of `pixels` a side, drawn as one path.
  std::string svg(int pixels = 320) const;
  /// An 8-bit grey image of at least `pixels` a side: every module is a whole number of them. Errors: internal.
  Result<std::string> png(int pixels = 320) const;

  static constexpr int quiet_zone = 4;  ///< modules around the code that stay bright; the standard asks for them

 private:
  QrImage(int size, std::vector<bool> modules) : size_(size), modules_(std::move(modules)) {}
  int size_;
  std::vector<bool> modules_;
};

}  // namespace wherry
