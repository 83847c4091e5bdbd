#include "domain/meta_shape.h"
#include "domain/object_reader.h"

namespace wherry {

namespace {

using Presence = ObjectReader::Presence;

template <class T>
struct TextMember {
  std::string_view name;
  std::string T::* member;
};

using Name = ContactCard::Name;
using Address = ContactCard::Address;
using Organisation = ContactCard::Organisation;
constexpr TextMember<Name> name_members[] = {
    {"formatted_name", &Name::formatted_name}, {"first_name", &Name::first_name}, {"last_name", &Name::last_name},
    {"middle_name", &Name::middle_name},       {"suffix", &Name::suffix},         {"prefix", &Name::prefix}};
constexpr TextMember<ContactCard::Phone> phone_members[] = {
    {"phone", &ContactCard::Phone::phone}, {"type", &ContactCard::Phone::type}, {"wa_id", &ContactCard::Phone::wa_id}};
constexpr TextMember<ContactCard::Email> email_members[] = {{"email", &ContactCard::Email::email}, {"type", &ContactCard::Email::type}};
constexpr TextMember<ContactCard::Url> url_members[] = {{"url", &ContactCard::Url::url}, {"type", &ContactCard::Url::type}};
constexpr TextMember<Address> address_members[] = {{"street", &Address::street},   {"city", &Address::city},
                                                   {"state", &Address::state},     {"zip", &Address::zip},
                                                   {"country", &Address::country}, {"country_code", &Address::country_code},
                                                   {"type", &Address::type}};
constexpr TextMember<Organisation> org_members[] = {
    {"company", &Organisation::company}, {"department", &Organisation::department}, {"title", &Organisation::title}};

template <class T, std::size_t N>
json::object write(const T& from, const TextMember<T> (&members)[N]) {
  json::object out;
  for (const auto& [name, member] : members) {
    if (!(from.*member).empty()) out[name] = from.*member;
  }
  return out;
}

template <class T, std::size_t N>
void write_each(json::object& out, std::string_view name, const std::vector<T>& from, const TextMember<T> (&members)[N]) {
  if (from.empty()) return;
  json::array items;
  for (const auto& item : from) items.push_back(write(item, members));
  out[name] = std::move(items);
}

template <class T, std::size_t N>
T read(const ObjectReader& in, const TextMember<T> (&members)[N]) {
  T out;
  for (const auto& [name, member] : members) out.*member = in.text(name);
  return out;
}

template <class T, std::size_t N>
std::vector<T> read_each(const ObjectReader& in, std::string_view name, const TextMember<T> (&members)[N]) {
  std::vector<T> out;
  in.each(name, Presence::optional, [&](const ObjectReader& item) { out.push_back(read(item, members)); });
  return out;
}

ContactCard read_card(const ObjectReader& in) {
  ContactCard card;
  if (const auto name = in.object("name", Presence::required)) card.name = read(*name, name_members);
  card.birthday = in.text("birthday");
  if (const auto org = in.object("org")) card.org = read(*org, org_members);
  card.phones = read_each(in, "phones", phone_members);
  card.emails = read_each(in, "emails", email_members);
  card.addresses = read_each(in, "addresses", address_members);
  card.urls = read_each(in, "urls", url_members);
  return card;
}

json::object write_card(const ContactCard& card) {
  json::object out;
  write_each(out, "addresses", card.addresses, address_members);
  if (!card.birthday.empty()) out["birthday"] = card.birthday;
  write_each(out, "emails", card.emails, email_members);
  out["name"] = write(card.name, name_members);
  if (auto org = write(card.org, org_members); !org.empty()) out["org"] = std::move(org);
  write_each(out, "phones", card.phones, phone_members);
  write_each(out, "urls", card.urls, url_members);
  return out;
}

}  // namespace

json::array meta_array(const ContactsContent& contacts) {
  json::array out;
  for (const auto& card : contacts.contacts) out.push_back(write_card(card));
  return out;
}

Result<ContactsContent> read_contacts(const json::array& array) {
  std::optional<Error> failure;
  ContactsContent content;
  const json::object around{{"contacts", array}};
  ObjectReader(around, "", failure).each("contacts", Presence::required, [&](const ObjectReader& card) {
    content.contacts.push_back(read_card(card));
  });
  if (failure) return std::move(*failure);
  return content;
}

}  // namespace wherry
