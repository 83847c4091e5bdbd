#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace wherry::api::meta_webhook {

/// A member of an object, as spans of the text. The value is not judged: it may turn out to be no JSON.
struct Member {
  std::string key;         ///< unescaped
  std::string_view value;
};

/// The members of the one object that `text` is, duplicates included; nullopt when the text does not have that shape.
/// Looks one level deep, needs no recursion, and takes any depth and any scalar.
std::optional<std::vector<Member>> object_members(std::string_view text);
/// The same for the items of an array.
std::optional<std::vector<std::string_view>> array_items(std::string_view text);

}  // namespace wherry::api::meta_webhook
