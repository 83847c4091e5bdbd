#pragma once

#include <array>
#include <compare>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

#include "base/clock.h"

namespace wherry {

/// 128 bits that are a UUID of version 7 (RFC 9562): 48 of Unix milliseconds, 12 that count within one, 62 random ones. Sorts by
/// time of creation, so that keys append to an index.
struct RawId {
  std::array<std::uint8_t, 16> bytes{};
  auto operator<=>(const RawId&) const = default;
  bool is_null() const { return *this == RawId{}; }
};

/// A fresh id for this instant. Threads: any.
RawId make_raw_id(Timestamp now);

/// The id part of the text form: 26 lower-case Crockford base32 characters that sort like the bytes.
std::string to_base32(const RawId& id);
std::optional<RawId> from_base32(std::string_view text);

/// The form other systems know: 8-4-4-4-12 lower-case hex digits.
std::string to_uuid(const RawId& id);
/// Any UUID, in either case.
std::optional<RawId> from_uuid(std::string_view text);

/// A strong id: one kind cannot be passed for another. `Tag::prefix` begins its text form ("conv_").
template <class Tag>
struct Id {
  RawId raw;
  auto operator<=>(const Id&) const = default;

  static Id make(Timestamp now) { return Id{make_raw_id(now)}; }
  static std::optional<Id> parse(std::string_view text) {
    if (!text.starts_with(Tag::prefix)) return std::nullopt;
    auto raw = from_base32(text.substr(Tag::prefix.size()));
    if (!raw) return std::nullopt;
    return Id{*raw};
  }
  std::string text() const { return std::string(Tag::prefix) + to_base32(raw); }
};

#define WHERRY_ID(Name, text_prefix)                        \
  struct Name##Tag {                                        \
    static constexpr std::string_view prefix = text_prefix; \
  };                                                        \
  using Name = Id<Name##Tag>

WHERRY_ID(TenantId, "ten_");
WHERRY_ID(KeyId, "key_");
WHERRY_ID(ChannelId, "pool_");
WHERRY_ID(ContactId, "cont_");
WHERRY_ID(ConversationId, "conv_");
WHERRY_ID(MessageId, "msg_");
WHERRY_ID(SubscriptionId, "sub_");
#undef WHERRY_ID

/// A media id: exactly 21 characters of A-Z a-z 0-9 _ - (contracts of the Pipes door), time-ordered like the others.
struct MediaId {
  RawId raw;
  auto operator<=>(const MediaId&) const = default;
  static MediaId make(Timestamp now);
  static std::optional<MediaId> parse(std::string_view text);
  /// Whether the text has the shape of a media id, known or not.
  static bool looks_like(std::string_view text);
  std::string text() const;
};

struct RawIdHash {
  std::size_t operator()(const RawId& id) const;
};
struct IdHash {
  template <class AnyId>
  std::size_t operator()(const AnyId& id) const {
    return RawIdHash{}(id.raw);
  }
};

}  // namespace wherry
