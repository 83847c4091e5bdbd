#pragma once

#include <initializer_list>
#include <optional>
#include <string>
#include <string_view>

#include "api/pepipost/refusal.h"
#include "base/json.h"

namespace wherry::api::pepipost {

/// Reads members in the order of the calls and keeps the first refusal; the texts are the contract's. Parts of one message share it.
class Fields {
 public:
  Fields(const json::object& object, std::optional<Refusal>& refusal) : object_(object), refusal_(refusal) {}

  /// A text that must be there; "" once something was refused.
  std::string required(std::string_view name, std::size_t most) const;
  /// A text that may be absent, but not null or blank; nullopt when absent.
  std::optional<std::string> given(std::string_view name, std::size_t most) const;
  /// A text that may be absent or null; "" then.
  std::string optional(std::string_view name, std::size_t most) const;
  /// A number, also as text, within the limits.
  double number(std::string_view name, double least, double most) const;
  /// true or false, also as text in any case; absent or null is `fallback`.
  bool flag(std::string_view name, bool fallback) const;
  /// The one object of an array that must be there; `of_array` says whether the object itself will do, too.
  enum class Shape { array, array_or_object };
  const json::object* only(std::string_view name, Shape shape = Shape::array) const;
  /// One of the words, which `otherwise` lists for the refusal.
  void one_of(std::string_view name, std::string_view value, std::initializer_list<std::string_view> words,
              std::string_view otherwise) const;

  bool has(std::string_view name) const { return object_.contains(name); }
  const json::object& raw() const { return object_; }
  bool failed() const { return refusal_.has_value(); }
  void refuse(Refusal refusal) const {
    if (!refusal_) refusal_ = std::move(refusal);
  }
  /// A reader of a part, whose refusal is this one's.
  Fields of(const json::object& part) const { return {part, refusal_}; }

 private:
  std::optional<std::string> text(std::string_view name, std::size_t most) const;

  const json::object& object_;
  std::optional<Refusal>& refusal_;
};

bool is_blank(std::string_view text);

}  // namespace wherry::api::pepipost
