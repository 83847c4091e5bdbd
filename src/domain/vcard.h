#pragma once

#include <string>
#include <string_view>

#include "domain/contact_card.h"

namespace wherry {

/// Reads what Meta's shape has a member for from a vCard (RFC 2426, 6350): name, numbers with their waid, mail, address, company, URL, birthday.
/// What cannot be read is left out. `shown_name` stands in for a missing name; without either the first number does.
ContactCard read_vcard(std::string_view text, std::string_view shown_name = {});

/// A card as vCard 3.0 (RFC 2426): its own text where it has one, else what the members say. A number's waid is told, so that phones offer a
/// chat.
std::string write_vcard(const ContactCard& card);

}  // namespace wherry
