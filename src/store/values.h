#pragma once

#include <algorithm>

#include "base/crypto.h"
#include "store/database.h"

namespace wherry::store {

/// Values in and out of rows. A column of another type reads as empty, zero or null: the schema is ours.
inline Value value_of(const RawId& id) { return Bytes(id.bytes.begin(), id.bytes.end()); }
template <class Tag>
Value value_of(const Id<Tag>& id) {
  return value_of(id.raw);
}
inline Value value_of(const MediaId& id) { return value_of(id.raw); }
inline Value value_of(Timestamp at) { return to_unix_millis(at); }
inline Value value_of(const std::optional<Timestamp>& at) { return at ? Value(to_unix_millis(*at)) : Value(); }
inline Value value_of(std::string text) { return text; }
inline Value value_of(const std::optional<std::string>& text) { return text ? Value(*text) : Value(); }
inline Value number(std::uint64_t value) { return static_cast<std::int64_t>(value); }

inline std::int64_t as_int(const Value& value) {
  const auto* number = std::get_if<std::int64_t>(&value);
  return number == nullptr ? 0 : *number;
}
inline std::string as_text(const Value& value) {
  const auto* text = std::get_if<std::string>(&value);
  return text == nullptr ? std::string() : *text;
}
inline std::optional<std::string> as_optional_text(const Value& value) {
  const auto* text = std::get_if<std::string>(&value);
  return text == nullptr ? std::nullopt : std::optional<std::string>(*text);
}
inline const Bytes& as_blob(const Value& value) {
  static const Bytes none;
  const auto* bytes = std::get_if<Bytes>(&value);
  return bytes == nullptr ? none : *bytes;
}
inline RawId as_raw_id(const Value& value) {
  RawId id;
  const auto& bytes = as_blob(value);
  if (bytes.size() == id.bytes.size()) std::copy(bytes.begin(), bytes.end(), id.bytes.begin());
  return id;
}
template <class StrongId>
StrongId as_id(const Value& value) {
  return StrongId{as_raw_id(value)};
}
inline Timestamp as_time(const Value& value) { return from_unix_millis(as_int(value)); }
inline std::optional<Timestamp> as_optional_time(const Value& value) {
  return std::holds_alternative<std::int64_t>(value) ? std::optional<Timestamp>(as_time(value)) : std::nullopt;
}

inline Value value_of(const Sha256& hash) { return Bytes(hash.begin(), hash.end()); }
inline Sha256 as_sha256(const Value& value) {
  Sha256 hash{};
  const auto& bytes = as_blob(value);
  if (bytes.size() == hash.size()) std::copy(bytes.begin(), bytes.end(), hash.begin());
  return hash;
}

/// Every row through `read`.
template <class Read>
auto map_rows(const Rows& rows, Read read) {
  std::vector<decltype(read(rows.front()))> out;
  out.reserve(rows.size());
  for (const auto& row : rows) out.push_back(read(row));
  return out;
}
/// The first row through `read`, if there is one.
template <class Read>
auto first_row(const Rows& rows, Read read) {
  using T = decltype(read(rows.front()));
  return rows.empty() ? std::optional<T>() : std::optional<T>(read(rows.front()));
}

}  // namespace wherry::store
