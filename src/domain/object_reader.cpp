#include "domain/object_reader.h"

#include <charconv>
#include <cmath>

namespace wherry {

namespace {

constexpr std::int64_t largest_integer = std::int64_t{1} << 53;

template <class Number>
std::optional<Number> number_in(std::string_view text) {
  Number value{};
  const auto read = std::from_chars(text.data(), text.data() + text.size(), value);
  if (read.ec != std::errc() || read.ptr != text.data() + text.size()) return std::nullopt;
  return value;
}

}  // namespace

std::string ObjectReader::text(std::string_view name, Presence presence) const {
  const auto* member = json::find(object_, name);
  if (member != nullptr && !member->is_string()) {
    refuse(name, "must be a string");
    return {};
  }
  std::string text(member == nullptr ? std::string_view() : std::string_view(member->get_string()));
  if (text.empty() && presence == Presence::required) refuse(name, "is required");
  return text;
}

std::optional<std::int64_t> ObjectReader::integer(std::string_view name, Presence presence) const {
  const auto* member = json::find(object_, name);
  if (member == nullptr) {
    if (presence == Presence::required) refuse(name, "is required");
    return std::nullopt;
  }
  std::optional<std::int64_t> value;
  if (member->is_int64()) value = member->get_int64();
  if (member->is_string()) value = number_in<std::int64_t>(member->get_string());
  if (value && *value >= -largest_integer && *value <= largest_integer) return value;
  refuse(name, "must be an integer");
  return std::nullopt;
}

double ObjectReader::number(std::string_view name) const {
  const auto* member = json::find(object_, name);
  if (member == nullptr) {
    refuse(name, "is required");
    return 0;
  }
  std::optional<double> value;
  if (member->is_number()) value = member->to_number<double>();
  if (member->is_string()) value = number_in<double>(member->get_string());
  if (value && std::isfinite(*value)) return *value;
  refuse(name, "must be a number");
  return 0;
}

bool ObjectReader::flag(std::string_view name) const {
  const auto* member = json::find(object_, name);
  if (member == nullptr) return false;
  if (member->is_bool()) return member->get_bool();
  refuse(name, "must be true or false");
  return false;
}

std::optional<ObjectReader> ObjectReader::object(std::string_view name, Presence presence) const {
  const auto* member = json::find(object_, name);
  if (member == nullptr) {
    if (presence == Presence::required) refuse(name, "is required");
    return std::nullopt;
  }
  if (member->is_object()) return ObjectReader(member->get_object(), path_of(name), failure_);
  refuse(name, "must be an object");
  return std::nullopt;
}

const json::array* ObjectReader::array(std::string_view name, Presence presence) const {
  const auto* member = json::find(object_, name);
  if (member == nullptr || (member->is_array() && member->get_array().empty())) {
    if (presence == Presence::required) refuse(name, "is required");
    return nullptr;
  }
  if (member->is_array()) return &member->get_array();
  refuse(name, "must be an array");
  return nullptr;
}

std::string ObjectReader::path_of(std::string_view name) const {
  return path_.empty() ? std::string(name) : path_ + "." + std::string(name);
}

void ObjectReader::fail(std::string text) const {
  if (!failure_) failure_ = Error{ErrorCode::invalid_argument, std::move(text)};
}

}  // namespace wherry
