#include "domain/vcard.h"

#include <array>
#include <vector>

#include "base/bytes.h"

namespace wherry {

namespace {

constexpr std::size_t longest = 64 * 1024, most_of_a_kind = 50;

struct Property {
  std::string name;                   // upper case, without a group ("item1.")
  std::vector<std::string> parameters;  // as written
  std::string value;
};

// Long lines are folded: a line break with a blank after it is none.
std::vector<std::string> lines_of(std::string_view text) {
  std::vector<std::string> lines;
  std::size_t at = 0;
  while (at < text.size()) {
    auto end = text.find('\n', at);
    if (end == std::string_view::npos) end = text.size();
    auto line = text.substr(at, end - at);
    if (line.ends_with('\r')) line.remove_suffix(1);
    const bool folded = !lines.empty() && (line.starts_with(' ') || line.starts_with('\t'));
    if (folded) lines.back() += line.substr(1);
    else lines.emplace_back(line);
    at = end + 1;
  }
  return lines;
}

std::vector<std::string> split(std::string_view text, char separator) {
  std::vector<std::string> parts(1);
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '\\' && i + 1 < text.size()) {
      parts.back() += text[i];
      parts.back() += text[++i];
    } else if (text[i] == separator) {
      parts.emplace_back();
    } else {
      parts.back() += text[i];
    }
  }
  return parts;
}

std::string unescaped(std::string_view text) {
  std::string out;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] != '\\' || i + 1 == text.size()) {
      out += text[i];
      continue;
    }
    const char next = text[++i];
    out += next == 'n' || next == 'N' ? '\n' : next;
  }
  return out;
}

bool read_property(const std::string& line, Property& property) {
  const auto colon = line.find(':');
  if (colon == std::string::npos) return false;
  property.parameters = split(std::string_view(line).substr(0, colon), ';');
  property.name = to_upper_ascii(property.parameters.front());
  if (const auto dot = property.name.rfind('.'); dot != std::string::npos) property.name.erase(0, dot + 1);
  property.parameters.erase(property.parameters.begin());
  property.value = line.substr(colon + 1);
  return true;
}

std::string parameter(const Property& property, std::string_view name) {
  for (const auto& one : property.parameters) {
    const auto equals = one.find('=');
    if (equals == std::string::npos || to_lower_ascii(std::string_view(one).substr(0, equals)) != name) continue;
    const auto value = one.substr(equals + 1);
    return value.substr(0, value.find(','));
  }
  return {};
}

std::array<std::string, 7> parts_of(const Property& property) {
  std::array<std::string, 7> out;
  const auto parts = split(property.value, ';');
  for (std::size_t i = 0; i < out.size() && i < parts.size(); ++i) out[i] = unescaped(parts[i]);
  return out;
}

template <class T>
void add(std::vector<T>& list, T item) {
  if (list.size() < most_of_a_kind) list.push_back(std::move(item));
}

void take(const Property& property, ContactCard& card) {
  const auto type = to_upper_ascii(parameter(property, "type"));
  const auto text = unescaped(property.value);
  if (text.empty()) return;
  if (property.name == "FN") {
    card.name.formatted_name = text;
  } else if (property.name == "N") {
    const auto parts = parts_of(property);
    card.name.last_name = parts[0];
    card.name.first_name = parts[1];
    card.name.middle_name = parts[2];
    card.name.prefix = parts[3];
    card.name.suffix = parts[4];
  } else if (property.name == "TEL") {
    add(card.phones, {text, type, parameter(property, "waid")});
  } else if (property.name == "EMAIL") {
    add(card.emails, {text, type});
  } else if (property.name == "URL") {
    add(card.urls, {text, type});
  } else if (property.name == "ORG") {
    const auto parts = parts_of(property);
    card.org.company = parts[0];
    card.org.department = parts[1];
  } else if (property.name == "TITLE") {
    card.org.title = text;
  } else if (property.name == "BDAY") {
    card.birthday = text;
  } else if (property.name == "ADR") {
    const auto parts = parts_of(property);
    add(card.addresses, {parts[2], parts[3], parts[4], parts[5], parts[6], {}, type});
  }
}

}  // namespace

ContactCard read_vcard(std::string_view text, std::string_view shown_name) {
  ContactCard card;
  Property property;
  for (const auto& line : lines_of(text.substr(0, longest))) {
    if (read_property(line, property)) take(property, card);
  }
  auto& name = card.name.formatted_name;
  if (name.empty()) name = shown_name;
  if (name.empty() && !card.phones.empty()) name = card.phones.front().phone;
  return card;
}

}  // namespace wherry
