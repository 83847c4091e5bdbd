#include "upstream/linked_device/fields.h"

#include <algorithm>
#include <cmath>

namespace wherry::linked {

namespace {

constexpr double latest_millis = 253402300799999;  // the end of the year 9999

std::optional<double> number_of(const json::value* member) {
  if (member == nullptr || !member->is_number()) return std::nullopt;
  const auto number = member->to_number<double>();
  if (std::isnan(number)) return std::nullopt;
  return number;
}

}  // namespace

std::string without_nul(std::string_view text) {
  std::string clean(text);
  for (auto at = clean.find('\0'); at != clean.npos; at = clean.find('\0', at)) clean.replace(at, 1, "\ufffd");
  return clean;
}

void Fields::refuse(std::string_view name) const {
  if (wrong_.empty()) wrong_ = path_of(name);
}

std::string Fields::need_text(std::string_view name, std::size_t most) const {
  auto text = this->text(name);
  if (text.empty() || text.size() > most) refuse(name);
  return text;
}

Jid Fields::need_jid(std::string_view name) const {
  auto jid = this->jid(name);
  if (!jid) refuse(name);
  return std::move(jid).value_or(Jid());
}

Timestamp Fields::need_time(std::string_view name) const {
  const auto time = this->time(name);
  if (!time) refuse(name);
  return time.value_or(Timestamp());
}

std::uint64_t Fields::need_size(std::string_view name, std::uint64_t most) const {
  const auto* member = json::find(object_, name);
  const auto size = member != nullptr && member->is_int64() ? member->get_int64() : -1;
  if (size < 0 || static_cast<std::uint64_t>(size) > most) {
    refuse(name);
    return 0;
  }
  return static_cast<std::uint64_t>(size);
}

bool Fields::need_flag(std::string_view name) const {
  const auto flag = maybe_flag(name);
  if (!flag) refuse(name);
  return flag.value_or(false);
}

const json::array& Fields::need_list(std::string_view name, std::size_t most) const {
  static const json::array none;
  const auto* items = json::find_array(object_, name);
  if (items != nullptr && items->size() <= most) return *items;
  refuse(name);
  return none;
}

std::optional<std::string> Fields::maybe_text(std::string_view name) const {
  const auto text = json::find_string(object_, name);
  if (!text) return std::nullopt;
  return without_nul(*text);
}

std::optional<Jid> Fields::jid(std::string_view name) const {
  const auto text = json::find_string(object_, name);
  if (!text) return std::nullopt;
  return Jid::parse(*text);
}

std::optional<Timestamp> Fields::time(std::string_view name) const {
  const auto millis = number_of(json::find(object_, name));
  if (!millis) return std::nullopt;
  return from_unix_millis(static_cast<std::int64_t>(std::clamp(*millis, 0.0, latest_millis)));
}

std::optional<bool> Fields::maybe_flag(std::string_view name) const {
  const auto* member = json::find(object_, name);
  if (member == nullptr || !member->is_bool()) return std::nullopt;
  return member->get_bool();
}

std::optional<double> Fields::maybe_number(std::string_view name, double low, double high) const {
  const auto number = number_of(json::find(object_, name));
  if (!number) return std::nullopt;
  return std::clamp(*number, low, high);
}

std::optional<std::uint32_t> Fields::maybe_count(std::string_view name) const {
  const auto number = maybe_number(name, 0, std::numeric_limits<std::uint32_t>::max());
  if (!number) return std::nullopt;
  return static_cast<std::uint32_t>(*number);
}

std::vector<std::string> Fields::texts(std::string_view name) const {
  std::vector<std::string> all;
  const auto* items = json::find_array(object_, name);
  if (items == nullptr) return all;
  for (const auto& item : *items)
    if (item.is_string()) all.push_back(without_nul(std::string_view(item.get_string())));
  return all;
}

std::vector<Jid> Fields::jids(std::string_view name) const {
  std::vector<Jid> all;
  for (const auto& text : texts(name))
    if (auto jid = Jid::parse(text)) all.push_back(std::move(*jid));
  return all;
}

std::optional<Fields> Fields::object(std::string_view name) const {
  const auto* inner = json::find_object(object_, name);
  if (inner == nullptr) return std::nullopt;
  return Fields(*inner, wrong_, path_of(name));
}

}  // namespace wherry::linked
