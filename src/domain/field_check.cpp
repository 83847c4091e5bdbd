#include "domain/field_check.h"

#include "base/bytes.h"

namespace wherry {

FieldCheck& FieldCheck::that(bool holds, std::string_view field, std::string_view otherwise) {
  if (!holds && !failure_) failure_ = Error{ErrorCode::invalid_argument, std::string(field) + " " + std::string(otherwise)};
  return *this;
}

FieldCheck& FieldCheck::text(std::string_view field, std::string_view value, std::size_t most) {
  if (failure_) return *this;
  if (!is_clean_utf8(value)) return that(false, field, "must be UTF-8 without NUL");
  return that(count_code_points(value) <= most, field, "has at most " + std::to_string(most) + " characters");
}

FieldCheck& FieldCheck::required(std::string_view field, std::string_view value, std::size_t most) {
  text(field, value, most);
  return that(!value.empty(), field, "must not be empty");
}

FieldCheck& FieldCheck::link(std::string_view field, std::string_view value) {
  constexpr std::size_t longest = 2048;
  const bool web = (value.starts_with("https://") && value.size() > 8) || (value.starts_with("http://") && value.size() > 7);
  const bool plain = value.find_first_of(" \t\r\n") == std::string_view::npos;
  return required(field, value, longest).that(web && plain, field, "must be an http or https address");
}

FieldCheck& FieldCheck::count(std::string_view field, std::size_t value, std::size_t least, std::size_t most) {
  return that(value >= least && value <= most, field, "must have " + std::to_string(least) + " to " + std::to_string(most) + " entries");
}

FieldCheck& FieldCheck::unique(std::string_view field, const std::string& value, std::set<std::string>& seen) {
  return that(seen.insert(value).second, field, "must be unique");
}

Result<void> FieldCheck::result() const {
  if (failure_) return *failure_;
  return {};
}

}  // namespace wherry
