#include <algorithm>

#include "domain/vcard.h"

namespace wherry {

namespace {

std::string escaped(std::string_view text) {
  std::string out;
  for (const char c : text) {
    if (c == '\r') continue;
    if (c == '\n') {
      out += "\\n";
      continue;
    }
    if (c == '\\' || c == ',' || c == ';') out += '\\';
    out += c;
  }
  return out;
}

// A type stands where the line's own syntax is: only a word may.
std::string type_of(const std::string& type) {
  const auto is_word = [](char c) { return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-'; };
  return !type.empty() && std::ranges::all_of(type, is_word) ? ";type=" + type : std::string();
}

std::string digits_of(std::string_view text) {
  std::string out;
  std::ranges::copy_if(text, std::back_inserter(out), [](char c) { return c >= '0' && c <= '9'; });
  return out;
}

class Lines {
 public:
  void add(std::string_view name, const std::string& value) {
    if (!value.empty()) put(name, escaped(value));
  }
  /// Of parts that are empty all of them, nothing.
  void add(std::string_view name, std::initializer_list<std::string_view> parts) {
    std::string value;
    bool any = false;
    for (const auto& part : parts) {
      if (&part != parts.begin()) value += ';';
      value += escaped(part);
      any = any || !part.empty();
    }
    if (any) put(name, value);
  }
  void put(std::string_view name, std::string_view value) { text_.append(name).append(":").append(value).append("\n"); }
  std::string take() { return std::move(text_); }

 private:
  std::string text_;
};

}  // namespace

std::string write_vcard(const ContactCard& card) {
  if (!card.vcard.empty()) return card.vcard;
  Lines lines;
  lines.put("BEGIN", "VCARD");
  lines.put("VERSION", "3.0");
  const auto& name = card.name;
  lines.add("N", {name.last_name, name.first_name, name.middle_name, name.prefix, name.suffix});
  lines.add("FN", name.formatted_name);
  lines.add("ORG", {card.org.company, card.org.department});
  lines.add("TITLE", card.org.title);
  for (const auto& phone : card.phones) {
    const auto wa_id = digits_of(phone.wa_id);
    lines.add("TEL" + type_of(phone.type) + (wa_id.empty() ? "" : ";waid=" + wa_id), phone.phone.empty() ? '+' + wa_id : phone.phone);
  }
  for (const auto& email : card.emails) lines.add("EMAIL" + type_of(email.type), email.email);
  for (const auto& address : card.addresses) {
    lines.add("ADR" + type_of(address.type), {"", "", address.street, address.city, address.state, address.zip, address.country});
  }
  for (const auto& url : card.urls) lines.add("URL" + type_of(url.type), url.url);
  lines.add("BDAY", card.birthday);
  lines.put("END", "VCARD");
  return lines.take();
}

}  // namespace wherry
