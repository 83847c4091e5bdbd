#pragma once

#include <compare>
#include <optional>
#include <string>
#include <string_view>

#include "domain/wa_id.h"

namespace wherry {

/// What an address of a linked device's world names.
enum class JidKind {
  user,        ///< a person, by phone number: 4915112345678@s.whatsapp.net
  lid,         ///< a person whose number is hidden: 88123456789012@lid
  group,       ///< 120363041234567890@g.us
  newsletter,  ///< a channel: 120363041234567890@newsletter
  broadcast,   ///< a list, or everybody's status: status@broadcast
  other,       ///< a server we know nothing about
};

/// An address as WhatsApp writes it, without the device. Two addresses are the same when their texts are.
class Jid {
 public:
  static constexpr std::size_t longest = 128;  ///< bytes of text()

  /// No address yet: text() is empty.
  Jid() = default;

  /// Reads `user@server`. A device or agent after the user is dropped ("4915…:12@…", "4915…_1:12@…"), `c.us` becomes `s.whatsapp.net`.
  /// nullopt for anything else: no or more than one @, an empty part, other characters, digits missing where the server wants them, too long.
  static std::optional<Jid> parse(std::string_view text);
  /// A person by phone number.
  static Jid of(const WaId& number);

  JidKind kind() const { return kind_; }
  const std::string& text() const { return text_; }
  /// What is before the @: digits of a user or lid.
  std::string_view user() const { return std::string_view(text_).substr(0, at_); }
  std::string_view server() const { return std::string_view(text_).substr(text_.empty() ? 0 : at_ + 1); }
  /// The phone number of a `user`; nullopt for every other kind.
  std::optional<WaId> number() const;
  bool empty() const { return text_.empty(); }
  bool is_person() const { return kind_ == JidKind::user || kind_ == JidKind::lid; }

  bool operator==(const Jid& other) const { return text_ == other.text_; }
  auto operator<=>(const Jid& other) const { return text_ <=> other.text_; }

 private:
  Jid(std::string text, std::size_t at, JidKind kind) : text_(std::move(text)), at_(at), kind_(kind) {}
  std::string text_;
  std::size_t at_ = 0;
  JidKind kind_ = JidKind::other;
};

std::string_view to_string(JidKind kind);

}  // namespace wherry
