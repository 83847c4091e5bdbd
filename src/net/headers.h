#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace wherry::http {

/// Header fields in order, names compared without regard to case. One buffer holds all text.
class Headers {
 public:
  void add(std::string_view name, std::string_view value);
  /// Replaces every field of that name.
  void set(std::string_view name, std::string_view value);
  void remove(std::string_view name);
  /// The first field of that name; valid until the next change.
  std::optional<std::string_view> find(std::string_view name) const;
  std::size_t count(std::string_view name) const;
  std::size_t size() const { return fields_.size(); }
  std::string_view name_at(std::size_t index) const;
  std::string_view value_at(std::size_t index) const;
  void clear();

 private:
  struct Field {
    std::uint32_t name_at, name_length, value_at, value_length;
  };
  std::string text_;
  std::vector<Field> fields_;
};

bool equal_ignoring_case(std::string_view a, std::string_view b);

}  // namespace wherry::http
