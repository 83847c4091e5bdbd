#pragma once

#include <string>
#include <vector>

namespace wherry {

/// One contact of a contacts message, with Meta's names. Empty members are not sent.
struct ContactCard {
  struct Name {
    std::string formatted_name;  ///< required, with at least one of the others
    std::string first_name, last_name, middle_name, suffix, prefix;
    bool operator==(const Name&) const = default;
  };
  struct Phone {
    std::string phone, type, wa_id;
    bool operator==(const Phone&) const = default;
  };
  struct Email {
    std::string email, type;
    bool operator==(const Email&) const = default;
  };
  struct Url {
    std::string url, type;
    bool operator==(const Url&) const = default;
  };
  struct Address {
    std::string street, city, state, zip, country, country_code, type;
    bool operator==(const Address&) const = default;
  };
  struct Organisation {
    std::string company, department, title;
    bool operator==(const Organisation&) const = default;
  };
  Name name;
  std::string birthday;          ///< YYYY-MM-DD
  Organisation org;
  std::vector<Phone> phones;
  std::vector<Email> emails;
  std::vector<Address> addresses;
  std::vector<Url> urls;
  std::string vcard;             ///< the whole card as text, instead of everything but the name; linked phones only
  bool operator==(const ContactCard&) const = default;
};

}  // namespace wherry
