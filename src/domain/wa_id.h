#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace wherry {

/// A WhatsApp user's number: 6-15 digits with country code, no plus.
struct WaId {
  std::string digits;
  auto operator<=>(const WaId&) const = default;
};

/// Reads a number as people write it: plus, spaces, dashes, dots, parentheses are dropped. nullopt unless 6-15 digits remain.
std::optional<WaId> parse_wa_id(std::string_view text);

/// The one form under which the variants of a number meet: Brazil with the 9 after the area code, Mexico without the 1 after
/// the country code, Argentina with the 9 after the country code. Other numbers are their own key.
/// Source: meta-cloud-api section 2.1 and peers T16 of the design; ITU E.164 national plans.
std::string contact_key(const WaId& number);

/// Who wrote or is written to: a number, a business-scoped user id (BSUID, e.g. US.1349…), or both.
struct ContactIdentity {
  std::optional<WaId> wa_id;
  std::optional<std::string> bsuid;
  std::optional<std::string> parent_bsuid;
  std::optional<std::string> profile_name;
  std::optional<std::string> username;  ///< without @
};

}  // namespace wherry
