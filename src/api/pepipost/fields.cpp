#include "api/pepipost/fields.h"

#include <algorithm>
#include <charconv>
#include <cmath>

#include "base/bytes.h"

namespace wherry::api::pepipost {

namespace {

std::string said(std::string_view name, std::string_view what) { return std::string(name) + " " + std::string(what) + "."; }

std::optional<double> number_in(const json::value& member) {
  if (member.is_number()) return member.to_number<double>();
  if (!member.is_string()) return std::nullopt;
  const auto& text = member.get_string();
  double value = 0;
  const auto read = std::from_chars(text.data(), text.data() + text.size(), value);
  if (read.ec != std::errc() || read.ptr != text.data() + text.size()) return std::nullopt;
  return value;
}

std::string plain(double number) {
  const auto text = std::to_string(number);
  return text.substr(0, text.find('.'));
}

}  // namespace

bool is_blank(std::string_view text) { return text.find_first_not_of(" \t\r\n") == std::string_view::npos; }

/// What is there, if it is a text of that length; refuses null, blank and other types.
std::optional<std::string> Fields::text(std::string_view name, std::size_t most) const {
  const auto* member = object_.if_contains(name);
  if (member == nullptr) return std::nullopt;
  if (!member->is_null() && !member->is_string()) {
    refuse(invalid(said(name, "must be a string")));
    return std::nullopt;
  }
  std::string value(member->is_null() ? std::string_view() : std::string_view(member->get_string()));
  if (is_blank(value)) {
    refuse(invalid(said(name, "cannot be null or blank")));
  } else if (count_code_points(value) > most) {
    refuse(invalid(said(name, "cannot be more than " + std::to_string(most) + " characters")));
  } else if (!is_clean_utf8(value)) {
    refuse(invalid(said(name, "must be text without null characters")));
  }
  return value;
}

std::string Fields::required(std::string_view name, std::size_t most) const {
  if (failed()) return {};
  if (!has(name)) refuse(invalid(said(name, "is required")));
  return text(name, most).value_or("");
}

std::optional<std::string> Fields::given(std::string_view name, std::size_t most) const {
  if (failed()) return std::nullopt;
  return text(name, most);
}

std::string Fields::optional(std::string_view name, std::size_t most) const {
  const auto* member = json::find(object_, name);
  if (failed() || member == nullptr || (member->is_string() && member->get_string().empty())) return {};
  return text(name, most).value_or("");
}

double Fields::number(std::string_view name, double least, double most) const {
  if (failed()) return 0;
  const auto* member = object_.if_contains(name);
  if (member == nullptr) {
    refuse(invalid(said(name, "is required")));
    return 0;
  }
  const bool blank = member->is_null() || (member->is_string() && is_blank(member->get_string()));
  if (blank) {
    refuse(invalid(said(name, "cannot be null or blank")));
    return 0;
  }
  const auto value = number_in(*member);
  if (value && std::isfinite(*value) && *value >= least && *value <= most) return *value;
  refuse(invalid(said(name, "must be a number from " + plain(least) + " to " + plain(most))));
  return 0;
}

bool Fields::flag(std::string_view name, bool fallback) const {
  const auto* member = json::find(object_, name);
  if (failed() || member == nullptr) return fallback;
  if (member->is_bool()) return member->get_bool();
  std::string word(member->is_string() ? std::string_view(member->get_string()) : std::string_view());
  std::transform(word.begin(), word.end(), word.begin(), [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; });
  if (word != "true" && word != "false") refuse(invalid(said(name, "must be true or false")));
  return word == "true";
}

const json::object* Fields::only(std::string_view name, Shape shape) const {
  if (failed()) return nullptr;
  const auto* member = json::find(object_, name);
  if (member == nullptr || (member->is_array() && member->get_array().empty())) {
    refuse(missing(said(name, "is required")));
    return nullptr;
  }
  if (shape == Shape::array_or_object && member->is_object()) return &member->get_object();
  if (!member->is_array()) {
    refuse(missing(said(name, "must be an array")));
    return nullptr;
  }
  const auto& list = member->get_array();
  if (list.size() > 1) refuse(invalid(said(name, "can hold only one element")));
  const auto* element = list.front().if_object();
  if (element == nullptr) refuse(invalid(said(name, "must hold an object")));
  return failed() ? nullptr : element;
}

void Fields::one_of(std::string_view name, std::string_view value, std::initializer_list<std::string_view> words,
                    std::string_view otherwise) const {
  if (std::find(words.begin(), words.end(), value) == words.end()) refuse(invalid(said(name, "must be " + std::string(otherwise))));
}

}  // namespace wherry::api::pepipost
