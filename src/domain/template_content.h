#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "base/json.h"
#include "domain/location.h"
#include "domain/media_reference.h"

namespace wherry {

// `name` is the parameter's own name; empty where the template counts its parameters instead of naming them.
struct TextParameter {
  std::string text;
  std::string name;
  bool operator==(const TextParameter&) const = default;
};
struct CurrencyParameter {
  std::string fallback_value;
  std::string code;               ///< ISO 4217
  std::int64_t amount_1000 = 0;   ///< the amount times 1000
  std::string name;
  bool operator==(const CurrencyParameter&) const = default;
};
struct DateTimeParameter {
  std::string fallback_value;
  std::string name;
  bool operator==(const DateTimeParameter&) const = default;
};
/// What comes back when a quick reply button is tapped.
struct PayloadParameter {
  std::string payload;
  bool operator==(const PayloadParameter&) const = default;
};
/// What a copy-code button copies.
struct CouponParameter {
  std::string code;
  bool operator==(const CouponParameter&) const = default;
};
/// Any other parameter (action of a flow or catalog button, limited time offer, product …): Meta's object as it is.
struct OtherParameter {
  json::object object;
  bool operator==(const OtherParameter&) const = default;
};
using TemplateParameter = std::variant<TextParameter, CurrencyParameter, DateTimeParameter, MediaReference, LocationContent,
                                       PayloadParameter, CouponParameter, OtherParameter>;

struct TemplateCard;

/// The values for one component of a template.
struct TemplateComponent {
  std::string type;               ///< "header", "body", "button", "carousel" …, in lower case
  std::string sub_type;           ///< buttons: "url", "quick_reply", "copy_code", "flow", "catalog" …
  std::optional<int> index;       ///< buttons: which one, from 0
  std::vector<TemplateParameter> parameters;
  std::vector<TemplateCard> cards;  ///< carousels
  bool operator==(const TemplateComponent&) const;
};
struct TemplateCard {
  int index = 0;
  std::vector<TemplateComponent> components;
  bool operator==(const TemplateCard&) const = default;
};
inline bool TemplateComponent::operator==(const TemplateComponent&) const = default;

/// A message in words that WhatsApp has approved: the one kind that may be sent outside the service window.
struct TemplateContent {
  std::string name;               ///< of lower-case letters, digits and underscores
  std::string language;           ///< exactly as approved: "en" is not "en_US"
  std::vector<TemplateComponent> components;
  bool operator==(const TemplateContent&) const = default;
};

}  // namespace wherry
