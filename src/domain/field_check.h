#pragma once

#include <optional>
#include <set>
#include <string>
#include <string_view>

#include "base/result.h"

namespace wherry {

/// Checks fields against limits and keeps the first failure. Every message begins with the field's name.
class FieldCheck {
 public:
  /// UTF-8 without NUL, at most `most` characters.
  FieldCheck& text(std::string_view field, std::string_view value, std::size_t most);
  /// The same, and not empty.
  FieldCheck& required(std::string_view field, std::string_view value, std::size_t most);
  /// An http or https address of at most 2048 bytes.
  FieldCheck& link(std::string_view field, std::string_view value);
  FieldCheck& count(std::string_view field, std::size_t value, std::size_t least, std::size_t most);
  /// Each value once.
  FieldCheck& unique(std::string_view field, const std::string& value, std::set<std::string>& seen);
  FieldCheck& that(bool holds, std::string_view field, std::string_view otherwise);
  Result<void> result() const;

 private:
  std::optional<Error> failure_;
};

}  // namespace wherry
