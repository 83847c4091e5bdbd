#pragma once

#include <optional>
#include <string>
#include <vector>

#include "base/bytes.h"
#include "domain/media_kind.h"
#include "net/body.h"
#include "services/ports/media_store.h"

namespace wherry::api::sessions {

/// Follows JSON text as far as it takes to know where the string of `media.data` begins and ends, and takes it out.
class DataFinder {
 public:
  /// What a character is part of.
  enum class Part { rest, data_begins, data, data_ends };
  Part next(char c);

 private:
  void open(char c);
  void value_string_begins();

  std::string stack_;             ///< the brackets that are open
  std::string names_[2];          ///< of the members we are in, at the first two levels
  bool wants_name_ = false;
  bool in_string_ = false, escaped_ = false, is_name_ = false, is_data_ = false;
};

/// The body of a send as it arrives: the bytes of `media.data` go from base64 to the disk, everything else is kept as JSON text with an
/// empty string in their place. Memory does not grow with the file.
class MediaBody {
 public:
  static constexpr std::uint64_t most_decoded = 16ull << 20;
  static constexpr std::uint64_t most_raw = 24ull << 20;
  static constexpr std::uint64_t most_rest = 1u << 20;

  explicit MediaBody(BlobStore& blobs) : blobs_(blobs) {}

  /// Errors: too_large (the body as a whole, or what is not the file), and those of reading. What is wrong with the file is kept for
  /// take_file().
  Task<Result<void>> read(http::BodyReader& body);

  const std::string& text() const { return text_; }
  bool has_data() const { return times_given_ > 0; }
  /// Of a data: URI; empty when it names none.
  const std::string& uri_type() const { return uri_type_; }
  /// What the bytes look like; empty when nobody can tell.
  std::string sniffed_type() const;
  /// Whether take_file() will give the file.
  Result<void> check() const;
  /// The decoded file. Errors: invalid_argument (no base64, empty, over most_decoded), unavailable.
  Result<std::unique_ptr<BlobWriter>> take_file();

 private:
  void data(char c);
  void encoded(char c);
  void head_ends();
  void decode();
  void write_decoded();
  void end_data();
  void trouble(std::string text) {
    if (!trouble_) trouble_ = Error{ErrorCode::invalid_argument, std::move(text)};
  }

  BlobStore& blobs_;
  DataFinder finder_;
  std::string text_;
  unsigned times_given_ = 0;
  std::string escape_;            ///< an escape of the JSON string, as far as it has come
  std::string head_;              ///< of what may be a data: URI
  bool head_done_ = false;
  std::string uri_type_;
  std::string encoded_, decoded_; ///< base64 waiting to be decoded; scratch
  Base64Decoder decoder_;
  std::unique_ptr<BlobWriter> file_;
  std::optional<Error> trouble_;
};

}  // namespace wherry::api::sessions
