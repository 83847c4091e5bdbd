#pragma once

#include <limits>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.h"
#include "base/json.h"
#include "domain/jid.h"

namespace wherry::linked {

/// Reads an object that the transport wrote. What the protocol promises is checked (`need_…`), and the first field that is not so is kept in `wrong`.
/// What strangers on WhatsApp decide is read leniently: absent or odd values become nothing or the nearest possible one, because an error
/// would let one stranger's message stop a session for good. No text has a NUL in it.
class Fields {
 public:
  /// Both outlive this.
  Fields(const json::object& object, std::string& wrong, std::string path = {}) : object_(object), wrong_(wrong), path_(std::move(path)) {}

  std::string need_text(std::string_view name, std::size_t most) const;  ///< 1 to `most` bytes
  Jid need_jid(std::string_view name) const;
  Timestamp need_time(std::string_view name) const;
  std::uint64_t need_size(std::string_view name, std::uint64_t most) const;
  bool need_flag(std::string_view name) const;
  const json::array& need_list(std::string_view name, std::size_t most) const;

  std::string text(std::string_view name) const { return maybe_text(name).value_or(std::string()); }
  std::optional<std::string> maybe_text(std::string_view name) const;
  std::optional<Jid> jid(std::string_view name) const;
  std::optional<Timestamp> time(std::string_view name) const;
  bool flag(std::string_view name) const { return maybe_flag(name).value_or(false); }
  std::optional<bool> maybe_flag(std::string_view name) const;
  /// Cut to [low, high]; `low` when it is no number.
  double number(std::string_view name, double low, double high) const { return maybe_number(name, low, high).value_or(low); }
  std::optional<double> maybe_number(std::string_view name, double low, double high) const;
  std::uint32_t count(std::string_view name) const { return maybe_count(name).value_or(0); }
  std::optional<std::uint32_t> maybe_count(std::string_view name) const;
  std::vector<std::string> texts(std::string_view name) const;
  std::vector<Jid> jids(std::string_view name) const;
  std::optional<Fields> object(std::string_view name) const;
  /// Calls take(Fields) for each element that is an object.
  template <class Take>
  void each(std::string_view name, Take take) const {
    const auto* items = json::find_array(object_, name);
    if (items == nullptr) return;
    for (const auto& item : *items)
      if (const auto* inner = item.if_object()) take(Fields(*inner, wrong_, path_of(name)));
  }

  const json::object& raw() const { return object_; }
  /// Makes the field the wrong one, if there is none yet.
  void refuse(std::string_view name) const;
  bool failed() const { return !wrong_.empty(); }

 private:
  std::string path_of(std::string_view name) const { return path_.empty() ? std::string(name) : path_ + "." + std::string(name); }

  const json::object& object_;
  std::string& wrong_;
  std::string path_;
};

/// The text with U+FFFD for each NUL.
std::string without_nul(std::string_view text);

/// A failure whose message is the path of the wrong field.
inline Error wrong_field(std::string path) { return {ErrorCode::invalid_argument, std::move(path)}; }

}  // namespace wherry::linked
