#pragma once

#include <boost/json/object.hpp>
#include <concepts>
#include <limits>
#include <optional>
#include <set>
#include <string>
#include <string_view>

#include "base/result.h"

namespace wherry::sim {

/// Reads the members of a JSON object into fields, each only if it is there. Remembers the first mistake and, at the end,
/// refuses members nobody asked for: a misspelt one must not pass unnoticed.
class Patch {
 public:
  explicit Patch(const boost::json::object& object) : object_(object) {}

  Patch& text(std::string_view name, std::string& field);
  Patch& flag(std::string_view name, bool& field);
  Patch& texts(std::string_view name, std::set<std::string>& field);
  Patch& object(std::string_view name, boost::json::object& field);
  Patch& decimal(std::string_view name, double& field, double least, double most);
  template <std::integral Number>
  Patch& number(std::string_view name, Number& field, std::int64_t least, std::int64_t most) {
    if (const auto read = whole(name, least, most)) field = static_cast<Number>(*read);
    return *this;
  }
  template <class Duration>
  Patch& duration_ms(std::string_view name, Duration& field, std::int64_t most = std::int64_t{1} << 42) {
    if (const auto read = whole(name, 0, most)) field = Duration(*read);
    return *this;
  }
  /// Members that are handled elsewhere.
  Patch& known(std::string_view name) {
    seen_.insert(std::string(name));
    return *this;
  }
  bool has(std::string_view name) const { return object_.contains(boost::json::string_view(name.data(), name.size())); }

  /// Errors: invalid_argument.
  Result<void> finish() const;

 private:
  const boost::json::value* take(std::string_view name);
  std::optional<std::int64_t> whole(std::string_view name, std::int64_t least, std::int64_t most);
  void fail(std::string_view name, std::string_view wanted);

  const boost::json::object& object_;
  std::set<std::string, std::less<>> seen_;
  std::optional<Error> error_;
};

}  // namespace wherry::sim
