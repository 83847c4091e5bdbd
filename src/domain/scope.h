#pragma once

#include <cstdint>
#include <initializer_list>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace wherry {

/// What the holder of a key may do.
enum class Scope : std::uint8_t {
  send = 1,    ///< send messages, upload files
  read = 2,    ///< read messages and files, listen
  manage = 4,  ///< manage keys, numbers and webhooks of the tenant
};
std::string_view to_string(Scope scope);
std::optional<Scope> scope_from(std::string_view text);

/// Some of them; none named means all.
class Scopes {
 public:
  Scopes() = default;
  Scopes(std::initializer_list<Scope> scopes) {
    for (const auto scope : scopes) add(scope);
  }
  void add(Scope scope) { bits_ |= static_cast<std::uint8_t>(scope); }
  bool allow(Scope scope) const { return bits_ == 0 || (bits_ & static_cast<std::uint8_t>(scope)) != 0; }
  /// Their names; empty when none is named.
  std::vector<std::string_view> names() const;
  std::uint8_t bits() const { return bits_; }
  static Scopes from_bits(std::uint8_t bits);
  bool operator==(const Scopes&) const = default;

 private:
  std::uint8_t bits_ = 0;
};

}  // namespace wherry
