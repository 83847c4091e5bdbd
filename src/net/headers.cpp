#include "net/headers.h"

namespace wherry::http {

namespace {
constexpr char lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + ('a' - 'A')) : c; }
}  // namespace

bool equal_ignoring_case(std::string_view a, std::string_view b) {
  if (a.size() != b.size()) return false;
  for (std::size_t i = 0; i < a.size(); ++i) {
    if (lower(a[i]) != lower(b[i])) return false;
  }
  return true;
}

void Headers::add(std::string_view name, std::string_view value) {
  Field field{};
  field.name_at = static_cast<std::uint32_t>(text_.size());
  field.name_length = static_cast<std::uint32_t>(name.size());
  field.value_at = field.name_at + field.name_length;
  field.value_length = static_cast<std::uint32_t>(value.size());
  text_.append(name).append(value);
  fields_.push_back(field);
}

void Headers::set(std::string_view name, std::string_view value) {
  const std::string kept_name(name), kept_value(value);  // either may be a view into this object
  remove(kept_name);
  add(kept_name, kept_value);
}

void Headers::remove(std::string_view name) {
  std::erase_if(fields_, [&](const Field& field) {
    return equal_ignoring_case(std::string_view(text_).substr(field.name_at, field.name_length), name);
  });
}

std::optional<std::string_view> Headers::find(std::string_view name) const {
  for (std::size_t i = 0; i < fields_.size(); ++i) {
    if (fields_[i].name_length == name.size() && equal_ignoring_case(name_at(i), name)) return value_at(i);
  }
  return std::nullopt;
}

std::size_t Headers::count(std::string_view name) const {
  std::size_t found = 0;
  for (std::size_t i = 0; i < fields_.size(); ++i) found += equal_ignoring_case(name_at(i), name) ? 1 : 0;
  return found;
}

std::string_view Headers::name_at(std::size_t index) const {
  const auto& field = fields_[index];
  return std::string_view(text_).substr(field.name_at, field.name_length);
}

std::string_view Headers::value_at(std::size_t index) const {
  const auto& field = fields_[index];
  return std::string_view(text_).substr(field.value_at, field.value_length);
}

void Headers::clear() {
  text_.clear();
  fields_.clear();
}

}  // namespace wherry::http
