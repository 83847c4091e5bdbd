#pragma once

#include <initializer_list>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "base/result.h"

namespace wherry::api::pipes {

/// Takes the text of one long string as it arrives, with JSON escapes resolved.
class TextSink {
 public:
  virtual ~TextSink() = default;
  /// An error ends the parsing and is what feed() gives.
  virtual Result<void> piece(std::string_view text) = 0;
};

/// A string member that is kept in memory, up to `limit` bytes.
struct KeptMember {
  std::string_view name;
  std::size_t limit;
};

/// Parses one JSON object as it arrives, in memory bounded by the kept members: named string members are kept, one may be
/// streamed into a sink, all others are checked for syntax and skipped. Null counts as absent.
/// Refused with invalid_argument: anything RFC 8259 does not allow (BOM, NaN, lone surrogates, bad UTF-8, trailing bytes), a top level that
/// is no object, nesting over 32, keys over 256 bytes, over 64 members, a repeated key, a kept or streamed member that is no
/// string, NUL in a kept member.
class StreamedObject {
 public:
  explicit StreamedObject(std::initializer_list<KeptMember> kept);
  /// The member `name` goes to `sink`, which must outlive this.
  StreamedObject(std::initializer_list<KeptMember> kept, std::string_view name, TextSink& sink);
  ~StreamedObject();
  StreamedObject(StreamedObject&&) noexcept;

  Result<void> feed(std::string_view piece);
  /// Call at the end of the body.
  Result<void> finish();

  /// A kept member's text, cut at its limit; nullopt when absent or null.
  const std::optional<std::string>& text(std::string_view name) const;
  /// Whether a kept member was longer than its limit.
  bool was_cut(std::string_view name) const;
  /// Whether the streamed member was there as a string.
  bool has_streamed() const;

 private:
  struct Parser;
  std::unique_ptr<Parser> parser_;
};

}  // namespace wherry::api::pipes
