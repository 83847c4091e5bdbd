#pragma once

#include <optional>
#include <string>

#include "api/pipes/streamed_object.h"
#include "base/bytes.h"
#include "services/media/media_service.h"

namespace wherry::api::pipes {

/// The value of a `media` or `data` member as it arrives. What it is shows in its first characters: base64 then goes straight
/// to the disk, a URL or an id is kept.
class MediaValue final : public TextSink {
 public:
  enum class Accepts { anything, base64_only };
  enum class Kind { empty, id, url, file };

  MediaValue(MediaService& media, Accepts accepts) : media_(media), accepts_(accepts) {}

  /// Errors: invalid_argument (not base64, a data: URI). Trouble with the file itself is kept for take_upload().
  Result<void> piece(std::string_view text) override;
  /// Call at the end of the body.
  Result<void> finish();

  Kind kind() const { return kind_; }
  /// The id or the URL, whatever it is worth.
  const std::string& text() const { return head_; }
  bool url_too_long() const { return cut_; }
  /// The decoded file. Errors: too_large, unavailable.
  Result<Upload> take_upload(std::string mime, std::string file_name);

 private:
  Result<void> decide(bool at_end);
  Result<void> decode(std::string_view text);

  MediaService& media_;
  Accepts accepts_;
  Kind kind_ = Kind::empty;
  bool decided_ = false;
  bool cut_ = false;
  std::string head_;                ///< what came before the decision; afterwards the id or URL
  Base64Decoder decoder_;
  std::string decoded_;             ///< scratch
  std::optional<Upload> upload_;
  std::optional<Error> trouble_;    ///< the file cannot be kept; told once everything else is known to be right
};

}  // namespace wherry::api::pipes
