#pragma once

#include <array>
#include <optional>
#include <string_view>

#include "domain/media_kind.h"
#include "services/ports/linked_listener.h"
#include "services/ports/linked_transport.h"

namespace wherry::linked {

/// The protocol's words of an enumeration, in the order of its enumerators.
template <class Enum>
struct Words;

template <>
struct Words<MediaKind> {
  static constexpr std::array<std::string_view, 5> all{"image", "audio", "video", "document", "sticker"};
};
template <>
struct Words<Typing> {
  static constexpr std::array<std::string_view, 3> all{"composing", "recording", "paused"};
};
template <>
struct Words<Role> {
  static constexpr std::array<std::string_view, 3> all{"member", "admin", "superadmin"};
};
template <>
struct Words<MemberAction> {
  static constexpr std::array<std::string_view, 4> all{"add", "remove", "promote", "demote"};
};
template <>
struct Words<ReceiptType> {
  static constexpr std::array<std::string_view, 3> all{"delivered", "read", "played"};
};
template <>
struct Words<CallNotice::State> {
  static constexpr std::array<std::string_view, 5> all{"offer", "accepted", "rejected", "timeout", "ended"};
};
template <>
struct Words<HistoryWanted> {
  static constexpr std::array<std::string_view, 3> all{"none", "recent", "full"};
};
template <>
struct Words<PictureSize> {
  static constexpr std::array<std::string_view, 2> all{"preview", "full"};
};

template <class Enum>
std::string_view word_of(Enum value) {
  return Words<Enum>::all.at(static_cast<std::size_t>(value));
}

template <class Enum>
std::optional<Enum> from_word(std::string_view word) {
  for (std::size_t i = 0; i < Words<Enum>::all.size(); ++i)
    if (Words<Enum>::all[i] == word) return static_cast<Enum>(i);
  return std::nullopt;
}

}  // namespace wherry::linked
