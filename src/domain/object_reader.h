#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/json.h"

namespace wherry {

/// Reads the members of a JSON object that somebody else wrote, and keeps the first one that is not as it must be. Readers of the
/// objects inside share that failure, so a whole tree is read first and judged once.
class ObjectReader {
 public:
  enum class Presence { optional, required };

  /// `path` names the object in failures; "" for the outermost.
  ObjectReader(const json::object& object, std::string path, std::optional<Error>& failure)
      : object_(object), path_(std::move(path)), failure_(failure) {}

  /// The text; "" when absent. A required one must not be empty.
  std::string text(std::string_view name, Presence presence = Presence::optional) const;
  /// An integer, also as decimal text, within -2^53 … 2^53.
  std::optional<std::int64_t> integer(std::string_view name, Presence presence = Presence::optional) const;
  /// A number, also as decimal text.
  double number(std::string_view name) const;
  bool flag(std::string_view name) const;
  /// A reader of the object inside; nullopt when absent.
  std::optional<ObjectReader> object(std::string_view name, Presence presence = Presence::optional) const;
  /// Calls `take(ObjectReader)` for each element; all must be objects.
  template <class Take>
  void each(std::string_view name, Presence presence, Take take) const {
    const auto* items = array(name, presence);
    if (items == nullptr) return;
    for (std::size_t i = 0; i < items->size() && !failure_; ++i) {
      const auto path = path_of(name) + "[" + std::to_string(i) + "]";
      const auto* item = (*items)[i].if_object();
      if (item == nullptr) return fail(path + " must be an object");
      take(ObjectReader(*item, path, failure_));
    }
  }

  bool has(std::string_view name) const { return json::find(object_, name) != nullptr; }
  const json::object& raw() const { return object_; }
  /// Makes `<path>.<name> <what>` the failure, if there is none yet.
  void refuse(std::string_view name, std::string_view what) const { fail(path_of(name) + " " + std::string(what)); }
  bool failed() const { return failure_.has_value(); }

 private:
  const json::array* array(std::string_view name, Presence presence) const;
  std::string path_of(std::string_view name) const;
  void fail(std::string text) const;

  const json::object& object_;
  std::string path_;
  std::optional<Error>& failure_;
};

}  // namespace wherry
