#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "net/body.h"
#include "net/headers.h"

namespace wherry::http {

/// The head of one part of a multipart/form-data body (RFC 7578).
struct PartHead {
  std::string name;
  std::optional<std::string> file_name;
  std::string content_type;  ///< empty when the part has none
};

/// Reads multipart/form-data as it arrives, holding one piece at a time.
class MultipartReader {
 public:
  /// `content_type` is the request's header. Errors: invalid_argument when it is not multipart/form-data with a usable boundary.
  static Result<std::unique_ptr<MultipartReader>> create(std::string_view content_type, BodyReader& body);
  virtual ~MultipartReader() = default;
  /// The next part, nullopt after the closing boundary. Skips what is left of the current part.
  /// Errors: invalid_argument (broken framing, a part head over 8 KiB, more than 64 parts, body cut off), and those of the body.
  virtual Task<Result<std::optional<PartHead>>> next() = 0;
  /// The next piece of the current part's content, empty at its end. Valid until the next call.
  virtual Task<Result<std::string_view>> read() = 0;
};

}  // namespace wherry::http
